"""The life of a group: filled through the API, written to from the command line, its failures counted by the
engine, emptied and swept away."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from tests.e2e.installation import Installation

from viesti.simulator.behaviour import Behaviour, Span
from viesti.simulator.treatment import Fate

pytestmark = pytest.mark.e2e

SECONDS = 60.0
UNREACHABLE = Behaviour(outcomes=((Fate.UNDELIVERED, 1.0),), receipt_delay=Span(0.1, 0.1))
LEFT = "select (select count(*) from contacts) + (select count(*) from lists) as left"


async def test_a_group_s_life() -> None:
    async with Installation(UNREACHABLE) as installation:
        headers = {"Personal-Access-Token": await installation.token()}
        base = f"http://127.0.0.1:{installation.api_port}/api-integrations/v1"
        async with aiohttp.ClientSession(headers=headers) as session:

            async def call(method: str, path: str, body: Any = None, **more: str) -> Any:
                async with session.request(method, base + path, json=body, headers=more) as response:
                    assert response.status == 200, await response.text()
                    return await response.json()

            customer = (await call("GET", "/customers"))["customerUsers"][0]["customerId"]
            [service] = await call("GET", f"/services/{customer}", ServiceType="Group")
            group = f"/groupcontact/{customer}/{service['id']}"
            for number in range(3):
                phone = f"040 123 000{number}"
                await call("POST", group, {"phone": phone, "active": number != 2, "firstName": "Ada"})

            sent = json.loads(await installation.command("send", "Hello", "--group", "acme/vip", "--json"))
            assert (sent["accepted"], sent["messages"]) == (2, 1)

            async def failed(number: int) -> int:
                shown = await call("GET", f"{group}/040123000{number}")
                return int(shown["failedMessages"])

            async def counted() -> bool:
                return [await failed(0), await failed(1)] == [1, 1]

            await installation.until(counted, SECONDS, "failed messages to be counted")
            assert await failed(2) == 0  # inactive: nothing was sent

            assert await call("DELETE", group) is True
            assert await call("DELETE", f"{group}/0401230000") is False

            async def swept() -> bool:
                [row] = await installation.query(LEFT)
                return row["left"] == 0

            await installation.until(swept, SECONDS, "the emptied list to be swept")
