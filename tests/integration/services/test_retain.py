"""Periods: opened ahead, moved on, dropped; and keys that are forgotten."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.integration.services.world import ADA, START, World, receipt, request

from viesti.services.requests import Submitted
from viesti.services.retain import Retain
from viesti.storage.store import period_of

pytestmark = pytest.mark.integration

PERIOD, KEEP = timedelta(days=7), timedelta(days=90)
TABLES = (
    "messages",
    "recipients",
    "parts",
    "receipts",
    "events",
    "inbound_messages",
    "clicks",
    "clicked",
    "inbound_media",
)


async def _partitions(world: World) -> dict[str, list[int]]:
    rows = await world.rows(
        "select inhparent::regclass::text as parent, inhrelid::regclass::text as child from pg_inherits"
        " join pg_class on pg_class.oid = inhrelid where relkind = 'r'"
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row["parent"], []).append(int(row["child"].rpartition("_")[2]))
    return {parent: sorted(numbers) for parent, numbers in found.items()}


async def _start(world: World) -> Retain:
    await world.db.execute("update periods set starts_at = $1 where number = 0", START)
    return Retain(world.store, world.clock, PERIOD, KEEP)


async def _period_of_a_new_message(world: World) -> int:
    async with world.another() as process:  # which has no ids of the period before
        submitted = await process.submit(request(1))
    assert isinstance(submitted, Submitted)
    assert (
        await world.value("select count(*) from recipients where message_id = $1", submitted.message_id) == 1
    )
    return period_of(submitted.message_id)


async def test_two_are_open_ahead(own_world: World) -> None:
    retain = await _start(own_world)
    assert await retain() == 0
    assert await _partitions(own_world) == {table: [0, 1, 2] for table in TABLES}
    assert await retain() == 0


async def test_opened_later_is_made_like_the_first(own_world: World) -> None:
    await (await _start(own_world))()

    async def shape(number: int) -> list[str]:
        rows = await own_world.rows(
            "select tablename || '.' || indexdef as line from pg_indexes where tablename like '%\\_' || $1"
            " union all select conrelid::regclass::text || '.' || conname || pg_get_constraintdef(oid)"
            " from pg_constraint where conrelid::regclass::text like '%\\_' || $1"
            " union all select relname || coalesce(array_to_string(reloptions, ','), '')"
            " from pg_class where relname like '%\\_' || $1 and relkind = 'r'",
            str(number),
        )
        # What a later migration asks of new rows alone is asked of all in a partition made after it.
        return sorted(row["line"].replace(f"_{number}", "_N").removesuffix(" NOT VALID") for row in rows)

    assert await shape(0) == await shape(2)
    assert len(await shape(0)) > 20  # newer versions name more constraints


async def test_opening_waits_for_nobody_who_writes(own_world: World) -> None:
    retain = await _start(own_world)
    async with own_world.store.transaction() as tx:
        await tx.messages.walk(0, 1)
        await tx.messages.mark_queued([1])  # holds what a settlement holds
        async with asyncio.timeout(5):
            await retain()


async def test_ids_move_on(own_world: World) -> None:
    retain = await _start(own_world)
    assert await _period_of_a_new_message(own_world) == 0
    own_world.clock.advance(days=7)
    assert await retain() == 1
    assert await _period_of_a_new_message(own_world) == 1
    assert await retain() == 1
    own_world.clock.advance(days=7)
    assert await retain() == 2
    assert await _period_of_a_new_message(own_world) == 2
    assert await _partitions(own_world) == {table: [0, 1, 2, 3] for table in TABLES}
    starts = await own_world.rows("select number, starts_at from periods order by number")
    assert [row["starts_at"] for row in starts] == [
        START, START + timedelta(days=7), START + timedelta(days=14), None,
    ]  # fmt: skip


async def test_two_at_once_move_once_and_no_id_comes_twice(own_world: World) -> None:
    await _start(own_world)
    own_world.clock.advance(days=8)
    async with own_world.another() as other:
        duties = [Retain(p.store, own_world.clock, PERIOD, KEEP) for p in (own_world.process, other) * 3]

        async def take() -> list[int]:
            async with own_world.store.transaction() as tx:
                return await tx.periods.take_blocks(5)

        found = await asyncio.gather(*(duty() for duty in duties), *(take() for _ in range(6)))
        found += [await take(), await duties[0](), await take()]
    blocks = [block for blocks in found if isinstance(blocks, list) for block in blocks]
    assert len(blocks) == len(set(blocks)) == 40
    assert {number for number in found if isinstance(number, int)} == {1}


async def test_the_old_are_dropped(own_world: World) -> None:
    retain = await _start(own_world)
    old = await own_world.sent("a1")
    own_world.clock.advance(days=7)
    await retain()
    new_period = await _period_of_a_new_message(own_world)
    own_world.clock.advance(days=90, minutes=59)
    await retain()
    assert await own_world.value("select count(*) from recipients where id = $1", old) == 1
    own_world.clock.advance(minutes=2)
    await retain()
    assert new_period == 1
    assert 0 not in (await _partitions(own_world))["recipients"]
    assert await own_world.value("select count(*) from recipients") == 1
    assert await own_world.value("select min(number) from periods") == 1
    await retain()


async def test_dropping_gives_way(own_world: World) -> None:
    retain = await _start(own_world)
    for _ in range(13):
        await retain()
        own_world.clock.advance(days=7)
    own_world.clock.advance(days=7)
    async with own_world.store.transaction() as tx:
        await tx.messages.walk(0, 1)  # somebody reads for long
        with pytest.raises(Exception, match="lock timeout"):
            await retain()
        assert await own_world.value("select min(number) from periods") == 0
    await retain()
    assert await own_world.value("select min(number) from periods") > 0


async def test_what_is_forgotten(own_world: World) -> None:
    retain = await _start(own_world)
    await own_world.accepted(1, request_id="old")
    await own_world.receipts([receipt("old")])
    own_world.clock.advance(days=8)
    await own_world.accepted(1, request_id="new")
    await own_world.receipts([receipt("new", received_at=own_world.clock.now)])
    assert await retain.forget(timedelta(days=7), timedelta(days=7)) == 2
    assert await own_world.value("select request_id from request_ids") == "new"
    assert await own_world.value("select reference from waiting_receipts") == "new"


async def test_access_that_is_spent(own_world: World) -> None:
    retain = await _start(own_world)
    now = own_world.clock.now
    day, month = timedelta(days=1), timedelta(days=30)
    await own_world.insert(
        "oauth_clients", {"id": 85, "key": "c", "name": "c", "client_id": "c", "created_at": now}
    )
    ended, live, unused, fresh = 90, 91, 92, 93
    for identifier, ago, end in ((ended, month, now - month), (live, month, None), (unused, month, None),
                                 (fresh, day, None)):  # fmt: skip
        await own_world.insert(
            "oauth_grants",
            {"id": identifier, "user_id": ADA, "client_id": 85, "scopes": ["WhatsApp"], "scope_text": "",
             "created_at": now - ago, "used_at": now - ago, "ended_at": end},
        )  # fmt: skip
    tokens = (
        # number, connection, kind, expires, superseded
        (1, live, "access", now - day, None),
        (2, live, "access", now, None),
        (3, live, "refresh", now + day, now - month),
        (4, live, "refresh", now + day, now - day),
        (5, ended, "refresh", now + day, None),
    )
    for number, connection, kind, expires, superseded in tokens:
        await own_world.insert(
            "oauth_tokens",
            {"digest": bytes(31) + bytes([number]), "grant_id": connection, "kind": kind,
             "expires_at": expires, "superseded_at": superseded, "created_at": now},
        )  # fmt: skip
    for number, expires in ((1, now - day), (2, now)):
        key = bytes(31) + bytes([number])
        await own_world.insert(
            "oauth_codes",
            {"digest": key, "grant_id": live, "redirect_uri": "", "expires_at": expires},
        )
        await own_world.insert(
            "sign_ins",
            {"digest": key, "user_id": ADA, "csrf": "x", "created_at": now, "expires_at": expires},
        )
    assert await retain.forget(timedelta(days=7), timedelta(days=7)) == 6
    left = "select get_byte(digest, 31) from {} order by 1"
    assert [r["get_byte"] for r in await own_world.rows(left.format("oauth_tokens"))] == [2, 4]
    for table in ("oauth_codes", "sign_ins"):
        assert [r["get_byte"] for r in await own_world.rows(left.format(table))] == [2]
    grants = await own_world.rows("select id from oauth_grants order by id")
    assert [grant["id"] for grant in grants] == [live, fresh]
