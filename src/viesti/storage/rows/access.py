"""Signing in, consents and tokens.

Rule: a token is stored as its SHA-256 alone; what ends a grant ends all its tokens at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from datetime import datetime
from typing import Any

from viesti.domain import access
from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("access")


class Access:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add_sign_in(
        self, digest: bytes, user_id: int, csrf: str, now: datetime, expires_at: datetime
    ) -> None:
        await self._connection.execute(SQL["add_sign_in"], digest, user_id, csrf, now, expires_at)

    async def sign_in(self, digest: bytes) -> access.SignIn | None:
        row = await self._connection.fetchrow(SQL["sign_in"], digest)
        return access.SignIn(**row) if row else None

    async def end_sign_in(self, digest: bytes) -> None:
        await self._connection.execute(SQL["end_sign_in"], digest)

    async def add_grant(
        self,
        identifier: int,
        user_id: int,
        client_id: int,
        scopes: Sequence[str],
        scope_text: str,
        now: datetime,
    ) -> None:
        """A consent given."""
        await self._connection.execute(
            SQL["add_grant"], identifier, user_id, client_id, scopes, scope_text, now
        )

    async def add_code(
        self,
        digest: bytes,
        grant_id: int,
        redirect_uri: str,
        challenge: str | None,
        challenge_method: str | None,
        expires_at: datetime,
    ) -> None:
        await self._connection.execute(
            SQL["add_code"], digest, grant_id, redirect_uri, challenge, challenge_method, expires_at
        )

    async def lock_code(self, digest: bytes) -> access.Code | None:
        """The code of this digest, locked until the end of the transaction."""
        row = await self._connection.fetchrow(SQL["lock_code"], digest)
        return access.Code(connection=_connection(row), **_own(access.Code, row)) if row else None

    async def use_code(self, digest: bytes, now: datetime) -> None:
        await self._connection.execute(SQL["use_code"], digest, now)

    async def token(self, digest: bytes) -> access.Token | None:
        """The access or refresh token of this digest."""
        return _token(await self._connection.fetchrow(SQL["token"], digest))

    async def lock_refresh(self, digest: bytes) -> access.Token | None:
        """The refresh token of this digest, locked until the end of the transaction."""
        return _token(await self._connection.fetchrow(SQL["lock_refresh"], digest))

    async def supersede(self, digest: bytes, now: datetime) -> None:
        """A refresh token given for the one of this digest was used."""
        await self._connection.execute(SQL["supersede"], digest, now)

    async def add_tokens(self, tokens: Iterable[access.NewToken]) -> None:
        await self._connection.executemany(SQL["add_token"], [astuple(token) for token in tokens])

    async def touch_grant(self, identifier: int, now: datetime) -> None:
        await self._connection.execute(SQL["touch_grant"], identifier, now)

    async def end_grant(self, identifier: int, now: datetime) -> bool:
        """End a connection; False when none of this id still stands."""
        return await self._connection.fetchval(SQL["end_grant"], identifier, now) is not None

    async def end_token(self, digest: bytes) -> None:
        """End an access token."""
        await self._connection.execute(SQL["end_token"], digest)

    async def connections(self, email: str | None) -> list[access.ConnectionSeen]:
        """Connections, newest first; those of one person when named."""
        rows = await self._connection.fetch(SQL["connections"], email)
        return [access.ConnectionSeen(**{**row, "scopes": tuple(row["scopes"])}) for row in rows]

    async def set_redirect_uris(self, client_id: int, redirect_uris: Sequence[str]) -> None:
        """Let a client's answers go to these addresses alone."""
        await self._connection.execute(SQL["set_redirect_uris"], client_id, redirect_uris)

    async def add_personal(
        self,
        identifier: int,
        user_id: int,
        name: str,
        digest: bytes,
        scopes: Sequence[str],
        now: datetime,
        expires_at: datetime | None,
    ) -> bool:
        """A personal token; False when the person has a live one of this name."""
        added = await self._connection.fetchval(
            SQL["add_personal"], identifier, user_id, name, digest, scopes, now, expires_at
        )
        return added is not None

    async def personal(self, digest: bytes) -> access.PersonalToken | None:
        """The personal token of this digest."""
        row = await self._connection.fetchrow(SQL["personal"], digest)
        return access.PersonalToken(**{**row, "scopes": tuple(row["scopes"])}) if row else None

    async def use_personal(self, identifier: int, now: datetime) -> None:
        await self._connection.execute(SQL["use_personal"], identifier, now)

    async def personals(self, email: str | None) -> list[tuple[str, access.PersonalToken]]:
        """Personal tokens with their people's e-mails; those of one person when named."""
        rows = await self._connection.fetch(SQL["personals"], email)
        return [
            (
                row["email"],
                access.PersonalToken(**{**_own(access.PersonalToken, row), "scopes": tuple(row["scopes"])}),
            )
            for row in rows
        ]

    async def end_personal(self, identifier: int, now: datetime) -> bool:
        """End a personal token; False when none of this id still stands."""
        return await self._connection.fetchval(SQL["end_personal"], identifier, now) is not None

    async def forget(self, spent: datetime, old: datetime, limit: int) -> int:
        """Drop what ran out before `spent`, what was replaced before `old`, and connections that nothing can
        use any more since then; gives how many rows, `limit` of each kind at most."""
        dropped = 0
        for name, before in (
            ("forget_sign_ins", spent),
            ("forget_codes", spent),
            ("forget_tokens", spent),
            ("forget_superseded", old),
            ("forget_grants", old),
        ):
            dropped += _count(await self._connection.execute(SQL[name], before, limit))
        return dropped


def _token(row: Any) -> access.Token | None:
    if row is None:
        return None
    own = _own(access.Token, row)
    own["scopes"] = None if own["scopes"] is None else tuple(own["scopes"])
    return access.Token(connection=_connection(row), **own)


def _connection(row: Any) -> access.Connection:
    own = _own(access.Connection, row)
    own["scopes"] = tuple(row["granted"])
    return access.Connection(**own)


def _own(record: type, row: Any) -> dict[str, Any]:
    """The columns of a row that are this record's."""
    names = {each.name for each in fields(record)}
    return {name: value for name, value in row.items() if name in names}


def _count(status: str) -> int:
    return int(status.rsplit(" ", 1)[-1])
