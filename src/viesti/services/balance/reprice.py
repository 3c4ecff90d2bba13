"""Gives recipients another price: they go another way, or took more parts than were counted.

Rule: what is dearer is taken from the balance before it is sent, and where the balance does not cover it,
nothing is changed and the caller is told; so a new route leads nobody above his cap.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple

from viesti.domain.linked_text import inspect_linked
from viesti.domain.purse import Purse
from viesti.domain.text import ConcatMethod, inspect
from viesti.services.estate import Snapshot
from viesti.storage.store import CostRow, MessageToSend, ToSend, Transaction

_NOTHING = Decimal(0)


class Fare(NamedTuple):
    """What a recipient costs another way, and for how many parts."""

    recipient_id: int
    parts: int
    cost: Decimal | None
    cost_gbp: Decimal | None


def fare(snapshot: Snapshot, recipient: ToSend, message: MessageToSend, channel_id: int) -> Fare:
    """What a recipient costs over another channel, by today's prices."""
    methods, parts = snapshot.concat, recipient.parts
    if channel_id in methods and methods[channel_id] is not methods.get(recipient.channel_id):
        parts = _count(recipient, message, methods[channel_id])
    return fare_for(snapshot, recipient, message, channel_id, parts)


def fare_for(
    snapshot: Snapshot, recipient: ToSend, message: MessageToSend, channel_id: int, parts: int
) -> Fare:
    """The same for so many parts."""
    price = snapshot.prices.lookup(message.customer_id, channel_id, recipient.address)
    if price is None:
        return Fare(recipient.id, parts, None, None)
    currency = snapshot.estate.customers[message.customer_id].currency
    cost = price.cost(parts).in_currency(currency, snapshot.gbp_rate(message.customer_id))
    return Fare(recipient.id, parts, cost.amount, cost.gbp)


def _count(recipient: ToSend, message: MessageToSend, method: ConcatMethod) -> int:
    """The parts that its text has with that method, counted as when it was accepted."""
    text, languages = recipient.text if recipient.text is not None else message.text, message.shift_tables
    if message.link_base is None:
        return inspect(text, languages=languages, method=method).parts
    return inspect_linked(text, message.link_base, languages=languages, method=method).plan.parts


async def reprice(tx: Transaction, fares: Collection[Fare]) -> set[int]:
    """Write what these recipients cost now, and take it from their balances or give it back. Gives those
    whose balance does not cover it: they stay as they were."""
    if not fares:
        return set()
    known = {row.id: row for row in await tx.money.costs([one.recipient_id for one in fares])}
    changes = [(one, known[one.recipient_id]) for one in sorted(fares) if one.recipient_id in known]
    dearer = {row.customer_id for one, row in changes if row.charged and _more(one, row) > 0}
    purse = Purse(await tx.money.lock_left(dearer) if dearer else {})
    fitting, cheaper, poor = [], [], set()
    for one, row in changes:
        more = _more(one, row) if row.charged else _NOTHING
        if more > 0 and not purse.take(row.customer_id, more):
            poor.add(one.recipient_id)
            continue
        fitting.append((one.recipient_id, one.cost, one.cost_gbp, one.parts))
        if more < 0:
            cheaper.append((row, -more))
    await tx.money.write_costs(fitting)
    await tx.money.spend(purse.taken)
    await tx.money.give_back(cheaper)
    return poor


def _more(one: Fare, row: CostRow) -> Decimal:
    return (one.cost or _NOTHING) - (row.cost or _NOTHING)
