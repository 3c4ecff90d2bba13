"""Stores what was accepted: messages, recipients and their places in the outbox.

Rule: all of it in one statement, which is a transaction by itself where nothing else belongs to it. What is
held back is rare, and a second one; so is what may go out as SMS instead.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
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

_Form = Callable[[Sequence[Any]], Sequence[Any] | None]

SQL = queries("accept")
_WAITING = frozenset((Status.SCHEDULED, Status.QUEUED))
_NOTHING = Decimal(0)
_NOTHING_QUEUED = (None,) * len(Queued._fields)
_TABLES = Message._fields.index("shift_tables")
_PROTOCOL = Message._fields.index("protocol")  # what comes from here on only WhatsApp has
# What a new recipient has never; it stands at its default.
_LATER = frozenset(
    (
        *("carrier_error", "attempt", "doubts", "sent_at", "carrier_at", "flagged_at", "flagged_why"),
        *("read_at", "fell_back_after"),
    )
)
_NEW = [at for at, name in enumerate(Recipient._fields) if name not in _LATER]
# Columns that are never null, so that one value may stand for all (the statement says how). The ids are
# not among them: they say how many rows there are.
_OF_MESSAGES = frozenset(
    (
        *("bucket", "customer_id", "dialect", "sender", "sender_kind", "text", "lane", "shift_tables"),
        *("recipient_count", "part_count", "report_all", "quiet", "created_at"),
    )
)
_OF_RECIPIENTS = frozenset(
    (
        *("bucket", "message_id", "customer_id", "address_kind", "coding", "parts", "status", "reports"),
        "created_at",
    )
)
_OF_QUEUED = frozenset(("bucket", "channel_id", "lane", "parts"))


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
                *_written(of_messages[:_PROTOCOL], _MESSAGE_FORMS),
                *_written([of_recipients[at] for at in _NEW], _RECIPIENT_FORMS),
                [links.get(identifier) for identifier in of_recipients[0]] if links else None,
                *(_written(zip(*queued, strict=True), _QUEUED_FORMS) if queued else _NOTHING_QUEUED),
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


def _once(column: Sequence[Any]) -> Sequence[Any]:
    """One value for a column that is the same in all rows, as half of the never null mostly are."""
    return column[:1] if column.count(column[0]) == len(column) else column


def _forms(names: Iterable[str], never_null: Collection[str]) -> list[_Form]:
    return [_once if name in never_null else _unless_empty for name in names]


def _written(columns: Iterable[Sequence[Any]], forms: Sequence[_Form]) -> Iterator[Sequence[Any] | None]:
    """Columns in the forms that they are sent in: encoding them is the most of what accepting costs."""
    return (form(column) for form, column in zip(forms, columns, strict=True))


_MESSAGE_FORMS = _forms(Message._fields[:_PROTOCOL], _OF_MESSAGES)
_RECIPIENT_FORMS = _forms((Recipient._fields[at] for at in _NEW), _OF_RECIPIENTS)
_QUEUED_FORMS = _forms(Queued._fields, _OF_QUEUED)


def _charges(recipients: Iterable[Recipient]) -> dict[int, Decimal]:
    """What is taken from whose balance: the costs of those that are going to be sent."""
    charges: dict[int, Decimal] = {}
    for recipient in recipients:
        if recipient.status in _WAITING:
            customer_id = recipient.customer_id
            charges[customer_id] = charges.get(customer_id, _NOTHING) + (recipient.cost or _NOTHING)
    return charges
