"""Stores what was accepted: messages, recipients and their places in the outbox.

Rule: all of it in one statement, which is a transaction by itself where nothing else belongs to it. What is
held back is rare, and a second one; so is what may go out as SMS instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec

from viesti.domain.contact import ContactCount
from viesti.domain.message import FallbackDue, Held, Message, Protocol, Queued, Recipient
from viesti.domain.status import Status
from viesti.storage.database import Connection
from viesti.storage.rows.money import OverTheCap, is_over_the_cap
from viesti.storage.sql import queries

SQL = queries("accept")
_WAITING = frozenset((Status.SCHEDULED, Status.QUEUED))
_NOTHING = Decimal(0)
_NOTHING_QUEUED = (None,) * len(Queued._fields)
_TABLES = Message._fields.index("shift_tables")
_PROTOCOL = Message._fields.index("protocol")  # what comes from here on only WhatsApp has
# What a new recipient has never; it stands at its default.
_LATER = frozenset(
    ("carrier_error", "attempt", "doubts", "sent_at", "carrier_at", "flagged_at", "flagged_why", "read_at")
)
_NEW = [at for at, name in enumerate(Recipient._fields) if name not in _LATER]


class Accept:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(
        self,
        messages: Sequence[Message],
        recipients: Sequence[Recipient],
        queued: Sequence[Queued],
        held: Sequence[Held] = (),
        counts: Sequence[ContactCount] = (),
        fallbacks: Sequence[FallbackDue] = (),
    ) -> None:
        """Store messages with their recipients, those of them that wait to be sent, are held back or have
        another way left, and what is counted of people. Raises `OverTheCap`, and then nothing is stored."""
        if not held and not fallbacks:
            await self._add(messages, recipients, queued, counts)
            return
        async with self._connection.transaction():
            await self._add(messages, recipients, queued, counts)
            if fallbacks:
                await self._connection.execute(SQL["fall_back"], *zip(*fallbacks, strict=True))
            if not held:
                return
            flagged = {each.id: each.flagged_why for each in recipients if each.flagged_why}
            why = [flagged.get(each.id, "") for each in held]
            await self._connection.execute(SQL["hold"], *zip(*held, strict=True), why)

    async def _add(
        self,
        messages: Sequence[Message],
        recipients: Sequence[Recipient],
        queued: Sequence[Queued],
        counts: Sequence[ContactCount],
    ) -> None:
        charges = _charges(recipients)
        links = {count.id: count.links for count in counts}
        of_messages: list[Sequence[Any]] = list(zip(*messages, strict=True))
        of_messages[_TABLES] = [",".join(tables) for tables in of_messages[_TABLES]]
        of_recipients = list(zip(*recipients, strict=True))
        try:
            await self._connection.execute(
                SQL["accept"],
                *map(_unless_empty, of_messages[:_PROTOCOL]),
                *(_unless_empty(of_recipients[at]) for at in _NEW),
                [links.get(identifier) for identifier in of_recipients[0]] if links else None,
                *(map(_unless_empty, zip(*queued, strict=True)) if queued else _NOTHING_QUEUED),
                list(charges),
                list(charges.values()),
                *_of_whatsapp(messages, of_messages),
            )
        except asyncpg.CheckViolationError as error:
            if is_over_the_cap(error):
                raise OverTheCap from error
            raise


def _of_whatsapp(messages: Sequence[Message], columns: Sequence[Sequence[Any]]) -> Sequence[Any]:
    """The columns from the protocol on; nulls where all are SMS, as nearly always."""
    if all(message.protocol == Protocol.SMS for message in messages):
        return (None, None, None)
    protocols, contents, fallbacks = columns[_PROTOCOL:]
    return (
        protocols,
        [None if content is None else msgspec.Raw(content) for content in contents],
        fallbacks,
    )


def _unless_empty(column: Sequence[Any]) -> Sequence[Any] | None:
    """Null for a column of nulls, which `unnest` fills up again: half the columns are, and each costs as much
    to encode as one with values."""
    return None if column.count(None) == len(column) else column


def _charges(recipients: Iterable[Recipient]) -> dict[int, Decimal]:
    """What is taken from whose balance: the costs of those that are going to be sent."""
    charges: dict[int, Decimal] = {}
    for recipient in recipients:
        if recipient.status in _WAITING:
            customer_id = recipient.customer_id
            charges[customer_id] = charges.get(customer_id, _NOTHING) + (recipient.cost or _NOTHING)
    return charges
