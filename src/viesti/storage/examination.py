"""A look at a database from outside, for `viesti doctor`: it may be empty, old or unreachable.

Rule: it changes nothing, and takes one connection for as long as it looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import asyncpg

from viesti.storage.database import UNAVAILABLE, StoreUnavailable
from viesti.storage.sql import queries

_SQL = queries("examination")


@dataclass(frozen=True, slots=True)
class SessionOfChannel:
    """A session of an enabled channel; `session`, `state` and `since` are None when no engine has started
    any."""

    channel: str
    kind: str
    session: str | None
    state: str | None
    detail: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class LinksOfCustomer:
    """A customer with a host for short links, or with a service whose links are followed."""

    key: str
    link_domain: str
    link_days: int


@dataclass(frozen=True, slots=True)
class WebhooksSeen:
    """What providers posted: how many failed, and since when the oldest waits to be worked on."""

    failed: int = 0
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallbacksSeen:
    """Calls owed to customers: how many were given up, and since when the oldest of the others is due."""

    parked: int = 0
    due_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found. `version` is PostgreSQL's number, such as 180004; `clock` is its time when it was
    asked."""

    version: int
    clock: datetime
    sessions: tuple[SessionOfChannel, ...]
    links: tuple[LinksOfCustomer, ...]
    webhooks: WebhooksSeen = WebhooksSeen()
    callbacks: CallbacksSeen = CallbacksSeen()


async def examine(dsn: str) -> Examination:
    """Look at the database. Raises StoreUnavailable with a sentence that never holds the password."""
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
    except (*UNAVAILABLE, asyncpg.PostgresError, ValueError) as error:
        place = urlsplit(dsn).hostname or "its local socket"
        said = str(error) or "no answer in time"
        raise StoreUnavailable(f"The database at {place} can't be reached: {said.rstrip('.')}.") from error
    try:
        server = await connection.fetchrow(_SQL["server"])
        assert server is not None
        migrated = await connection.fetchval(_SQL["migrated"])
        rows = await connection.fetch(_SQL["channels"]) if migrated else []
        follows = await connection.fetchval(_SQL["follows"])
        posts = await connection.fetchval(_SQL["posts"])
        webhooks = await connection.fetchrow(_SQL["webhooks"]) if posts else None
        calls = await connection.fetchval(_SQL["calls"])
        callbacks = await connection.fetchrow(_SQL["callbacks"]) if calls else None
        links = await connection.fetch(_SQL["links"]) if follows else []
    finally:
        await connection.close()
    return Examination(
        server["version"],
        server["clock"],
        tuple(
            SessionOfChannel(
                row["key"], row["kind"], row["session"], row["state"], row["detail"] or "", row["since"]
            )
            for row in rows
        ),
        tuple(LinksOfCustomer(*row) for row in links),
        WebhooksSeen(*webhooks) if webhooks else WebhooksSeen(),
        CallbacksSeen(*callbacks) if callbacks else CallbacksSeen(),
    )
