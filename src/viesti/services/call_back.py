"""Claims the callbacks that are due and settles how their calls went.

Rule: a callback leaves the queue only as made (with a trace in its subject's timeline) or parked for a
person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from viesti.domain.callback import (
    Answer,
    Delivered,
    NoAnswer,
    RefusedForGood,
    Retry,
    SubscriptionDead,
    judge,
    retry_after_seconds,
)
from viesti.domain.message import Callback, Event
from viesti.domain.retry import next_callback
from viesti.net.client import FailureKind, HttpAnswer, HttpFailure, OutgoingClient
from viesti.net.url import BadUrl, split_url
from viesti.protocols.webhook.signature import headers as signature_headers
from viesti.protocols.webhook.signature import secret_key
from viesti.services.estate import EstateCache
from viesti.services.wake import seconds_until
from viesti.storage.seal import Seal, SealError
from viesti.storage.store import Store, Transaction

LEASE = "callbacks"  # the first word of a lease's name; the token follows
FORGET = timedelta(hours=1)
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Called:
    """A callback and what its endpoint answered."""

    callback: Callback
    answer: HttpAnswer | HttpFailure
    at: datetime


def endpoint_of(callback: Callback) -> str:
    """Where a call goes: host and port as its URL has them; '' when the URL is none."""
    parts = split_url(callback.url)
    return "" if isinstance(parts, BadUrl) else parts[1].lower()


class CallBack:
    """The callbacks service of one engine process. Its token tells its claims from other processes'; a lease
    says that it lives, or its claims are freed before they run out."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        client: OutgoingClient,
        seal: Seal,
        now: Callable[[], datetime],
        random: Callable[[], float],
        *,
        claim_seconds: float,
        lease_seconds: float,
        max_age: timedelta,
    ) -> None:
        self._store = store
        self._estate = estate
        self._client = client
        self._seal = seal
        self._now = now
        self._random = random
        self._claim = timedelta(seconds=claim_seconds)
        self._lease = timedelta(seconds=lease_seconds)
        self._max_age = max_age
        self._token = 0
        self._in_hand: set[int] = set()  # claimed, and neither settled nor given back
        self._unsure = False  # a claim failed: it may have been committed all the same
        self._keys: dict[str, bytes] = {}  # of the customers' sealed secrets; opening one is slow
        estate.on_change(lambda _: self._keys.clear())

    async def claim(self, limit: int, passed_over: Sequence[int] = ()) -> list[Callback]:
        """Claim due callbacks, at most one for each subject, and none of the customers passed over."""
        try:
            claimed = await self._take(limit, passed_over)
        except BaseException:
            self._unsure = True
            raise
        self._unsure = False
        self._in_hand.update(callback.id for callback in claimed)
        return claimed

    async def _take(self, limit: int, passed_over: Sequence[int]) -> list[Callback]:
        now = self._now()
        async with self._store.statements() as each:
            token = await self._own(each)
            if self._unsure:
                await each.callbacks.release_all_but(list(self._in_hand), token)
            return await each.callbacks.claim(now, limit, now + self._claim, token, passed_over)

    async def _own(self, tx: Transaction) -> int:
        if not self._token:
            token = await tx.leases.token()
            self._token = self._token or token  # another task may have been first
        return self._token

    async def renew(self) -> int:
        """Say that this process lives; more often than each `lease_seconds`."""
        now = self._now()
        async with self._store.transaction() as tx:
            token = await self._own(tx)
            name = f"{LEASE} {token}"
            await tx.leases.renew({name: token}, name, now + self._lease)
        return 0

    async def call(self, callback: Callback) -> Called:
        """Make the call. Never raises for what the endpoint does."""
        body = callback.body.encode()
        headers = dict(JSON) if body else {}
        try:
            headers.update(self._signature(callback, body))
        except (SealError, ValueError) as error:  # an operator can mend it, so it is tried again
            return Called(callback, HttpFailure(FailureKind.BROKEN, f"not signed: {error}"), self._now())
        answer = await self._client.request(callback.method, callback.url, headers, body, repeatable=True)
        return Called(callback, answer, self._now())

    def _signature(self, callback: Callback, body: bytes) -> dict[str, str]:
        identifier = f"cb_{callback.id}"
        customer = self._estate.current.estate.customers.get(callback.customer_id)
        if customer is None or customer.callback_secret is None:
            return {"webhook-id": identifier}
        key = self._key(customer.callback_secret)
        return signature_headers([key], identifier, int(self._now().timestamp()), body)

    def _key(self, sealed: str) -> bytes:
        key = self._keys.get(sealed)
        if key is None:
            key = self._keys[sealed] = secret_key(self._seal.open(sealed).decode())
        return key

    async def settle(self, called: Sequence[Called]) -> None:
        """Write how calls went, in one transaction: of those that were simply made, one statement."""
        made: list[tuple[int, int, datetime, dict[str, Any]]] = []
        retries: list[tuple[int, int, datetime, str]] = []
        parked: list[tuple[int, str]] = []
        events = []
        now = self._now()
        for one in called:
            callback = one.callback
            outcome = judge(_as_answer(one), callback.attempt, callback.created_at, now)
            match outcome:
                case Delivered():
                    made.append((callback.id, callback.subject_id, one.at, _detail(one)))
                case Retry(reason, retry_after):
                    due = next_callback(
                        callback.attempt,
                        now,
                        callback.created_at,
                        self._random(),
                        retry_after,
                        self._max_age,
                    )
                    if due is None:
                        parked.append((callback.id, reason))
                        events.append(_parked(one, reason))
                    else:
                        retries.append((callback.id, callback.subject_id, due, reason))
                case RefusedForGood(reason) | SubscriptionDead(reason):
                    parked.append((callback.id, reason))
                    events.append(_parked(one, reason))
        begin = self._store.transaction if retries or parked else self._store.statements
        async with begin() as tx:
            await tx.callbacks.made(made, self._token)
            await tx.callbacks.retry(retries, self._token)
            await tx.callbacks.park(parked, now, self._token)
            await tx.messages.add_events(events)
        self._in_hand.difference_update(one.callback.id for one in called)

    async def release(self, callbacks: Sequence[Callback]) -> None:
        """Give back callbacks that were claimed and not called."""
        if callbacks:
            ids = [callback.id for callback in callbacks]
            async with self._store.transaction() as tx:
                await tx.callbacks.release(ids, self._token)
            self._in_hand.difference_update(ids)

    async def release_expired(self) -> int:
        """Free the claims of processes that died; gives how many."""
        now = self._now()
        async with self._store.transaction() as tx:
            freed = await tx.callbacks.release_expired(now, now + self._claim - self._lease)
            await tx.leases.forget(LEASE, now - FORGET)
        return freed

    async def due_in(self) -> float | None:
        """In how many seconds the next callback falls due."""
        async with self._store.statements() as each:
            return seconds_until(await each.callbacks.next_due(), self._now())


def _as_answer(called: Called) -> Answer | NoAnswer:
    answer = called.answer
    if isinstance(answer, HttpFailure):
        return NoAnswer(f"{answer.kind.value}: {answer.detail}", answer.for_good)
    if 200 <= answer.status < 300:
        return Answer(answer.status)
    retry_after = retry_after_seconds(answer.headers.get("Retry-After"), called.at)
    return Answer(answer.status, answer.body, retry_after)


def _detail(called: Called) -> dict[str, Any]:
    """What the subject's timeline tells of a call."""
    detail: dict[str, Any] = {"callback": called.callback.kind, "attempt": called.callback.attempt}
    if isinstance(called.answer, HttpAnswer):
        detail["http_status"] = called.answer.status
    return detail


def _parked(called: Called, reason: str) -> Event:
    detail = _detail(called) | {"reason": reason}
    return Event(called.callback.subject_id, called.at, "callback_parked", detail)
