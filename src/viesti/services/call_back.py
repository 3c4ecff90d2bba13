"""Claims the callbacks that are due and settles how their calls went.

Rule: a callback leaves the queue only as made (with a trace in its subject's timeline), parked for a person,
or with the subscription it was owed for. A subscription's URL is open only in memory, between claim and call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from viesti.domain.callback import Patience
from viesti.domain.message import Callback
from viesti.net.client import FailureKind, HttpFailure, OutgoingClient
from viesti.net.url import BadUrl, split_url
from viesti.protocols.webhook.signature import headers as signature_headers
from viesti.protocols.webhook.signature import secret_key
from viesti.services.callback_settlement import CallbackSettlement, Called
from viesti.services.estate import EstateCache
from viesti.services.wake import seconds_until
from viesti.storage.seal import Seal, SealError
from viesti.storage.store import Store, StoreUnavailable, Transaction

__all__ = ["CallBack", "Called", "endpoint_of"]

LEASE = "callbacks"  # the first word of a lease's name; the token follows
FORGET = timedelta(hours=1)
PATIENCE = Patience()
JSON = {"Content-Type": "application/json"}


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
        patience: Patience = PATIENCE,
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
        self._patience = patience
        self._token = 0
        self._in_hand: set[int] = set()  # claimed, and neither settled nor given back
        self._unsure = False  # a claim failed: it may have been committed all the same
        self._keys: dict[str, bytes] = {}  # of the customers' sealed secrets; opening one is slow
        estate.on_change(lambda _: self._keys.clear())

    async def claim(self, limit: int, passed_over: Sequence[int] = ()) -> list[Callback]:
        """Claim due callbacks, none of the customers passed over; of each subject at most one, beside those
        that stand apart."""
        try:
            claimed = await self._take(limit, passed_over)
        except BaseException:
            self._unsure = True
            raise
        self._unsure = False
        self._in_hand.update(callback.id for callback in claimed)
        return [self._opened(callback) for callback in claimed]

    async def _take(self, limit: int, passed_over: Sequence[int]) -> list[Callback]:
        now = self._now()
        async with self._store.statements() as each:
            token = await self._own(each)
            if self._unsure:
                await each.callbacks.release_all_but(list(self._in_hand), token)
            return await each.callbacks.claim(now, limit, now + self._claim, token, passed_over)

    def _opened(self, callback: Callback) -> Callback:
        """With the URL to call; '' when it does not open."""
        if callback.subscription_id is None:
            return callback
        try:
            return replace(callback, url=self._seal.open(callback.url).decode())
        except SealError:
            return replace(callback, url="")

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
        """Make the call, unless its subscription has ended. Never raises for what the endpoint does."""
        if callback.subscription_id is not None:
            hindrance = await self._hindrance(callback)
            if hindrance:
                return hindrance
        body = callback.body.encode()
        headers = dict(JSON) if body else {}
        try:
            headers.update(self._signature(callback, body))
        except (SealError, ValueError) as error:  # an operator can mend it, so it is tried again
            return Called(callback, HttpFailure(FailureKind.BROKEN, f"not signed: {error}"), self._now())
        answer = await self._client.request(callback.method, callback.url, headers, body, repeatable=True)
        return Called(callback, answer, self._now())

    async def _hindrance(self, callback: Callback) -> Called | None:
        """Why a subscription's callback is not called now."""
        if not callback.url:  # an operator can mend it, so it is tried again
            failure = HttpFailure(FailureKind.BROKEN, "its URL does not open with secret_key")
            return Called(callback, failure, self._now())
        try:
            async with self._store.statements() as tx:
                owed = await tx.callbacks.still_ours(callback.id, self._token)
        except StoreUnavailable:
            failure = HttpFailure(FailureKind.BROKEN, "not called: the database was away")
            return Called(callback, failure, self._now())
        return None if owed else Called(callback, None, self._now())

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
        """Write how calls went."""
        settlement = CallbackSettlement(self._now(), self._patience, self._max_age, self._random)
        for one in called:
            settlement.add(one)
        await settlement.write(self._store, self._token)
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
