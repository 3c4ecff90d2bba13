"""Lets a client's answers go to one more address, such as the one a new connector of Power Automate is given.

Rule: an address is registered whole and compared octet by octet; nothing is guessed from it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from viesti.services.estate import TOPIC, EstateCache
from viesti.services.estate_file import kinds
from viesti.storage.store import Store

MOST = 50  # addresses of one client


class NotRegistered(msgspec.Struct, frozen=True):
    """Why not, in a sentence."""

    sentence: str


class RegisterRedirect:
    """Adds and strikes addresses; running servers follow at once. `actor` is for the audit."""

    def __init__(self, store: Store, estate: EstateCache, now: Callable[[], datetime], actor: str) -> None:
        self._store = store
        self._estate = estate
        self._now = now
        self._actor = actor

    async def __call__(
        self, client_key: str, address: str, *, remove: bool = False
    ) -> tuple[str, ...] | NotRegistered:
        """All addresses of the client of this key (or client id) afterwards. Raises `StoreUnavailable`."""
        clients = self._estate.current.estate.clients.values()
        client = next((each for each in clients if client_key in (each.key, each.client_id)), None)
        if client is None:
            return NotRegistered(f"There is no OAuth client {client_key}.")
        if remove and address not in client.redirect_uris:
            return NotRegistered(f"{client.key} has no such address.")
        if not remove:
            try:
                kinds.REDIRECTS.check([address])
            except ValueError:
                return NotRegistered(f"The address must be one of {kinds.REDIRECTS.allowed}.")
        kept = tuple(each for each in client.redirect_uris if each != address)
        addresses = kept if remove else (*kept, address)
        if len(addresses) > MOST:
            return NotRegistered(f"{client.key} has {MOST} addresses already; strike one first.")
        audit = await self._store.ids.one(0)
        act = "strike redirect" if remove else "register redirect"
        async with self._store.transaction() as tx:
            await tx.access.set_redirect_uris(client.id, addresses)
            detail = {"address": address}
            await tx.estate_edit.audit([(audit, self._now(), self._actor, act, client.key, detail)])
            await tx.notify(TOPIC)
        return addresses
