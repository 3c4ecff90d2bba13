"""A RequestId is exact: one message for each id, one answer for all its repeats, whatever dies meanwhile."""

from __future__ import annotations

import asyncio
import json
import random
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
import psutil
import pytest
from tests.e2e.installation import KEY, SECRET, Installation

pytestmark = pytest.mark.e2e

WORKERS = 2  # API processes
CONNECTIONS = 64
IDS = 480
REPEATS = 3  # of each id, in parallel
KILLS = 4
BREAKS = 0.2  # of the tries are given up right after they were written
TOMORROW = 86_400
SECONDS = 120.0
AUTHORISATION = "Basic " + b64encode(f"{KEY}:{SECRET}".encode()).decode()


class Load:
    """Every id by several callers at once, each until it is answered. What was answered is kept as octets."""

    def __init__(self, installation: Installation) -> None:
        self.answers: dict[int, list[bytes]] = defaultdict(list)
        self.conflicts: Counter[int] = Counter()
        self.others: Counter[int] = Counter()  # statuses that a request may have to be repeated for
        self.broken = 0
        self._installation = installation
        self._chance = random.Random(7)
        self._marks: list[tuple[int, Callable[[], None]]] = []
        self._turns = asyncio.Semaphore(CONNECTIONS)

    def after(self, answers: int, call: Callable[[], None]) -> None:
        """Call this when so many answers have come."""
        self._marks.append((answers, call))

    async def run(self) -> None:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as self._session:
            calls = [number for number in range(IDS) for _ in range(REPEATS)]
            # Near to each other in time, and not in order.
            calls.sort(key=lambda number: number + self._chance.uniform(0, CONNECTIONS))
            await asyncio.gather(*(self._one(number) for number in calls))

    async def _one(self, number: int) -> None:
        async with self._turns:
            while True:
                if self._chance.random() < BREAKS:
                    await self._break(number)
                status, body = await self._post(number)
                if status == 200:
                    break
                await self._again(status, body)
            self.answers[number].append(body)
            while self._marks and sum(map(len, self.answers.values())) >= self._marks[0][0]:
                self._marks.pop(0)[1]()
            if len(self.answers[number]) == 1:  # it is taken now, so no other body may have it
                while (answered := await self._post(number, other=True))[0] != 409:
                    await self._again(*answered)
                self.conflicts[number] += 1

    async def _again(self, status: int, body: bytes) -> None:
        assert status in (0, 503), (status, body)
        self.others[status] += 1
        await asyncio.sleep(0.02)

    async def _post(self, number: int, *, other: bool = False) -> tuple[int, bytes]:
        body, headers = self._request(number, other)
        url = f"http://127.0.0.1:{self._installation.api_port}/sms/send"
        with suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with self._session.post(url, data=body, headers=headers) as response:
                return response.status, await response.read()
        return 0, b""

    async def _break(self, number: int) -> None:
        """The same over a connection that is gone before the answer."""
        body, headers = self._request(number, other=False)
        lines = ["POST /sms/send HTTP/1.1", "Host: test", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self._installation.api_port)
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            await writer.drain()
            await asyncio.sleep(self._chance.uniform(0, 0.02))
            writer.transport.abort()
            self.broken += 1

    def _request(self, number: int, other: bool) -> tuple[bytes, dict[str, str]]:
        """Every second id is for tomorrow, so its answers stay the same to the octet; every third is a
        header."""
        wanted: dict[str, Any] = {
            "From": "+358457390000",
            "To": [f"+35840{number:07}", f"+35841{number:07}"],
            "Message": f"#{number} {'another body' if other else 'a body'}",
        }
        if scheduled(number):
            wanted["ScheduledDate"] = self._installation.later(TOMORROW)
        headers = {"Authorization": AUTHORISATION, "Content-Type": "application/json"}
        if number % 3:
            wanted["RequestId"] = f"stress-{number}"
        else:
            headers["Idempotency-Key"] = f"stress-{number}"
        return json.dumps(wanted).encode(), headers


def scheduled(number: int) -> bool:
    return number % 2 == 0


def without_status(body: bytes) -> list[dict[str, Any]]:
    """An answer but for what moves on while a message is sent."""
    return [
        {k: v for k, v in sms.items() if "Status" not in k and "Date" not in k} for sms in json.loads(body)
    ]


async def test_each_id_makes_one_message_while_the_api_is_killed() -> None:
    async with Installation(workers=WORKERS) as installation:
        load = Load(installation)
        killed: list[int] = []

        def kill() -> None:
            victim = random.Random(len(killed)).choice(installation._processes("api"))
            with suppress(psutil.NoSuchProcess):
                victim.kill()
                killed.append(victim.pid)

        for number in range(1, KILLS + 1):
            load.after(number * IDS * REPEATS // (KILLS + 2), kill)
        async with asyncio.timeout(SECONDS):
            await load.run()
        assert len(killed) == KILLS
        assert load.broken > 0
        assert load.others[0] > 0, "no request met a dying process"

        assert {number: len(bodies) for number, bodies in load.answers.items()} == dict.fromkeys(
            range(IDS), REPEATS
        )
        assert load.conflicts == dict.fromkeys(range(IDS), 1)
        for number, bodies in load.answers.items():
            if scheduled(number):
                assert len(set(bodies)) == 1, bodies
            assert all(without_status(body) == without_status(bodies[0]) for body in bodies), bodies

        rows = await installation.query(
            "select m.id, m.text, array_agg(r.id order by r.id) as recipients"
            " from messages m join recipients r on r.message_id = m.id group by m.id, m.text"
        )
        stored = {int(row["text"].split()[0][1:]): row["recipients"] for row in rows}
        assert len(rows) == len(stored) == IDS
        assert all(row["text"].endswith(" a body") for row in rows)
        for number, bodies in load.answers.items():
            assert sorted(sms["SMSID"] for sms in json.loads(bodies[0])) == stored[number]

        async def all_sent() -> bool:
            left = await installation.query("select from outbox where due_at is null")
            return not left

        await installation.until(all_sent, 60, "what is for today to be sent")
        ledger = installation.simulator.ledger
        assert ledger is not None
        sent = {str(number): 2 for number in range(IDS) if not scheduled(number)}
        assert ledger.keys() == sent
