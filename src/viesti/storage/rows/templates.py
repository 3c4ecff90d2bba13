"""Templates of WhatsApp, by customer and by account.

Rule: a name in a language is there once for a customer on an account; what Meta says of it replaces what we
knew, never what the customer calls it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from viesti.domain.templates.template import Template
from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("templates")
_TOLD = attrgetter(
    "id", "provider_id", "category", "status", "quality", "reason", "components", "raw_content"
)
_NEW = attrgetter(
    "id", "bucket", "customer_id", "channel_id", "provider_id", "name", "language", "display_name",
    "category", "status", "quality", "reason", "components", "raw_content", "created_at",
)  # fmt: skip


class TemplateTold(NamedTuple):
    """What an event says of a template; None: nothing of that. `at`: when it came to its state."""

    provider_id: str
    name: str
    language: str
    status: str | None
    reason: str | None
    category: str | None
    quality: str | None
    at: datetime


class Templates:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def of_customer(self, customer_id: int, name: str | None = None) -> list[Template]:
        """By name and language; `name`: of this one alone."""
        rows = await self._connection.fetch(SQL["of_customer"], customer_id, name)
        return [Template(**row) for row in rows]

    async def of_channels(self, channel_ids: Sequence[int]) -> list[Template]:
        """Everybody's on these accounts."""
        rows = await self._connection.fetch(SQL["of_channels"], channel_ids)
        return [Template(**row) for row in rows]

    async def add(self, templates: Sequence[Template]) -> list[int]:
        """Add those that are not there; gives their ids."""
        if not templates:
            return []
        columns = zip(*map(_NEW, templates), strict=True)
        return [row["id"] for row in await self._connection.fetch(SQL["add"], *columns)]

    async def change(self, templates: Sequence[Template], at: datetime) -> None:
        """Write what Meta says of these."""
        if not templates:
            return
        columns = zip(*map(_TOLD, templates), strict=True)
        await self._connection.execute(SQL["change"], *columns, at)

    async def submitted(
        self, template_id: int, provider_id: str, category: str, status: str, at: datetime
    ) -> None:
        """Meta took it."""
        await self._connection.execute(SQL["submitted"], template_id, provider_id, category, status, at)

    async def told(self, channel_id: int, told: TemplateTold, now: datetime) -> list[int]:
        """Write what an event says; gives the templates that it is about."""
        rows = await self._connection.fetch(SQL["told"], channel_id, *told, now)
        return [row["id"] for row in rows]

    async def drop(self, template_ids: Sequence[int]) -> None:
        """Drop those that Meta does not have."""
        await self._connection.execute(SQL["drop"], template_ids)
