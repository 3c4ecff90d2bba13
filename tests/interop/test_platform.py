"""The whole platform, with npm smpp as its carrier: a request over HTTP becomes a delivery report."""

from __future__ import annotations

import json

import pytest
from tests.e2e.installation import SESSIONS, Installation
from tests.interop.peer import Peer

from viesti.protocols.smpp.status import Status

pytestmark = pytest.mark.interop

MESSAGES = 60
LONG = "Päivää, " * 40  # two parts of 153 characters and a rest


async def test_send_receipt_report_and_inbound(centre: Peer) -> None:
    async with Installation(centre_port=centre.port) as installation:
        await centre.event("bind", times=SESSIONS, status=0)
        centre.do("ids", after=0xB2D05E00)  # so that no id in hex is another one in decimal
        centre.do(
            "behave",
            every=[
                [17, {"status": Status.RTHROTTLED}],
                [7, {"early": True, "receipts": ["enroute", "usual", "usual"]}],
                [5, {"delay": 50, "receipts": ["tlvs_only"]}],
                [3, {"receipts": ["hex"]}],
            ],
        )
        for number in range(MESSAGES):
            assert await installation.send(LONG if number % 10 == 0 else "Привет 🎉")

        async def all_reported() -> bool:
            reports = installation.customer.reports
            return all("delivered" in reports.get(number, []) for number in installation.accepted)

        await installation.until(all_reported, 30, "every message to be reported delivered")
        assert len(installation.accepted) == MESSAGES
        rows = await installation.query("select status, doubts from recipients")
        assert [(row["status"], row["doubts"]) for row in rows] == [(70, 0)] * MESSAGES
        await centre.all_told()
        taken = [submit for submit in centre.events("submit") if submit["id"]]
        alone = [one["short_message"]["message"] for one in taken if not one["short_message"].get("udh")]
        assert len(alone) == len(set(alone)) == MESSAGES - MESSAGES // 10  # none twice
        assert len(taken) - len(alone) == 3 * MESSAGES // 10

        fields = {
            "source_addr": "358401234567",
            "source_addr_ton": 1,
            "destination_addr": "358457390000",
            "dest_addr_ton": 1,
            "data_coding": 0,
        }
        for number, text in ((2, "kiitos"), (1, "Kyllä ")):
            part = {"udh": {"hex": f"05000307020{number}"}, "message": text}
            centre.do("deliver", fields={**fields, "short_message": part})
        await centre.event("delivered", times=2, status=0)

        async def told() -> bool:
            return bool(installation.customer.inbound)

        await installation.until(told, 30, "the message from the handset to be told")
        told_of = json.loads(installation.customer.inbound[0])
        assert "Kyllä kiitos" in told_of["data"].values()
