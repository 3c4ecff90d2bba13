"""The load of WhatsApp's crash rounds: templates by the API, and people who write, whatever is killed.

Rule: as `mixed`: a number counts as accepted only when its 200 was read whole, and a request with a RequestId
is repeated until it is answered.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import aiohttp

from bench.ledger import DIGITS
from bench.stand import Stand
from viesti.simulator.whatsapp.run import WhatsApp

WORKERS = 6
SEVERAL = 20  # recipients
PAUSE = 0.1  # after a failure
INBOUND_SECONDS = 0.25
SILENT, SILENT_FROM, SILENT_STEP = 9003, 500, 10_000  # people to whom nothing is ever delivered
SILENT_SHARE = 0.02
PEOPLE = 200  # who write
WRITER = 9_000_000  # the first of them


class WhatsAppLoad:
    """Sends until told to stop. `rate`: recipients a second, about; `inbound`: messages of people."""

    def __init__(
        self, stand: Stand, whatsapp: WhatsApp, chance: random.Random, rate: float, inbound: float
    ) -> None:
        self.accepted: set[int] = set()
        self.answers: Counter[str] = Counter()
        self.written = 0
        self._stand = stand
        self._whatsapp = whatsapp
        self._chance = chance
        self._pause = WORKERS / (rate / (0.95 + 0.05 * SEVERAL))
        self._inbound = inbound
        self._next = 1
        self._silent = SILENT_FROM
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._report_url = f"http://127.0.0.1:{stand.receiver.hello['port']}/dlr?n=%{{address}}"
        self._url = f"http://127.0.0.1:{stand.api_port}/api-integrations/v1"

    async def start(self, headers: dict[str, str]) -> None:
        """Begin."""
        timeout = aiohttp.ClientTimeout(total=15)
        self._session = aiohttp.ClientSession(headers=headers, timeout=timeout)
        self._tasks = [asyncio.create_task(self._work()) for _ in range(WORKERS)]
        self._tasks.append(asyncio.create_task(self._people()))

    async def stop(self) -> None:
        """Let what is under way be answered, then end."""
        self._stopping.set()
        await asyncio.gather(*self._tasks)
        await self._session.close()

    async def _work(self) -> None:
        while not self._stopping.is_set():
            await self._request(self._numbers())
            await asyncio.sleep(self._pause * self._chance.uniform(0.5, 1.5))

    def _numbers(self) -> Sequence[int]:
        if self._chance.random() < SILENT_SHARE:
            self._silent += 1
            return (self._silent * SILENT_STEP + SILENT,)
        count = SEVERAL if self._chance.random() < 0.05 else 1
        self._next += count
        return range(self._next - count, self._next)

    async def _request(self, numbers: Sequence[int]) -> None:
        body: dict[str, Any] = {
            "TemplateName": "bench",
            "Recipients": [{"Address": f"+35840{number:0{DIGITS}}"} for number in numbers],
            "BodyParameters": [str(numbers[0])],
            "UseSmsFallback": True,
            "DlrUrl": self._report_url,
        }
        repeats = self._chance.random() < 0.5
        if repeats:
            body["RequestId"] = f"round-{numbers[0]}"
        while True:
            answer = await self._post(body)
            self.answers[answer] += 1
            if answer == "200":
                self.accepted.update(numbers)
                return
            await asyncio.sleep(PAUSE)
            if not repeats:
                return

    async def _post(self, body: dict[str, Any]) -> str:
        """The status of the answer; 'none' when there was none."""
        try:
            async with self._session.post(f"{self._url}/messages/templates/whatsapp", json=body) as response:
                text = await response.text()
                if response.status not in (200, 503):
                    self.answers[f"{response.status} {text[:200]}"] += 1
                return str(response.status)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return "none"

    async def _people(self) -> None:
        while not self._stopping.is_set():
            for _ in range(int(self._inbound * INBOUND_SECONDS)):
                phone = f"35840{WRITER + self.written % PEOPLE:0{DIGITS}}"
                self._whatsapp.handset(phone).text(f"Bench inbound #{self.written:0{DIGITS}}")
                self.written += 1
            await asyncio.sleep(INBOUND_SECONDS)
