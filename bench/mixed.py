"""A load of everything at once, moderate and steady, that survives whatever is killed under it.

Rule: a number counts as accepted only when its 200 was read whole. A request with a RequestId is repeated,
word for word, until it is answered; one without is given up when nobody knows what became of it.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from bench.ledger import DIGITS
from bench.stand import SHOP_KEY, SHOP_SECRET, Stand

WORKERS = 8
BULK = 40  # recipients
MULTIPART_EVERY = 5
LONG = " and this goes on until it no longer fits into one part" * 3
LINK = "Your order: https://shop.example/orders/"
PAUSE = 0.1  # after a failure
INBOUND_SECONDS = 0.25


class MixedLoad:
    """Sends until told to stop. `rate`: recipients a second, about; `inbound`: messages of handsets."""

    def __init__(self, stand: Stand, chance: random.Random, rate: float, inbound: float) -> None:
        self.accepted: set[int] = set()
        self.of_two_parts: set[int] = set()
        self.answers: Counter[str] = Counter()
        self._stand = stand
        self._chance = chance
        self._pause = WORKERS / (rate / (0.95 + 0.05 * BULK))  # 95 of 100 requests have one recipient
        self._inbound = inbound
        self._next = 1
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._report_url = f"http://127.0.0.1:{stand.receiver.hello['port']}/dlr?n=%{{address}}"
        self._url = f"http://127.0.0.1:{stand.api_port}/sms/send"

    async def start(self) -> None:
        """Begin."""
        self._session = aiohttp.ClientSession(
            auth=aiohttp.BasicAuth(SHOP_KEY, SHOP_SECRET), timeout=aiohttp.ClientTimeout(total=15)
        )
        self._tasks = [asyncio.create_task(self._work()) for _ in range(WORKERS)]
        self._tasks.append(asyncio.create_task(self._handsets()))

    async def stop(self) -> None:
        """Let what is under way be answered, then end."""
        self._stopping.set()
        await asyncio.gather(*self._tasks)
        await self._session.close()

    async def _work(self) -> None:
        while not self._stopping.is_set():
            count = BULK if self._chance.random() < 0.05 else 1
            numbers = range(self._next, self._next + count)
            self._next += count
            await self._request(numbers)
            await asyncio.sleep(self._pause * self._chance.uniform(0.5, 1.5))

    async def _request(self, numbers: range) -> None:
        addresses = [f"+35840{number:0{DIGITS}}" for number in numbers]
        long = self._chance.random() < 0.15
        body: dict[str, Any] = {
            "From": "Bench",
            "To": addresses if len(addresses) > 1 else addresses[0],
            "Message": f"{LINK}{numbers[0]} #{numbers[0]:0{DIGITS}}{LONG if long else ''}",
            "DlrUrl": self._report_url,
        }
        if self._chance.random() < 0.15:
            due = datetime.now(UTC) + timedelta(seconds=self._chance.uniform(1.5, 4))
            body["ScheduledDate"] = due.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        repeats = self._chance.random() < 0.5
        if repeats:
            body["RequestId"] = f"round-{numbers[0]}"
        while True:
            answer = await self._post(body)
            self.answers[answer] += 1
            if answer == "200":
                self.accepted.update(numbers)
                self.of_two_parts.update(numbers if long else ())
                return
            await asyncio.sleep(PAUSE)
            if not repeats:
                return

    async def _post(self, body: dict[str, Any]) -> str:
        """The status of the answer; 'none' when there was none."""
        try:
            async with self._session.post(self._url, json=body) as response:
                text = await response.text()
                if response.status not in (200, 503):
                    self.answers[f"{response.status} {text[:200]}"] += 1
                return str(response.status)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return "none"

    async def _handsets(self) -> None:
        while not self._stopping.is_set():
            await self._stand.centre.ask("deliver", count=int(self._inbound * INBOUND_SECONDS), more=True)
            await asyncio.sleep(INBOUND_SECONDS)
