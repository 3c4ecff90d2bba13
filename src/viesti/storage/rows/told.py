"""What programs are told of recipients.

Rule: read in the transaction of the change that is told, after it is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from viesti.domain.message import Protocol
from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("told")


class ToldRecipient(NamedTuple):
    """A recipient with its message. `instead`: the SMS that went out in place of a WhatsApp message."""

    id: int
    bucket: int
    message_id: int
    customer_id: int
    address: str
    parts: int
    cost: Decimal | None
    created_at: datetime
    sent_at: datetime | None
    text: str
    sender: str
    protocol: str
    service_id: int | None
    campaign_id: int | None
    customer_data: str | None
    request_id: str | None
    currency: str | None
    link_base: str | None
    link_rule: int | None
    campaign: str | None
    instead: Mapping[str, str] | None


class Told:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def recipients(self, ids: Sequence[int]) -> list[ToldRecipient]:
        """These, as they went out."""
        rows = await self._connection.fetch(SQL["as_told"], ids)
        return [_as_sent(ToldRecipient._make(row)) for row in rows]


def _as_sent(one: ToldRecipient) -> ToldRecipient:
    if one.instead is None:
        return one
    return one._replace(
        protocol=Protocol.SMS.value, sender=one.instead["sender"], text=one.instead["text"], link_base=None
    )
