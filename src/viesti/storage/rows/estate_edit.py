"""The estate as it is edited: things by the names and keys that people give them, read and written whole.

Rule: whoever writes takes the lock first, so that what was compared is what is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("estate_edit")
_LOCK = 0x65737461  # any constant; the same in every process

# The parameters of each `put_` statement, in order.
COLUMNS: dict[str, tuple[str, ...]] = {
    "customers": (
        "id", "bucket", "key", "name", "default_region", "currency", "languages", "report_names",
        "callback_secret", "weight", "enabled", "created_at", "report_query", "report_words",
        "link_domain", "link_days", "gbp_rate", "repeat_limit", "repeat_minutes",
        "senders_become_contacts",
    ),
    "users": (
        "id", "email", "name", "password", "administrator", "enabled", "created_at", "connector_sign_in",
    ),
    "channels": ("id", "bucket", "key", "kind", "options", "secrets", "enabled", "created_at"),
    "services": (
        "id", "customer_id", "key", "name", "kind", "default_sender", "character_policy", "shift_tables",
        "lane", "on_unknown", "report_statuses", "validity_seconds", "dialogue", "consent_words",
        "stop_reply", "start_reply", "help_reply", "webhook_url", "enabled", "created_at",
        "advertisement", "allow_reply", "track_links", "whatsapp_sender", "fallback_minutes",
        "whatsapp_opt_in",
    ),
    "applications": (
        "id", "customer_id", "key", "name", "client_key", "secret", "service_id", "throttle_calls",
        "throttle_seconds", "enabled", "created_at", "txtsync_contract",
    ),
    "oauth_clients": (
        "id", "key", "name", "client_id", "secret", "redirect_uris", "customer_id", "throttle_calls",
        "throttle_seconds", "enabled", "created_at",
    ),
    "senders": ("id", "customer_id", "sender", "kind", "countries", "state"),
    "routes": (
        "id", "key", "channel_id", "prefix", "sender", "service_id", "customer_id", "priority", "weight",
        "enabled",
    ),
    "prices": ("id", "prefix", "channel_id", "customer_id", "per_part", "currency", "gbp_per_part"),
}  # fmt: skip


class EstateEdit:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """Wait until nobody else edits the estate; lasts as long as the transaction."""
        await self._connection.execute(SQL["lock"], _LOCK)

    async def read(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table of `COLUMNS`: keys instead of ids, secrets as they are stored."""
        return [dict(row) for row in await self._connection.fetch(SQL[table])]

    async def put(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows, or replace those whose id is there."""
        columns = COLUMNS[table]
        await self._many(f"put_{table}", [tuple(row[column] for column in columns) for row in rows])

    async def delete(self, table: str, ids: Sequence[int]) -> None:
        """Delete senders, routes or prices."""
        await self._connection.execute(SQL[f"delete_{table}"], ids)

    async def set_user_customers(self, users: Sequence[int], rows: Iterable[tuple[int, int, str]]) -> None:
        """Let `users` work for these customers only: (user, customer, role)."""
        await self._connection.execute(SQL["clear_users"], users)
        await self._many("add_user_customer", rows)

    async def set_keywords(self, services: Sequence[int], rows: Iterable[tuple[int, str, str]]) -> None:
        """Let `services` listen here only: (service, address, chain)."""
        await self._connection.execute(SQL["clear_keywords"], services)
        await self._many("add_keyword", rows)

    async def set_actions(
        self, services: Sequence[int], rows: Iterable[tuple[int, int, int, str, Mapping[str, Any]]]
    ) -> None:
        """Let `services` do this only: (id, service, position, kind, options)."""
        await self._connection.execute(SQL["clear_actions"], services)
        await self._many("add_action", rows)

    async def audit(self, rows: Iterable[tuple[int, Any, str, str, str, Mapping[str, Any]]]) -> None:
        """Write down acts: (id, at, actor, action, subject, detail)."""
        await self._many("audit", rows)

    async def _many(self, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
        given = list(rows)
        if given:
            await self._connection.executemany(SQL[name], given)
