"""What a person forbade under one name, once he is known by another as well.

Rule: nobody has to say it twice, nor to take it back twice. A number takes over what was said by the user id
that is the same person; what was said by a number that he had before goes along to the next, and stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from viesti.domain.estate import Customer
from viesti.domain.message import Protocol
from viesti.services.estate import Snapshot
from viesti.services.provider.gather import Moved
from viesti.services.tell.consents import How, Word, record_words
from viesti.storage.store import Party, Store, Transaction


class _Step(NamedTuple):
    """A customer knows who was known as `before` as `now`. `over`: and it needs the name before no more."""

    customer: Customer
    before: str
    now: str
    over: bool


async def follow_names(
    tx: Transaction, store: Store, snapshot: Snapshot, parties: Sequence[Party], moved: Sequence[Moved]
) -> None:
    """Write what these people forbade under their names before to those that they have now."""
    steps = [*_of_parties(snapshot, parties), *_of_moved(snapshot, moved)]
    if not steps:
        return
    standing = await tx.consents.standing_of({(step.customer.id, step.before) for step in steps})
    for step in steps:
        forbidden = standing.get((step.customer.id, step.before))
        if forbidden is None:
            continue
        customer, scope = step.customer, forbidden.scope
        new = await tx.consents.opt_out([(customer.id, customer.bucket, step.now, scope, forbidden.since)])
        if step.over:
            await tx.consents.opt_in([(customer.id, step.before, "all")])
        if new:
            word = Word(
                customer=customer,
                address=step.now,
                opted_in=False,
                scope=scope,
                at=forbidden.since,
                source=Protocol.WHATSAPP,
                evidence=f"said as {step.before}",
                how=How.OTHER_NAME,
                new=True,
            )
            await record_words(tx, store, [word])


def _of_parties(snapshot: Snapshot, parties: Sequence[Party]) -> Iterator[_Step]:
    customers = snapshot.estate.customers
    for party in parties:
        if party.phone is not None:
            yield _Step(customers[party.customer_id], party.bsuid, party.phone, True)


def _of_moved(snapshot: Snapshot, moved: Sequence[Moved]) -> Iterator[_Step]:
    for channel, event, _ in moved:
        now = event.wa_id or event.user_id
        before = {event.old_wa_id, event.old_user_id} - {"", now}
        for customer in snapshot.customers_of(channel) if now else ():
            for name in sorted(before):
                yield _Step(customer, name, now, False)
