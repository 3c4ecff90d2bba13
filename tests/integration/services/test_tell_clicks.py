"""Flows are told who follows links: each visit once, of people unless all are asked for."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.cut_off import CutOff
from tests.integration.services.test_tell_reports import subscribe, told
from tests.integration.services.world import ACME, ACME_BUCKET, BETA, ONE_WAY, START, TWO_WAY, World, address

from viesti.services import record_clicks
from viesti.services.record_clicks import RecordClicks, Seen
from viesti.storage.store import Store

pytestmark = pytest.mark.integration

URL = "https://shop.example/offer?a=1"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_clicks, "RETRY_SECONDS", 0.01)


async def visit(world: World, *seen: Seen, store: Store | None = None) -> None:
    """These visits, all at once."""
    record = RecordClicks(
        store or world.store, world.estate, world.process.waker, time.monotonic, wait_seconds=10.0
    )
    record.start()
    await asyncio.gather(*(record.add(one) for one in seen))
    await record.stop()


async def recipient(world: World, **fields: Any) -> int:
    await world.change("update services set track_links = true")
    sent = await world.accepted(1, text=f"See {URL} and {URL}&b=2", **fields)
    return sent.recipients[0].id


def seen(identifier: int, link: int = 0, reason: str = "", minute: int = 0) -> Seen:
    at = START + timedelta(minutes=minute)
    return Seen(identifier, ACME_BUCKET, link, at, reason, "agent", ACME, address(1), None)


async def test_what_a_click_tells(world: World) -> None:
    await subscribe(world, event="click")
    identifier = await recipient(world, customer_data="order 7")
    await visit(world, seen(identifier, 1))
    click = await world.row("select id from clicks")
    message = (await world.recipient(identifier))["message_id"]
    assert await told(world) == [
        {
            "eventId": f"linkClick:{click['id']}", "event": "linkClick", "at": "2030-01-01T12:00:00.000Z",
            "number": address(1), "messageId": message, "recipientId": identifier, "protocol": "SMS",
            "sender": "Acme", "service": "news", "customerData": "order 7", "link": f"{URL}&b=2",
            "visitor": "person", "first": True,
        }
    ]  # fmt: skip


async def test_which_visits_are_told(world: World) -> None:
    await subscribe(world, 1, event="click")
    await subscribe(world, 2, event="click", options={"first": True})
    await subscribe(world, 3, event="click", options={"visitors": "all"})
    await subscribe(world, 4, event="click", options={"visitors": "all", "first": True})
    await subscribe(world, 5, event="click", customer_id=BETA)
    await subscribe(world, 6, event="click", service_id=TWO_WAY)
    await subscribe(world, 7, event="click", service_id=ONE_WAY, options={"first": True})
    one = await recipient(world)
    await visit(world, seen(one, 0, "preview"), seen(one, 0), seen(one, 0), seen(one, 1))
    await visit(world, seen(one, 0), seen(one, 1, "scanner"))
    visits: dict[int, list[tuple[str, bool]]] = {}
    for row in await world.callbacks():
        body = json.loads(row["body"])
        visits.setdefault(row["subscription_id"] >> 6, []).append((body["visitor"], body["first"]))
    person, again = ("person", True), ("person", False)
    robot, robot_again = ("machine", True), ("machine", False)
    assert {number: sorted(found) for number, found in visits.items()} == {
        1: sorted([person, again, person, again]),
        2: [person, person],
        3: sorted([robot, person, again, person, again, robot_again]),
        4: sorted([robot, person]),
        7: [person, person],
    }


async def test_what_was_noted_and_not_heard_of_is_told_once(world: World) -> None:
    await subscribe(world, event="click")
    one = await recipient(world)
    async with CutOff(world.url) as between:
        store = await Store.open(between.url, size=2, monotonic=time.monotonic)
        between.swallow("COMMIT")  # made, and then the connection breaks
        await visit(world, seen(one), store=store)
        await store.close()
    assert await world.value("select count(*) from clicks") == 1
    assert len(await told(world)) == 1


async def test_nobody_subscribed(world: World) -> None:
    one = await recipient(world)
    await visit(world, seen(one))
    assert (await world.value("select count(*) from clicks"), await world.callbacks()) == (1, [])
