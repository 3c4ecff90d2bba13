"""The operator's view: over all customers, or one; receipts without a part; parked callbacks."""

from __future__ import annotations

import pytest
from tests.integration.services.world import ACME, BETA, BETA_APP, CHANNEL, SHORT_LINKS, START, World

from viesti.domain.channel import CarrierReceipt
from viesti.domain.message import Callback
from viesti.domain.status import PartState
from viesti.services.oversee import Oversee
from viesti.services.requests import RecipientRequest, SubmitRequest, Submitted
from viesti.services.show_message import ShowMessages

pytestmark = pytest.mark.integration


@pytest.fixture
def oversee(world: World) -> Oversee:
    return Oversee(world.store, world.estate, world.clock)


async def submit(world: World, customer: int, application: int, sender: str) -> Submitted:
    request = SubmitRequest(
        "test", customer, application, None, sender, "Hei", (RecipientRequest("+358401234567"),)
    )
    submitted = await world.submit(request)
    assert isinstance(submitted, Submitted)
    return submitted


async def test_messages_of_all_and_of_one(world: World, oversee: Oversee) -> None:
    ours = await submit(world, ACME, 51, "Acme")
    theirs = await submit(world, BETA, BETA_APP, "Beta")
    assert {row.message_id for row in await oversee.recent(None, 10)} == {ours.message_id, theirs.message_id}
    assert [row.message_id for row in await oversee.recent(oversee.customer_id("beta"), 10)] == [
        theirs.message_id
    ]
    assert oversee.customer_id("nobody") is None


async def test_any_message_by_either_id(world: World, oversee: Oversee) -> None:
    show = ShowMessages(world.store, world.estate, SHORT_LINKS)
    submitted = await submit(world, BETA, BETA_APP, "Beta")
    for identifier in (submitted.message_id, submitted.recipients[0].id):
        found = await oversee.message(identifier, show)
        assert found is not None
        assert found.id == submitted.message_id
    assert await oversee.message(12, show) is None


async def test_a_receipt_without_a_part_is_seen(world: World, oversee: Oversee) -> None:
    receipt = CarrierReceipt(
        CHANNEL,
        ("A1", "161"),
        PartState.DELIVERED,
        "000",
        None,
        START,
        "358401",
        "Acme",
        "id:A1 stat:DELIVRD",
    )
    await world.receipts([receipt])
    [seen] = await oversee.waiting_receipts(10)
    assert (seen.channel, seen.references, seen.state, seen.raw) == (
        "one",
        ("A1", "161"),
        "delivered",
        "id:A1 stat:DELIVRD",
    )


def callback(identifier: int, customer: int) -> Callback:
    return Callback(
        id=identifier,
        bucket=5,
        customer_id=customer,
        subject_id=identifier + 1000,
        kind="inbound",
        method="POST",
        url="https://hook.example/in?token=secret",
        body="{}",
        due_at=START,
        created_at=START,
    )


async def park(world: World, *callbacks: Callback) -> None:
    async with world.store.transaction() as tx:
        await tx.callbacks.add(callbacks)
        await tx.callbacks.claim(START, 10, START, 7)
        await tx.callbacks.park([(each.id, "410 Gone") for each in callbacks], START, 7)


async def test_parked_callbacks_are_seen_without_their_query(world: World, oversee: Oversee) -> None:
    await park(world, callback(1, ACME), callback(2, BETA))
    seen = await oversee.parked_callbacks(None, 10)
    assert [(one.id, one.customer, one.last_error, one.attempts) for one in seen] == [
        (2, "beta", "410 Gone", 1),
        (1, "acme", "410 Gone", 1),
    ]
    assert {one.url for one in seen} == {"https://hook.example/in?..."}
    assert [one.id for one in await oversee.parked_callbacks(ACME, 10)] == [1]


@pytest.mark.parametrize(
    ("customer", "ids", "again"),
    [(None, None, [1, 2]), (BETA, None, [2]), (None, [1], [1]), (ACME, [2], []), (None, [9], [])],
)
async def test_replay(
    world: World, oversee: Oversee, customer: int | None, ids: list[int] | None, again: list[int]
) -> None:
    await park(world, callback(1, ACME), callback(2, BETA))
    world.clock.advance(hours=1)
    assert await oversee.replay(customer, ids) == len(again)
    waiting = await world.rows(
        "select id, due_at, attempt from callbacks where parked_at is null order by id"
    )
    assert waiting == [{"id": i, "due_at": world.clock.now, "attempt": 0} for i in again]
