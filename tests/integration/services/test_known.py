"""What is known of the people a message is for: told to who sends, and counted of the contacts among them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    BETA,
    BETA_BUCKET,
    LIMITS,
    START,
    World,
    address,
    inbound,
    request,
)

from viesti.domain.contact import KnownContact
from viesti.domain.fair import FairClock
from viesti.domain.message import HeldReason
from viesti.domain.status import Status
from viesti.services.accept_rows import AcceptRows, Freeze
from viesti.services.fold_counts import FoldCounts
from viesti.services.plan import Planned, plan
from viesti.storage.rows.people import Known

pytestmark = pytest.mark.integration


async def contact(world: World, number: int, identifier: int, customer: int = ACME, **fields: Any) -> None:
    values = {"id": identifier, "bucket": ACME_BUCKET if customer == ACME else BETA_BUCKET,
              "customer_id": customer, "phone": address(number), "created_at": START}  # fmt: skip
    await world.insert("contacts", {**values, **fields})


async def opt_out(world: World, number: int, customer: int = ACME, scope: str = "all") -> None:
    bucket = ACME_BUCKET if customer == ACME else BETA_BUCKET
    values = {"customer_id": customer, "bucket": bucket, "address": address(number), "scope": scope}
    await world.insert("opt_outs", {**values, "since": START})


async def subscribe(world: World, identifier: int, customer: int, event: str, *, ended: bool = False) -> None:
    values: dict[str, Any] = {"id": identifier, "bucket": 0, "customer_id": customer, "dialect": "txtsync",
                              "event": event, "url_sealed": "", "url_digest": identifier.to_bytes(32),
                              "created_at": START}  # fmt: skip
    if ended:
        values |= {"ended_at": START, "ended_why": "removed"}
    await world.insert("subscriptions", values)


async def test_all_that_there_is_to_know_of_each(world: World) -> None:
    await contact(
        world, 1, 101, name="Aino", first_name="Aino", last_name="Aalto", external_reference="crm-1"
    )
    await contact(world, 2, 102, BETA, name="Berit")
    await contact(world, 3, 103)
    await opt_out(world, 2)
    await opt_out(world, 3, scope="marketing")
    await opt_out(world, 1, BETA)
    await subscribe(world, 1, ACME, "outbound", ended=True)
    await subscribe(world, 2, ACME, "inbound")
    await subscribe(world, 3, BETA, "outbound")
    await subscribe(world, 4, ACME, "report")
    people = {(customer, address(number)) for customer in (ACME, BETA) for number in (1, 2, 3, 4)}
    async with world.store.statements() as tx:
        known = await tx.people.known(people)
        assert await tx.people.known({(ACME, address(4))}) == Known(subscribed=set(), reported={ACME})
    assert known.opted_out == {
        (ACME, address(2)): "all",
        (ACME, address(3)): "marketing",
        (BETA, address(1)): "all",
    }
    assert known.contacts == {
        (ACME, address(1)): KnownContact(101, "Aino", "Aino", "Aalto", "crm-1"),
        (BETA, address(2)): KnownContact(102, "Berit", "", "", None),
        (ACME, address(3)): KnownContact(103, "", "", "", None),
    }
    assert (known.subscribed, known.reported) == ({BETA}, {ACME})


async def _counted(world: World) -> list[tuple[Any, ...]]:
    rows = await world.rows("select id, address, kind, amount, links from contact_counts order by id")
    return [tuple(row.values()) for row in rows]


async def test_who_sends_is_told_who_it_was_and_what_is_sent_to_contacts_is_counted(world: World) -> None:
    await contact(world, 1, 101, name="Aino")
    await contact(world, 2, 102, BETA)
    await contact(world, 3, 103)
    await opt_out(world, 3)
    submitted = await world.accepted(1, 2, 3)
    assert [each.contact and each.contact.id for each in submitted.recipients] == [101, None, 103]
    assert await _counted(world) == [(submitted.recipients[0].id, address(1), "outbound", 1, 0)]
    await FoldCounts(world.store)()
    counters = await world.row("select contact_id, outbound, links_sent, last_at from contact_counters")
    assert counters == {"contact_id": 101, "outbound": 1, "links_sent": 0, "last_at": START}


async def test_an_automatic_answer_is_counted_too(world: World) -> None:
    await contact(world, 7, 107)
    await world.change("update services set help_reply = 'Call us.'")
    await world.receive.store([inbound("HELP")])
    await world.receive.process(10)
    [queued] = await world.queued()
    assert (queued["id"], address(7), "outbound", 1, 0) in await _counted(world)


def _planned(world: World, *numbers: int) -> Planned:
    planned = plan(request(*numbers), world.estate.current, LIMITS, START, lambda: 0.0)
    assert isinstance(planned, Planned)
    return planned


async def test_links_that_were_sent_are_counted_with_what_they_were_sent_in(world: World) -> None:
    await contact(world, 1, 101)
    planned = _planned(world, 1)
    planned = replace(planned, recipients=tuple(replace(each, links=2) for each in planned.recipients))
    rows = AcceptRows()
    async with world.store.statements() as tx:
        known = await tx.people.known({(ACME, address(1))})
        rows.add(planned, 640 + ACME_BUCKET, [704 + ACME_BUCKET], known, FairClock())
        await rows.write(tx)
    assert await _counted(world) == [(704 + ACME_BUCKET, address(1), "outbound", 1, 2)]
    await FoldCounts(world.store)()
    counters = await world.row("select outbound, links_sent from contact_counters")
    assert counters == {"outbound": 1, "links_sent": 2}


async def test_who_is_a_contact_is_found_as_it_is_stored(world: World) -> None:
    await contact(world, 1, 101, name="Aino", external_reference="crm-1")
    await contact(world, 2, 102, BETA, name="Berit")
    await opt_out(world, 1, BETA)
    await subscribe(world, 1, ACME, "outbound", ended=True)
    await subscribe(world, 2, BETA, "outbound")
    ids = [704 + ACME_BUCKET, 768 + ACME_BUCKET]
    rows = AcceptRows(asked=False)
    rows.add(_planned(world, 1, 2), 640 + ACME_BUCKET, ids, Known(), FairClock())
    async with world.store.statements() as tx:
        found = await rows.write_unless_known(tx)
    assert found == {ids[0]: KnownContact(101, "Aino", "", "", "crm-1")}
    assert await _counted(world) == [(ids[0], address(1), "outbound", 1, 0)]
    assert {row["id"] for row in await world.queued()} == set(ids)


@pytest.mark.parametrize("scope", ["all", "marketing", None])
async def test_what_must_be_known_before_stores_nothing(world: World, scope: str | None) -> None:
    """An opt-out, or a flow that wants to know (no scope)."""
    await contact(world, 1, 101)
    await (opt_out(world, 2, scope=scope) if scope else subscribe(world, 1, ACME, "outbound"))
    await world.db.execute(
        "insert into balances (customer_id, bucket, currency, paid, since) values ($1, $2, 'EUR', 10, $3)",
        ACME, ACME_BUCKET, START,
    )  # fmt: skip
    rows = AcceptRows(asked=False)
    ids = [704 + ACME_BUCKET, 768 + ACME_BUCKET]
    rows.add(_planned(world, 1, 2), 640 + ACME_BUCKET, ids, Known(), FairClock())
    async with world.store.statements() as tx:
        assert await rows.write_unless_known(tx) is None
    for table in ("messages", "recipients", "outbox", "contact_counts"):
        assert await world.value(f"select count(*) from {table}") == 0, table
    assert await world.value("select spent from balances") == 0


async def test_one_who_opted_out_among_others_is_barred_alone(world: World) -> None:
    await contact(world, 1, 101)
    await contact(world, 2, 102)
    await opt_out(world, 2)
    submitted = await asyncio.gather(*(world.accepted(number) for number in (1, 2, 3)))
    told = [(one.status, one.contact and one.contact.id) for each in submitted for one in each.recipients]
    assert told == [(Status.QUEUED, 101), (Status.FAILED, 102), (Status.QUEUED, None)]
    assert [counted[1] for counted in await _counted(world)] == [address(1)]


async def test_one_that_is_frozen_is_held_and_not_queued(world: World) -> None:
    await opt_out(world, 3)
    ids = [number * 64 + ACME_BUCKET for number in (11, 12, 13)]
    rows = AcceptRows()
    loop = Freeze(HeldReason.REPEATED, "The same text went to it 10 times in 10 minutes.")
    async with world.store.statements() as tx:
        known = await tx.people.known({(ACME, address(number)) for number in (1, 2, 3)})
        submitted = rows.add(
            _planned(world, 1, 2, 3),
            640 + ACME_BUCKET,
            ids,
            known,
            FairClock(),
            {ids[0]: loop, ids[1]: Freeze(HeldReason.BALANCE), ids[2]: loop},
        )
        await rows.write(tx)
    assert [(each.status, each.frozen) for each in submitted.recipients] == [
        (3, HeldReason.REPEATED),
        (3, HeldReason.BALANCE),
        (60, None),  # nothing is sent to who opted out, so nothing is held
    ]
    assert submitted.recipients[0].warnings == (loop.why,)
    assert await world.queued() == []
    held = await world.rows("select id, reason, parts, cost, since from held order by id")
    assert [tuple(row.values()) for row in held] == [
        (ids[0], "repeated", 1, planned_cost(submitted, 0), START),
        (ids[1], "balance", 1, planned_cost(submitted, 1), START),
    ]
    stored = await world.rows("select status, flagged_at, flagged_why, warnings from recipients order by id")
    assert [tuple(row.values()) for row in stored[:2]] == [
        (3, START, loop.why, [loop.why]),
        (3, None, None, None),
    ]


def planned_cost(submitted: Any, index: int) -> Any:
    cost = submitted.recipients[index].cost
    assert cost is not None
    return cost
