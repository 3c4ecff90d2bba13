"""Webhooks: verified, signed, posted, and posted again until they are taken.

Rule: nothing is told to an address that did not answer the verification. What is told in one lane leaves in
order; what was not taken comes again later, behind what follows it, as with Meta.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from viesti.net.client import ClientOptions, HttpAnswer, OutgoingClient
from viesti.simulator.whatsapp.behaviour import CloudBehaviour
from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.simulator.whatsapp.payloads import Change, body

LANES = 16
SIGNATURE = "X-Hub-Signature-256"
VERIFY_AGAIN = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds until an address that did not verify is asked again
KEPT = 1_000  # bodies remembered for a test to look at


@dataclass(frozen=True, slots=True)
class Posted:
    """One body that was taken by the other end."""

    octets: bytes
    signature: str
    status: int


@dataclass(slots=True, eq=False)
class _Body:
    octets: bytes
    since: float
    tries: int = 0


@dataclass(slots=True)
class HookCounts:
    """What became of webhooks so far."""

    taken: int = 0  # answered 200
    refused: int = 0  # tries answered otherwise, or not at all
    given_up: int = 0


@dataclass(slots=True, eq=False)
class _Account:
    """The callback of one account and what waits for it."""

    number: CloudNumber
    url: str = ""
    verified: bool = False
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    lanes: list[deque[tuple[Change, int]]] = field(default_factory=lambda: [deque() for _ in range(LANES)])
    stirred: list[asyncio.Event] = field(default_factory=lambda: [asyncio.Event() for _ in range(LANES)])


class Hooks:
    """The webhooks of all accounts. Made and started in the event loop that uses it."""

    def __init__(
        self,
        numbers: tuple[CloudNumber, ...],
        behaviour: Callable[[], CloudBehaviour],
        clock: Callable[[], datetime],
        random: Random,
        timeout: float = 10.0,
    ) -> None:
        self.counts = HookCounts()
        self.posted: deque[Posted] = deque(maxlen=KEPT)
        self.on_change: Callable[[], None] = lambda: None
        self._behaviour, self._clock, self._random = behaviour, clock, random
        self._accounts: dict[str, _Account] = {}
        for number in numbers:
            self._accounts.setdefault(number.waba_id, _Account(number))
        options = ClientOptions(allow_private=True, total_timeout=timeout)
        self._client = OutgoingClient(options)
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: list[asyncio.Future[None]] = []
        self._open = 0  # bodies and changes not yet taken or given up

    async def start(self) -> None:
        """Begin to work, and verify the callbacks that the numbers came with."""
        await self._client.start()
        for account in self._accounts.values():
            for lane in range(LANES):
                self._spawn(self._work(account, lane))
            if account.number.callback_url:
                self._spawn(self._verify_until_done(account, account.number.callback_url))

    async def stop(self) -> None:
        """End; what was not taken is lost."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.close()

    @property
    def pending(self) -> int:
        """Changes and bodies that still have to be taken."""
        return self._open

    async def until_told(self, seconds: float) -> None:
        """Wait until everything was taken, so long at most."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self._open and loop.time() < end:
            told = loop.create_future()
            self._told.append(told)
            await asyncio.wait((told,), timeout=end - loop.time())

    def url(self, waba_id: str) -> str:
        """Where the account's webhooks go, once verified."""
        account = self._accounts[waba_id]
        return account.url if account.verified else ""

    def put(self, change: Change) -> None:
        """Tell a change; it waits while the account has no verified callback."""
        self._open += 1
        account, at = self._accounts[change.waba_id], int(self._clock().timestamp())
        behaviour = self._behaviour()
        if behaviour.webhook_disorder and self._random.random() < behaviour.webhook_disorder:
            loop = asyncio.get_running_loop()
            loop.call_later(behaviour.webhook_hold.draw(self._random), self._enqueue, account, change, at)
            return
        self._enqueue(account, change, at)

    async def subscribe(self, waba_id: str, url: str, verify_token: str = "") -> bool:
        """Ask `url` for the challenge and make it the account's callback if it gives it."""
        account = self._accounts[waba_id]
        challenge = str(self._random.randrange(10**9, 10**10))
        query = urlencode(
            {
                "hub.mode": "subscribe",
                "hub.challenge": challenge,
                "hub.verify_token": verify_token or account.number.verify_token,
            }
        )
        answer = await self._client.request("GET", f"{url}{'&' if '?' in url else '?'}{query}")
        if not isinstance(answer, HttpAnswer) or (answer.status, answer.body) != (200, challenge.encode()):
            return False
        account.url, account.verified = url, True
        account.ready.set()
        self.on_change()
        return True

    def unsubscribe(self, waba_id: str) -> None:
        """Keep back what comes from now on."""
        account = self._accounts[waba_id]
        account.verified, account.url = False, ""
        account.ready.clear()

    async def _verify_until_done(self, account: _Account, url: str) -> None:
        for delay in (*VERIFY_AGAIN, *[VERIFY_AGAIN[-1]] * 1_000_000):
            if account.verified or await self.subscribe(account.number.waba_id, url):
                return
            await asyncio.sleep(delay)

    def _enqueue(self, account: _Account, change: Change, at: int) -> None:
        lane = crc32(change.lane.encode()) % LANES
        account.lanes[lane].append((change, at))
        account.stirred[lane].set()

    async def _work(self, account: _Account, lane: int) -> None:
        waiting, stirred = account.lanes[lane], account.stirred[lane]
        loop = asyncio.get_running_loop()
        while True:
            await stirred.wait()
            await account.ready.wait()
            changes = [waiting.popleft() for _ in range(min(len(waiting), self._behaviour().webhook_batch))]
            if not waiting:
                stirred.clear()
            if not changes:
                continue
            self._open -= len(changes) - 1
            one = _Body(body(changes), loop.time())
            await self._post(account, one)
            share = self._behaviour().webhook_duplicates
            if share and self._random.random() < share:
                self._open += 1
                self._later(self._behaviour().webhook_hold.draw(self._random), account, one)

    async def _post(self, account: _Account, one: _Body) -> None:
        signature = (
            "sha256=" + hmac.new(account.number.app_secret.encode(), one.octets, hashlib.sha256).hexdigest()
        )
        headers = {"Content-Type": "application/json", SIGNATURE: signature}
        one.tries += 1
        answer = await self._client.request("POST", account.url, headers, one.octets)
        if isinstance(answer, HttpAnswer) and answer.status == 200:
            self.counts.taken += 1
            self.posted.append(Posted(one.octets, signature, answer.status))
            self._done()
            return
        self.counts.refused += 1
        behaviour = self._behaviour()
        retries = behaviour.webhook_retries
        age = asyncio.get_running_loop().time() - one.since
        if not retries or age > behaviour.webhook_lifetime:
            self.counts.given_up += 1
            self._done()
            return
        self._later(retries[min(one.tries, len(retries)) - 1], account, one)
        self.on_change()

    def _later(self, delay: float, account: _Account, one: _Body) -> None:
        async def again() -> None:
            await asyncio.sleep(delay)
            await account.ready.wait()
            await self._post(account, one)

        self._spawn(again())

    def _done(self) -> None:
        self._open -= 1
        waiting, self._told = self._told, []
        for one in waiting:
            if not one.done():
                one.set_result(None)
        self.on_change()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
