"""Records what a person allowed or forbade a customer, with how it is known.

Rule: what stands and the line of the ledger are written together. Nobody's opt-out is weakened by another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from viesti.domain.estate import Customer
from viesti.services.tell.consents import How, Word, record_words
from viesti.storage.store import ChannelConsent, Forbidden, LedgerLine, Store, Transaction

ALL, MARKETING, WHATSAPP = SCOPES = ("all", "marketing", "whatsapp")


class ConsentGiven(msgspec.Struct, frozen=True):
    """A person's word. `identity`: the address of ours it is about, for a channel's scope; `source`: where it
    came in; `evidence`: what shows it; `how`: what programs are told of where it came from."""

    customer: Customer
    address: str
    opted_in: bool
    scope: str
    identity: str
    source: str
    how: How
    evidence: str = ""


class ConsentSeen(msgspec.Struct, frozen=True):
    """What stands for a person, and the ledger, the newest line first."""

    forbidden: Forbidden | None
    channels: list[ChannelConsent]
    ledger: list[LedgerLine]


class RecordConsent:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def __call__(self, given: Iterable[ConsentGiven]) -> None:
        """Record these, all or none."""
        words = list(given)
        now = self._now()

        async def work(tx: Transaction) -> None:
            for one in words:
                await write_consent(tx, self._store, one, now)

        await self._store.run(work)


async def write_consent(
    tx: Transaction, store: Store, given: ConsentGiven, at: datetime, *, stands: bool = True
) -> None:
    """Write one in a transaction; in the ledger alone where it does not stand (he has said something else
    since)."""
    customer, scope = given.customer, given.scope
    new = False
    if not stands:
        pass
    elif scope == WHATSAPP:
        said = (customer.id, customer.bucket, scope, given.identity, given.address, given.opted_in, at)
        new = bool(await tx.consents.set_channel([said]))
    elif given.opted_in:
        await tx.consents.opt_in([(customer.id, given.address, scope)])
        new = True
    else:
        row = (customer.id, customer.bucket, given.address, scope, at)
        new = bool(await tx.consents.opt_out([row]))
    word = Word(
        customer=customer,
        address=given.address,
        opted_in=given.opted_in,
        scope=scope,
        at=at,
        source=given.source,
        evidence=" ".join(part for part in (given.identity, given.evidence) if part),
        how=given.how,
        new=new,
        identity=given.identity,
    )
    await record_words(tx, store, [word])


async def see_consent(store: Store, customer: Customer, address: str, limit: int) -> ConsentSeen:
    """What a person allowed and forbade a customer."""
    async with store.transaction() as tx:
        return ConsentSeen(
            await tx.consents.standing(customer.id, address),
            await tx.consents.channels(customer.id, address),
            await tx.consents.ledger(customer.id, address, limit),
        )
