"""What people allowed and forbade.

Rule: an opt-out is never weakened, only ended; every change has a line in the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("consents")


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What a person forbade: `all` messages, or `marketing`."""

    scope: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ChannelConsent:
    """What a person allowed one of the customer's addresses on a channel."""

    channel: str
    identity: str
    opted_in: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One change of a person's consent, and how it is known."""

    action: str  # stop, start
    scope: str
    at: datetime
    source: str
    evidence: str


class Consents:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def opt_out(self, rows: Sequence[tuple[int, int, str, str, datetime]]) -> set[tuple[int, str]]:
        """`(customer, bucket, address, scope, since)`; gives the (customer, address) that had not forbidden
        as much before."""
        found = await self._connection.fetch(SQL["opt_out"], *zip(*rows, strict=True))
        return {(row["customer_id"], row["address"]) for row in found}

    async def opt_in(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """`(customer, address, scope)`; scope `all` ends any opt-out."""
        await self._connection.execute(SQL["opt_in"], *zip(*rows, strict=True))

    async def set_channel(
        self, rows: Sequence[tuple[int, int, str, str, str, bool, datetime]]
    ) -> set[tuple[int, str]]:
        """`(customer, bucket, channel, our address, address, opted in, since)`; gives the (customer, address)
        that had not said so before."""
        found = await self._connection.fetch(SQL["set_channel"], *zip(*rows, strict=True))
        return {(row["customer_id"], row["address"]) for row in found if row["was"] != row["opted_in"]}

    async def add_consents(
        self, rows: Sequence[tuple[int, int, int, str, str, str, datetime, str, str]]
    ) -> None:
        """`(id, bucket, customer, address, action, scope, at, source, evidence)`."""
        columns = ("id", "bucket", "customer_id", "address", "action", "scope", "at", "source", "evidence")
        await self._connection.copy_records_to_table("consent_ledger", records=rows, columns=columns)

    async def standing(self, customer_id: int, address: str) -> Forbidden | None:
        row = await self._connection.fetchrow(SQL["standing"], customer_id, address)
        return Forbidden(**row) if row else None

    async def standing_of(self, people: Collection[tuple[int, str]]) -> dict[tuple[int, str], Forbidden]:
        """What these people, `(customer, address)`, forbade."""
        found = await self._connection.fetch(SQL["standing_of"], *zip(*people, strict=True))
        return {(row[0], row[1]): Forbidden(row["scope"], row["since"]) for row in found}

    async def forbidden(self, customer_id: int, addresses: Sequence[str]) -> set[str]:
        """Those of these people who forbade all messages."""
        rows = await self._connection.fetch(SQL["forbidden"], customer_id, addresses)
        return {row["address"] for row in rows}

    async def channels(self, customer_id: int, address: str) -> list[ChannelConsent]:
        rows = await self._connection.fetch(SQL["channels"], customer_id, address)
        return [ChannelConsent(**row) for row in rows]

    async def ledger(self, customer_id: int, address: str, limit: int) -> list[LedgerLine]:
        """The newest first."""
        rows = await self._connection.fetch(SQL["ledger"], customer_id, address, limit)
        return [LedgerLine(**row) for row in rows]
