"""Stores what was accepted: messages, recipients and their places in the outbox.

Rule: all of it in one statement, which is a transaction by itself where nothing else belongs to it. What is
held back is rare, and a second one; so is what may go out as SMS instead. Who the people are that it is for
is found by the same statement where few of them were not asked about before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec

from viesti.domain.contact import ContactCount, KnownContact
from viesti.domain.message import FallbackDue, Held, Message, Protocol, Queued, Recipient
from viesti.domain.status import Status
from viesti.storage.database import Connection
from viesti.storage.rows.money import OverTheCap, is_over_the_cap
from viesti.storage.sql import queries

SQL = queries("accept")
# How a column is sent: whole; as one value where it is the same in all rows; or that value by itself.
_WHOLE, _ONCE, _APART = range(3)
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
# Others that mostly are the same in all rows, for what one customer sends.
_SHARED = frozenset(
    (
        *("application_id", "service_id", "currency", "link_base", "link_rule"),
        *("channel_id", "route_id", "cost", "cost_gbp"),
    )
)


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

    async def add_unless_known(
        self,
        messages: Sequence[Message],
        recipients: Sequence[Recipient],
        queued: Sequence[Queued],
        counts: Sequence[ContactCount],
    ) -> dict[int, KnownContact] | None:
        """Store what was made without asking who these people are: gives those who are contacts, by
        recipient, and counts them alone. None, and nothing is stored, when one of them opted out, or a flow
        wants to know of what is sent. Raises `OverTheCap`, and then nothing is stored either."""
        contacts = {}
        for identifier, *known in map(tuple, await self._add(messages, recipients, queued, counts, ask=True)):
            if identifier is None:
                return None
            contacts[identifier] = KnownContact(*known)
        return contacts

    async def _add(
        self,
        messages: Sequence[Message],
        recipients: Sequence[Recipient],
        queued: Sequence[Queued],
        counts: Sequence[ContactCount],
        *,
        ask: bool = False,
    ) -> list[asyncpg.Record]:
        charges = _charges(recipients)
        links = {count.id: count.links for count in counts}
        columns: list[Sequence[Any]] = list(zip(*messages, strict=True))
        columns[_TABLES] = [",".join(tables) for tables in columns[_TABLES]]
        apart: list[Any] = []
        of_messages = _written(columns[:_PROTOCOL], _MESSAGE_FORMS, apart)
        more = list(zip(*recipients, strict=True))
        of_recipients = _written([more[at] for at in _NEW], _RECIPIENT_FORMS, apart)
        if of_recipients[_RECIPIENT_MADE] == of_messages[_MESSAGE_MADE]:
            of_recipients[_RECIPIENT_MADE] = None
        of_queued: Sequence[Any] = _NOTHING_QUEUED
        if queued:
            of_queued = _written(list(zip(*queued, strict=True)), _QUEUED_FORMS, [])
        try:
            return await self._connection.fetch(
                SQL["accept"],
                *of_messages,
                *of_recipients,
                [links.get(identifier) for identifier in more[0]] if links else None,
                *of_queued,
                list(charges),
                list(charges.values()),
                *_of_whatsapp(messages, columns),
                ask,
                *apart,
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


def _forms(names: Iterable[str], never_null: Collection[str]) -> list[int]:
    return [_ONCE if name in never_null else _APART if name in _SHARED else _WHOLE for name in names]


def _written(
    columns: Sequence[Sequence[Any]], forms: Sequence[int], apart: list[Any]
) -> list[Sequence[Any] | None]:
    """Columns in the forms that they are sent in: encoding them is the most of what accepting costs. What is
    sent beside them is added to `apart`. (A column of nulls is left out: `unnest` makes them again.)"""
    written: list[Sequence[Any] | None] = []
    for form, column in zip(forms, columns, strict=True):
        first = column[0]
        same = column.count(first) == len(column)
        if form == _APART:
            apart.append(first if same else None)
        if same and form == _ONCE:
            written.append(column[:1])
        else:
            written.append(None if same and (form == _APART or first is None) else column)
    return written


_OF_A_MESSAGE = Message._fields[:_PROTOCOL]
_OF_A_RECIPIENT = [Recipient._fields[at] for at in _NEW]
_MESSAGE_FORMS = _forms(_OF_A_MESSAGE, _OF_MESSAGES)
_RECIPIENT_FORMS = _forms(_OF_A_RECIPIENT, _OF_RECIPIENTS)
_QUEUED_FORMS = _forms(Queued._fields, _OF_QUEUED)
_MESSAGE_MADE = _OF_A_MESSAGE.index("created_at")
_RECIPIENT_MADE = _OF_A_RECIPIENT.index("created_at")


def _charges(recipients: Iterable[Recipient]) -> dict[int, Decimal]:
    """What is taken from whose balance: the costs of those that are going to be sent."""
    charges: dict[int, Decimal] = {}
    for recipient in recipients:
        if recipient.status in _WAITING:
            customer_id = recipient.customer_id
            charges[customer_id] = charges.get(customer_id, _NOTHING) + (recipient.cost or _NOTHING)
    return charges
