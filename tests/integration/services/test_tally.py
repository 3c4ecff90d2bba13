"""Failures are counted once, for whose they are."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.services.world import ACME, GROUP, World, address, receipt, report

from viesti.domain.failure import Failure
from viesti.domain.outcome import Refused
from viesti.domain.status import PartState
from viesti.services.contacts.create_in_group import CreateInGroup
from viesti.services.contacts.fields import ContactFields
from viesti.services.contacts.get_in_group import ContactInGroup, GetInGroup
from viesti.services.fold_counts import FoldCounts

pytestmark = pytest.mark.integration

DELIVERED, ENROUTE, EXPIRED = PartState.DELIVERED, PartState.ENROUTE, PartState.EXPIRED
UNDELIVERABLE = PartState.UNDELIVERABLE


class Person:
    """Number 1, in the group."""

    def __init__(self, world: World) -> None:
        self.world = world
        estate = world.estate.current.estate
        self.of = (estate.customers[ACME], estate.services[GROUP])

    async def join(self) -> None:
        await CreateInGroup(self.world.store, self.world.clock)(
            *self.of, f"+{address(1)}", (), ContactFields(), True
        )

    async def failed(self) -> int:
        await FoldCounts(self.world.store)()
        found = await GetInGroup(self.world.store)(*self.of, f"+{address(1)}", ())
        assert isinstance(found, ContactInGroup)
        return found.counters.failed


@pytest.fixture
async def person(world: World) -> Person:
    person = Person(world)
    await person.join()
    return person


@pytest.mark.parametrize(
    ("states", "failed"),
    [
        ((DELIVERED,), 0),
        ((ENROUTE,), 0),
        ((EXPIRED,), 1),
        ((UNDELIVERABLE,), 1),
        ((PartState.REJECTED,), 1),
        ((UNDELIVERABLE, UNDELIVERABLE), 1),
        ((EXPIRED, UNDELIVERABLE), 1),  # a worse end of the same message
        ((ENROUTE, EXPIRED, UNDELIVERABLE), 1),
    ],
)
async def test_by_receipts(person: Person, states: tuple[PartState, ...], failed: int) -> None:
    await person.world.sent("a1")
    for state in states:
        await person.world.receipts([receipt("a1", state=state)])
    assert await person.failed() == failed


async def test_each_message(person: Person) -> None:
    for reference in ("a1", "a2", "a3"):
        await person.world.sent(reference)
        await person.world.receipts([receipt(reference, state=UNDELIVERABLE)])
    assert await person.failed() == 3


async def test_refused_by_the_carrier(person: Person) -> None:
    world = person.world
    await world.accepted()
    hold = await world.hold()
    while outgoing := await world.dispatch.claim(hold, 10):
        refused = Refused(Failure.INVALID_DESTINATION, detail="11")
        await world.dispatch.settle(hold, [report(one, refused) for one in outgoing])
    assert await person.failed() == 1


@pytest.mark.parametrize("fields", [{}, {"dlr_url": "https://example.com/dlr"}])
async def test_opted_out_is_no_failure(person: Person, fields: dict[str, Any]) -> None:
    await person.world.change(
        "insert into opt_outs (customer_id, bucket, address, since) values ($1, 5, $2, now())",
        ACME, address(1),
    )  # fmt: skip
    await person.world.accepted(**fields)
    assert await person.failed() == 0
