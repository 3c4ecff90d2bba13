"""Who may act for whom: connections of people to programs, their tokens and codes, and personal tokens.

Rule: a token is known here by its digest alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Connection:
    """A consent given: one person's connection to one client."""

    id: int
    user_id: int
    client_id: int
    scopes: tuple[str, ...]  # short names
    scope_text: str  # as the client asked for them
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code that was given out."""

    connection: Connection
    redirect_uri: str  # empty: the client named none
    challenge: str | None
    challenge_method: str | None
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Token:
    """An access or refresh token that was given out."""

    connection: Connection
    kind: str  # access, refresh
    parent: bytes | None
    expires_at: datetime
    superseded_at: datetime | None
    scopes: tuple[str, ...] | None  # None: all of its connection's


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token to be given out."""

    digest: bytes
    connection_id: int
    kind: str
    parent: bytes | None
    scopes: tuple[str, ...] | None
    expires_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody signed in on our pages."""

    user_id: int
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PersonalToken:
    """A token that a script carries for its person."""

    id: int
    user_id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConnectionSeen:
    """A connection as an administrator sees it."""

    id: int
    email: str
    client: str
    scopes: tuple[str, ...]
    created_at: datetime
    used_at: datetime
    ended_at: datetime | None
