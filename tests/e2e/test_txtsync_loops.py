"""Loops of flows in a running installation: each ends by itself, and a flow's own messages start none.

The test is the flows: what they are told over HTTP makes them send.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.e2e.installation import Installation
from tests.e2e.txtsync_shop import NUMBER, Shop, phones

pytestmark = pytest.mark.e2e

SECONDS = 60.0
LIMIT = 10  # `repeat_limit` of a customer who says nothing else
SENT, DELIVERED, FROZEN = 2, 3, 6
ANNA, BO, CY, DI = (phone for phone, _ in zip(phones(), range(4), strict=False))


class Loops:
    def __init__(self, installation: Installation, shop: Shop) -> None:
        self.installation, self.shop = installation, shop

    async def send(self, phone: str, text: str, **headers: str) -> dict[str, Any]:
        body = {"From": f"+{NUMBER}", "To": f"+{phone}", "Message": text}
        (sms,) = await self.shop.call("POST", "/sms/send", body, **headers)
        return dict(sms)

    async def told(self, flow: str, number: int) -> dict[str, Any]:
        """What a flow was told when it was started for that time; 1 is the first."""
        calls = self.shop.told[flow]

        async def called() -> bool:
            return len(calls) >= number

        await self.installation.until(called, SECONDS, f"call {number} of the flow {flow!r}")
        content: dict[str, Any] = calls[number - 1]["Content"]
        return content

    async def a_flow_that_starts_itself(self) -> None:
        """It writes to Anna for each message that is sent, by a way that does not mark its own."""
        await self.send(BO, "The first")
        for round_ in range(1, LIMIT + 1):
            await self.told("out", round_)
            assert (await self.send(ANNA, "Somebody was written to"))["Status"] != FROZEN
        await self.told("out", LIMIT + 1)
        held = await self.send(ANNA, "Somebody was written to")
        assert (held["Status"], held["IsFlagged"]) == (FROZEN, True)
        assert held["FlaggedDescription"].startswith(f"The same text went to this number {LIMIT} times")
        shown = await self.shop.call("GET", f"/sms/{held['SMSID']}")
        assert (shown["Status"], shown["FlaggedDate"]) == (FROZEN, held["FlaggedDate"])

    async def a_marked_message_starts_none(self) -> None:
        quiet = await self.send(CY, "By a flow", x_zapier="true")
        after = await self.send(CY, "By a program")
        told = await self.told("out", LIMIT + 2)  # callbacks for one and the same moment go out together
        assert told["SMS"]["SMSID"] == after["SMSID"] != quiet["SMSID"]
        assert len(self.shop.told["out"]) == LIMIT + 2

    async def a_phone_that_answers_by_itself(self) -> None:
        """Di's says that she drives to whatever comes; the flow thanks for whatever comes in."""
        rounds = 0
        while True:
            self.shop.write(DI, "I am driving.")
            rounds += 1
            content = await self.told("in", rounds)
            sms, last = content["SMS"], content.get("LastSMSOutbound", {})
            assert (sms["FromNumber"], sms["ToNumber"], sms["Message"]) == (DI, NUMBER, "I am driving.")
            assert last.get("Message") == ("Thank you!" if rounds > 1 else None)
            answer = await self.send(sms["FromNumber"], "Thank you!", x_zapier="true")
            if answer["Status"] == FROZEN:
                break
            assert rounds <= LIMIT, "it goes on"
            await self.installation.until(self._sent(answer["SMSID"]), SECONDS, f"answer {rounds} sent")
        assert rounds == LIMIT + 1
        contact = await self.shop.call("GET", f"/contacts?searchNumber={DI}")
        assert [one["ContactID"] for one in contact] == [sms["ContactID"]]  # she became one

    def _sent(self, sms_id: int) -> Any:
        async def sent() -> bool:
            shown = await self.shop.call("GET", f"/sms/{sms_id}")
            return bool(shown["Status"] in (SENT, DELIVERED))

        return sent


async def test_loops_end() -> None:
    async with Installation() as installation, Shop(installation) as shop:
        for number, path in ((0, "in"), (5, "out")):
            body = {"URL": f"{shop.flows.url}/{path}?sig=a%2Fb"}
            await shop.call("POST", f"/system/applications/webhooks/type/{number}", body, 201)
        loops = Loops(installation, shop)
        await loops.a_flow_that_starts_itself()
        await loops.a_marked_message_starts_none()
        await loops.a_phone_that_answers_by_itself()
