"""The customer-service window, and by what protocol a discussion is held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from viesti.storage.store import Opened, OpenThread, Store

pytestmark = pytest.mark.integration

ACME, BETA, BUCKET = 100, 101, 1
OURS, OTHER = "358451110000", "358451110001"
ADA, BO, BSUID = "358401234567", "46701234567", "FI.13491208655302741918"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def wrote(address: str, at: datetime, identity: str = OURS, customer: int = ACME) -> Opened:
    return Opened(customer, BUCKET, identity, address, at)


async def open_for(store: Store, now: datetime, identity: str = OURS, customer: int = ACME) -> set[str]:
    async with store.statements() as tx:
        return await tx.windows.open_for(customer, identity, [ADA, BO, BSUID], now - DAY)


async def test_a_window_closes_a_day_after_the_last_message(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.windows.opened([wrote(ADA, NOON), wrote(BSUID, NOON - DAY)])
    assert await open_for(store, NOON) == {ADA}
    assert await open_for(store, NOON + DAY - timedelta(seconds=1)) == {ADA}
    assert await open_for(store, NOON + DAY) == set()
    async with store.transaction() as tx:
        await tx.windows.opened([wrote(ADA, NOON + DAY), wrote(BO, NOON)])
    assert await open_for(store, NOON + DAY) == {ADA}


async def test_an_older_message_that_is_told_later_does_not_close_it(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.windows.opened([wrote(ADA, NOON)])
        await tx.windows.opened([wrote(ADA, NOON - DAY)])
        await tx.windows.opened([])
    assert await open_for(store, NOON + timedelta(hours=23)) == {ADA}


async def test_a_window_is_of_one_customer_and_one_identity(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.windows.opened([wrote(ADA, NOON)])
    assert await open_for(store, NOON, OTHER) == set()
    assert await open_for(store, NOON, customer=BETA) == set()


async def test_a_discussion_is_held_as_its_newest_message_came(store: Store) -> None:
    def opening(identifier: int, destination: str, at: datetime, protocol: str) -> OpenThread:
        return OpenThread(identifier, BUCKET, ACME, 201, ADA, destination, at, protocol)

    async with store.transaction() as tx:
        found = await tx.threads.open([opening(64, "16400", NOON, "sms")])
        await tx.threads.open([opening(128, OURS, NOON + DAY, "whatsapp")])
        await tx.threads.open([opening(192, "16400", NOON, "sms")])
        thread = await tx.threads.one(found[201, ADA], ACME)
    assert thread
    assert (thread.id, thread.destination, thread.protocol) == (64, OURS, "whatsapp")
