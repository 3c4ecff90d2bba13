"""Personal access tokens: one header for scripts, instead of signing in.

Rule: a token is shown once, when it is made; only its digest is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from viesti.domain.access import PersonalToken
from viesti.services.authorise import TOPIC, Kind
from viesti.services.digests import digest
from viesti.services.estate import EstateCache
from viesti.services.principal import Scope
from viesti.storage.store import Store

OCTETS = 32
# All that opens operations; how long it is good is said by its days.
EVERYTHING = frozenset(Scope) - {Scope.OFFLINE}


class Created(msgspec.Struct, frozen=True):
    """A new token. `token` is shown here and never again."""

    token: str
    id: int
    expires_at: datetime | None


class NotCreated(msgspec.Struct, frozen=True):
    """Why not, in a sentence."""

    sentence: str


class PersonalTokens:
    """Makes, lists and ends tokens. `token(octets)` gives text that can't be guessed; `actor` is for the
    audit. Every call raises `StoreUnavailable`."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        now: Callable[[], datetime],
        token: Callable[[int], str],
        actor: str,
    ) -> None:
        self._store = store
        self._estate = estate
        self._now = now
        self._token = token
        self._actor = actor

    async def create(
        self, email: str, name: str, days: int | None, scopes: frozenset[Scope] = EVERYTHING
    ) -> Created | NotCreated:
        """A token of this person's for these scopes; `days` None: until it is ended."""
        user = self._estate.current.user_of.get(email.strip().lower())
        if user is None:
            return NotCreated(f"There is no user {email}.")
        if not user.enabled:
            return NotCreated(f"The user {email} is disabled.")
        if not scopes or not scopes <= EVERYTHING:
            return NotCreated("A token needs at least one scope, and none but those that open operations.")
        token = Kind.PERSONAL.value + self._token(OCTETS)
        now = self._now()
        expires_at = None if days is None else now + timedelta(days=days)
        identifier, audit = await self._store.ids.take((0, 0))
        async with self._store.transaction() as tx:
            added = await tx.access.add_personal(
                identifier, user.id, name, digest(token), sorted(scopes), now, expires_at
            )
            if not added:
                return NotCreated(f"{user.email} has a token of the name {name} already; end it first.")
            detail = {"user": user.email, "name": name, "scopes": sorted(scopes), "days": days}
            await tx.estate_edit.audit([(audit, now, self._actor, "create token", str(identifier), detail)])
        return Created(token, identifier, expires_at)

    async def all(self, email: str | None = None) -> list[tuple[str, PersonalToken]]:
        """Tokens with their people's e-mails; those of one person when named."""
        async with self._store.transaction() as tx:
            return await tx.access.personals(email)

    async def end(self, identifier: int) -> bool:
        """End a token at once; False when there is none of this id that still stands."""
        audit = await self._store.ids.one(0)
        now = self._now()
        async with self._store.transaction() as tx:
            ended = await tx.access.end_personal(identifier, now)
            if ended:
                await tx.notify(TOPIC)
                await tx.estate_edit.audit([(audit, now, self._actor, "end token", str(identifier), {})])
        return ended
