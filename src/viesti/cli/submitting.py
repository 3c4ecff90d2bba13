"""What the operator's own sending works with: the services, straight on the store.

Rule: what is begun here is ended here, also when what it is used for fails.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.config import Settings
    from viesti.domain.estate import Customer, Service
    from viesti.services.estate import EstateCache, Snapshot
    from viesti.services.submit import Submit
    from viesti.storage.store import Store

POOL = 4  # connections


@dataclass(frozen=True, slots=True)
class Submitting:
    """The services, running."""

    store: Store
    estate: EstateCache
    submit: Submit


@asynccontextmanager
async def submitting(settings: Settings, address: str) -> AsyncIterator[Submitting]:
    """The services on the database at `address`. Raises `StoreUnavailable`."""
    from viesti.cli.engine_process import limits
    from viesti.services.announce import Announce
    from viesti.services.estate import EstateCache
    from viesti.services.group_commit import GroupCommit
    from viesti.services.guids import Guids
    from viesti.services.publish import Publish
    from viesti.services.short_links import ShortLinks
    from viesti.services.submit import Submit
    from viesti.services.wake import Waker
    from viesti.storage.seal import Seal
    from viesti.storage.store import Store

    store = await Store.open(address, size=POOL, monotonic=wiring.monotonic, application="viesti send")
    try:
        estate = EstateCache(store)
        await estate.load()
        waker = Waker(store)
        seal, now = Seal(wiring.secret_keys(settings)), wiring.utc_now()
        short_links = await ShortLinks.open(store, seal, os.urandom, now)
        publish = Publish(store, await Guids.open(store, seal, os.urandom, now), short_links)
        announce = Announce(store, short_links)
        group_commit = GroupCommit(store, estate, publish, announce, waker, wiring.monotonic)
        submit = Submit(estate, group_commit, limits(settings), wiring.utc_now, wiring.jitter)
        group_commit.start()
        try:
            yield Submitting(store, estate, submit)
        finally:
            await group_commit.stop()
            await waker.stop()
    finally:
        await store.close()


def find_service(
    snapshot: Snapshot, named: str, kinds: tuple[str, ...], word: str
) -> tuple[Customer, Service]:
    """The customer and service of these kinds that CUSTOMER/SERVICE names; `word`: what those are called.
    Raises Problem."""
    customer_key, _, service_key = named.partition("/")
    customers = [one for one in snapshot.estate.customers.values() if one.key == customer_key]
    if not customers:
        raise wiring.Problem(f"There is no customer {customer_key!r}; a {word} is named CUSTOMER/SERVICE.")
    services = {
        one.key: one
        for one in snapshot.estate.services.values()
        if one.customer_id == customers[0].id and one.kind in kinds and one.enabled
    }
    if service_key not in services:
        known = ", ".join(f"{customer_key}/{key}" for key in sorted(services)) or "none"
        raise wiring.Problem(f"There is no {word} {named!r}; {word}s of {customer_key}: {known}.")
    return customers[0], services[service_key]
