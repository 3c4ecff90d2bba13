"""Templates of WhatsApp, by customer and by account.

Rule: a name in a language is there once for a customer on an account; what Meta says of it replaces what we
knew, never what the customer calls it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from viesti.domain.templates.template import Template
from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("templates")
_NEW = (
    "id", "bucket", "customer_id", "channel_id", "provider_id", "name", "language", "display_name",
    "category", "status", "quality", "reason", "components", "raw_content", "created_at",
)  # fmt: skip
_TOLD = ("id", "provider_id", "category", "status", "quality", "reason", "components", "raw_content")


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
        return [row["id"] for row in await self._connection.fetch(SQL["add"], *_columns(_NEW, templates))]

    async def change(self, templates: Sequence[Template], at: datetime) -> None:
        """Write what Meta says of these."""
        if not templates:
            return
        await self._connection.execute(SQL["change"], *_columns(_TOLD, templates), at)

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


def _columns(names: Sequence[str], templates: Sequence[Template]) -> list[list[Any]]:
    """One array for each column; components as text, as a list in an array is one more dimension of it."""
    return [[_value(getattr(each, name), name) for each in templates] for name in names]


def _value(value: Any, name: str) -> Any:
    return msgspec.json.encode(value).decode() if name == "components" else value
