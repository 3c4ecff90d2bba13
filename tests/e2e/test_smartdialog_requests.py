"""Request ids under fire: many connections send the same requests at once, through two API processes of which
one is killed, and each text goes out once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from tests.e2e.installation import Installation

pytestmark = pytest.mark.e2e

CONNECTIONS, REQUESTS = 64, 1000
SECONDS = 300.0
PAUSE = 0.05  # before a request without an answer is repeated
WORKERS = 2  # API processes
SETTINGS = {"VIESTI_THROTTLE_CALLS": "1000000000"}


class Fire:
    """The connections, and every answer they got."""

    def __init__(self, installation: Installation, token: str) -> None:
        self.url = f"http://127.0.0.1:{installation.api_port}/api-integrations/v1"
        self.headers = {"Personal-Access-Token": token}
        self.answers: dict[int, set[bytes]] = defaultdict(set)
        self.answered = 0
        self.unanswered = 0
        self.heard = asyncio.Event()  # a third of all answers

    async def find_service(self) -> None:
        """Learn who sends, as a designer does."""
        async with aiohttp.ClientSession(headers=self.headers) as session:
            async with session.get(f"{self.url}/customers") as response:
                [customer] = (await response.json())["customerUsers"]
            one_way = {"ServiceType": "OneWay"}
            async with session.get(
                f"{self.url}/services/{customer['customerId']}", headers=one_way
            ) as response:
                [service] = await response.json()
        self.headers |= {"Customer-Id": customer["customerId"], "Service-Id": service["id"]}

    async def connection(self, number: int) -> None:
        """Send every request over one connection; half of them begin with the last, so that there are repeats
        at the same moment and long afterwards."""
        order = range(REQUESTS) if number % 2 else range(REQUESTS - 1, -1, -1)
        connector = aiohttp.TCPConnector(limit=1)
        timeout = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, headers=self.headers
        ) as session:
            for request in order:
                while not await self._send(session, request):  # noqa: ASYNC110  it is being started again
                    await asyncio.sleep(PAUSE)

    async def _send(self, session: aiohttp.ClientSession, request: int) -> bool:
        body: dict[str, Any] = {
            "Sender": "",
            "Content": "#$(number) hello",
            "Protocol": "SMS",
            "Recipients": [
                {"Address": f"+35840{request:07d}", "Personalization": {"number": request, "other": "x"}}
            ],
            "RequestId": f"request-{request}",
        }
        with suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with session.post(f"{self.url}/messages", json=body) as response:
                octets = await response.read()
                if response.status == 200:
                    self.answers[request].add(octets)
                    self.answered += 1
                    if self.answered >= CONNECTIONS * REQUESTS // 3:
                        self.heard.set()
                    return True
                assert response.status == 503, octets
        self.unanswered += 1
        return False


async def test_each_request_is_sent_once_whatever_is_killed() -> None:
    async with Installation(workers=WORKERS, settings=SETTINGS) as installation:
        fire = Fire(installation, await installation.token())
        await installation.until(lambda: _found(fire), 30, "the customer to be seen")
        firing = asyncio.gather(*(fire.connection(number) for number in range(CONNECTIONS)))
        async with asyncio.timeout(SECONDS):
            await fire.heard.wait()
            killed = installation.kill("api")
            await firing
        assert fire.unanswered > 0, "the kill met nothing"
        assert killed not in [process.pid for process in installation._processes("api")]
        assert len(installation._processes("api")) == WORKERS, "it was started again"
        assert sorted(fire.answers) == list(range(REQUESTS))
        assert {len(answers) for answers in fire.answers.values()} == {1}, "answers of one request differ"
        messages = {answers.copy().pop() for answers in fire.answers.values()}
        assert len(messages) == REQUESTS
        await installation.until(lambda: _all_sent(installation), 60, "all to be sent")
        ledger = installation.simulator.ledger
        assert ledger is not None
        assert ledger.total == REQUESTS
        assert ledger.keys() == {str(number): 1 for number in range(REQUESTS)}
        assert await installation.doubtful() == set()


async def _found(fire: Fire) -> bool:
    with suppress(aiohttp.ClientError, KeyError, ValueError):
        await fire.find_service()
        return True
    return False


async def _all_sent(installation: Installation) -> bool:
    rows = await installation.query("select count(*) as waiting from recipients where status < 30")
    return bool(rows[0]["waiting"] == 0)
