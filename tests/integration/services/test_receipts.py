"""Receipts in every order: matched, kept, aggregated, and reported once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    CHANNEL,
    GUIDS,
    OTHER_CHANNEL,
    START,
    World,
    address,
    receipt,
    report,
    taken,
)

from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred
from viesti.domain.status import PartState
from viesti.services.guids import GuidKind
from viesti.services.requests import RecipientRequest

pytestmark = pytest.mark.integration

DLR: dict[str, Any] = {"dlr_url": "https://example.com/dlr", "customer_data": "order 7"}
DELIVERED, EXPIRED, UNDELIVERABLE = PartState.DELIVERED, PartState.EXPIRED, PartState.UNDELIVERABLE
ENROUTE, ACCEPTED, REJECTED = PartState.ENROUTE, PartState.ACCEPTED, PartState.REJECTED


async def _status(world: World, recipient_id: int) -> tuple[int, str | None]:
    recipient = await world.recipient(recipient_id)
    return recipient["status"], recipient["failure"]


async def _waiting(world: World) -> int:
    return int(await world.value("select count(*) from waiting_receipts"))


async def _reported(world: World, name: str = "status") -> list[str]:
    """What the owed delivery reports say, in their order."""
    return [parse_qs(urlsplit(row["url"]).query)[name][0] for row in await world.callbacks()]


async def test_matched(world: World) -> None:
    recipient_id = await world.sent("a1", **DLR)
    done_at, at = START + timedelta(seconds=5), START + timedelta(seconds=6)
    assert await world.receipts([receipt("a1", done_at=done_at, at=at, raw="id:a1 stat:DELIVRD")]) == 1
    recipient = await world.recipient(recipient_id)
    expected = {
        "status": 70, "failure": None, "carrier_error": "000", "carrier_at": done_at, "finished_at": at,
        "sent_at": START,
    }  # fmt: skip
    assert {name: recipient[name] for name in expected} == expected
    part = await world.row("select state, error, done_at from parts")
    assert tuple(part.values()) == (2, "000", done_at)
    kept = await world.row("select * from receipts")
    assert (kept["recipient_id"], kept["number"], kept["reference"], kept["raw"]) == (
        recipient_id, 1, "a1", "id:a1 stat:DELIVRD",
    )  # fmt: skip
    assert await _waiting(world) == 0


@pytest.mark.parametrize(
    ("state", "status", "failure"),
    [
        (PartState.SCHEDULED, 30, None),
        (ENROUTE, 30, None),
        (ACCEPTED, 30, None),
        (DELIVERED, 70, None),
        (EXPIRED, 50, "expired"),
        (PartState.DELETED, 55, "deleted"),
        (UNDELIVERABLE, 55, "unreachable"),
        (PartState.UNKNOWN, 55, "unspecified"),
        (REJECTED, 55, "carrier_rejected"),
        (PartState.SKIPPED, 55, "unspecified"),
    ],
)
async def test_every_state(world: World, state: PartState, status: int, failure: str | None) -> None:
    recipient_id = await world.sent("a1")
    await world.receipts([receipt("a1", state=state)])
    assert await _status(world, recipient_id) == (status, failure)


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ((DELIVERED, ENROUTE), 70),
        ((ENROUTE, DELIVERED), 70),
        ((UNDELIVERABLE, ACCEPTED), 55),
        ((DELIVERED, UNDELIVERABLE), 70),
        ((UNDELIVERABLE, DELIVERED), 70),
        ((EXPIRED, UNDELIVERABLE, EXPIRED), 55),
        ((DELIVERED, DELIVERED), 70),
    ],
)
@pytest.mark.parametrize("together", [True, False])
async def test_never_backwards(
    world: World, states: tuple[PartState, ...], status: int, together: bool
) -> None:
    recipient_id = await world.sent("a1", **DLR)
    receipts = [receipt("a1", state=state) for state in states]
    for batch in [receipts] if together else [[one] for one in receipts]:
        await world.receipts(batch)
    assert (await _status(world, recipient_id))[0] == status
    assert await world.value("select count(*) from receipts") == len(states)  # all are kept as they came
    told = await _reported(world)
    assert len(told) == len(set(told))  # none twice
    assert await world.value("select state from parts") == (2 if status == 70 else 5)


async def test_before_its_reference(world: World) -> None:
    submitted = await world.accepted(1, **DLR)
    hold = await world.hold()
    (outgoing,) = await world.dispatch.claim(hold, 1)
    assert await world.receipts([receipt("a1")]) == 0
    assert await _waiting(world) == 1
    await world.dispatch.settle(hold, [taken(outgoing, "a1")])
    assert await _status(world, submitted.recipients[0].id) == (70, None)
    assert await _waiting(world) == 0
    assert await _reported(world) == ["delivered"]


async def test_while_its_reference_was_being_written(world: World) -> None:
    recipient_id = await world.sent("a1")
    await world.db.execute("update parts set reference = 'hidden'")
    await world.receipts([receipt("a1"), receipt("b1")])
    assert await world.receipts.match_waiting() == 0
    await world.db.execute("update parts set reference = 'a1'")
    assert await world.receipts.match_waiting() == 1
    assert await _status(world, recipient_id) == (70, None)
    assert await _waiting(world) == 1
    assert await world.receipts.match_waiting() == 0


@pytest.mark.parametrize("early", [True, False])
async def test_hex_and_decimal(world: World, early: bool) -> None:
    submitted = await world.accepted(1)
    hold = await world.hold()
    (outgoing,) = await world.dispatch.claim(hold, 1)
    if early:
        await world.receipts([receipt("16", "10")])
    await world.dispatch.settle(hold, [taken(outgoing, "10")])
    if early:
        assert await world.receipts.match_waiting() == 1
    else:
        assert await world.receipts([receipt("16", "10")]) == 1
    assert await _status(world, submitted.recipients[0].id) == (70, None)


async def test_the_first_candidate_wins(world: World) -> None:
    hex_id, decimal_id = await world.sent("10"), await world.sent("16")
    await world.receipts([receipt("16", "10")])
    assert (await _status(world, decimal_id))[0] == 70
    assert (await _status(world, hex_id))[0] == 30


async def test_a_reference_used_again_means_the_newest(world: World) -> None:
    old, new = await world.sent("a1"), await world.sent("a1")
    await world.receipts([receipt("a1")])
    assert ((await _status(world, old))[0], (await _status(world, new))[0]) == (30, 70)


@pytest.mark.parametrize(
    "about",
    [
        {"source": address(2), "destination": "Acme"},
        {"source": "Acme", "destination": address(2)},  # some carriers swap them
        {"source": "0" + address(2)[3:], "destination": "Acme"},  # or write them their way
    ],
    ids=["as it should be", "swapped", "national"],
)
async def test_of_several_parts_it_is_the_one_whose_recipient_the_receipt_names(
    world: World, about: dict[str, str]
) -> None:
    decimal = await world.sent("17", recipients=(RecipientRequest("+" + address(1)),))
    hexadecimal = await world.sent("23", recipients=(RecipientRequest("+" + address(2)),))
    await world.receipts([receipt("17", "23", **about)])  # 17 is 23 in hexadecimal
    assert ((await _status(world, decimal))[0], (await _status(world, hexadecimal))[0]) == (30, 70)


async def test_an_early_receipt_is_not_given_to_somebody_else(world: World) -> None:
    other = await world.sent("23", recipients=(RecipientRequest("+" + address(1)),))
    about = {"source": address(2), "destination": "Acme"}
    assert await world.receipts([receipt("17", "23", **about)]) == 0
    assert (await _status(world, other))[0] == 30
    assert await _waiting(world) == 1
    late = await world.sent("17", recipients=(RecipientRequest("+" + address(2)),))
    assert ((await _status(world, late))[0], await _waiting(world)) == (70, 0)


async def test_references_too_old_are_not_meant(world: World) -> None:
    old = await world.sent("a1")
    world.receipts.oldest_id = old + 1
    assert await world.receipts([receipt("a1")]) == 0
    assert await world.receipts.match_waiting() == 0
    assert await _waiting(world) == 1


async def test_another_channels_reference_is_another(world: World) -> None:
    recipient_id = await world.sent("a1")
    await world.receipts([receipt("a1", channel_id=OTHER_CHANNEL)])
    assert (await _status(world, recipient_id))[0] == 30
    assert await world.value("select channel_id from waiting_receipts") == OTHER_CHANNEL


@pytest.mark.parametrize("references", [("nobody",), (), ("",)], ids=["unknown", "none", "empty"])
async def test_what_matches_nothing_is_kept(world: World, references: tuple[str, ...]) -> None:
    await world.sent("")  # a part without a reference is no match for one either
    one = receipt(*references, source=address(9), raw="id:?", error="035")
    assert await world.receipts([one]) == 0
    assert await world.receipts.match_waiting() == 0
    row = await world.row("select * from waiting_receipts")
    assert (row["source"], row["raw"], row["error"], row["state"]) == (address(9), "id:?", "035", 2)
    assert row["bucket"] == 1  # the channel's


@pytest.mark.parametrize("channel_id", [CHANNEL, 999])
async def test_no_receipt_fails_the_others(world: World, channel_id: int) -> None:
    recipient_id = await world.sent("a1")
    strange = {"raw": "\0\ud83d", "error": "\0", "source": "\0", "channel_id": channel_id}
    batch = [receipt("a1", error="\0"), receipt("b\0", "\udc00", **strange), receipt("a1", raw="\0")]
    assert await world.receipts(batch) == 2
    assert (await _status(world, recipient_id))[0] == 70
    assert await _waiting(world) == 1


# Several parts


@pytest.mark.parametrize(
    ("told", "status", "failure"),
    [
        ({"a1": DELIVERED}, 30, None),
        ({"a1": DELIVERED, "a2": DELIVERED}, 30, None),
        ({"a1": DELIVERED, "a2": DELIVERED, "a3": ENROUTE}, 30, None),
        ({"a1": DELIVERED, "a2": DELIVERED, "a3": DELIVERED}, 70, None),
        ({"a2": UNDELIVERABLE}, 55, "unreachable"),
        ({"a1": DELIVERED, "a2": EXPIRED, "a3": DELIVERED}, 50, "expired"),
        ({"a1": EXPIRED, "a2": REJECTED, "a3": EXPIRED}, 55, "carrier_rejected"),
        ({"a1": REJECTED, "a2": EXPIRED}, 55, "carrier_rejected"),
    ],
)
@pytest.mark.parametrize("together", [True, False])
async def test_parts_make_up_the_recipient(
    world: World, told: dict[str, PartState], status: int, failure: str | None, together: bool
) -> None:
    recipient_id = await world.sent("a1", "a2", "a3", **DLR)
    receipts = [receipt(reference, state=state) for reference, state in told.items()]
    for batch in [receipts] if together else [[one] for one in receipts]:
        await world.receipts(batch)
    assert await _status(world, recipient_id) == (status, failure)
    assert ("delivered" in await _reported(world)) is (status == 70)


async def test_parts_before_their_references(world: World) -> None:
    submitted = await world.accepted(1, text="x" * 200)
    recipient_id = submitted.recipients[0].id
    hold = await world.hold()
    (outgoing,) = await world.dispatch.claim(hold, 1)
    await world.receipts([receipt("a1")])
    deferred = Deferred(Failure.CARRIER_BUSY)
    await world.dispatch.settle(hold, [report(outgoing, Accepted("a1"), deferred)])
    assert (await _status(world, recipient_id))[0] == 10  # a part of it is on the handset, the rest is queued
    world.clock.advance(seconds=5)
    await world.rescue.release_due()
    (again,) = await world.dispatch.claim(hold, 1)
    await world.receipts([receipt("b2")])
    await world.dispatch.settle(hold, [report(again, None, Accepted("b2"))])
    assert (await _status(world, recipient_id))[0] == 70


async def test_parts_told_of_at_once_by_two_are_both_counted(world: World) -> None:
    recipient_id = await world.sent("a1", "a2")
    applied, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        async with world.store.transaction() as tx:
            await world.receipts._apply(tx, CHANNEL, [receipt("a1")])
            applied.set()
            await go_on.wait()

    async with world.another() as other:
        first = asyncio.create_task(slowly())
        await applied.wait()
        second = asyncio.create_task(other.receipts([receipt("a2")]))
        await world.until_one_waits_for_a_lock()
        go_on.set()
        await asyncio.gather(first, second)
    assert (await _status(world, recipient_id))[0] == 70


# Delivery reports


async def test_a_delivery_report_is_owed(world: World) -> None:
    recipient_id = await world.sent("a1", **DLR)
    world.clock.advance(seconds=9)
    await world.receipts([receipt("a1", state=UNDELIVERABLE)])
    (row,) = await world.callbacks()
    recipient = await world.recipient(recipient_id)
    expected = {
        "subject_id": recipient_id, "customer_id": 1, "bucket": 5, "kind": "delivery_report",
        "method": "GET", "body": "", "attempt": 0, "due_at": world.clock.now,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    query = {name: values[0] for name, values in parse_qs(urlsplit(row["url"]).query).items()}
    assert query == {
        "messageId": str(recipient["message_id"]),
        "recipientId": str(recipient_id),
        "address": address(1),
        "status": "undelivered",
        "statusCode": "4",
        "error": "unreachable",
        "timestamp": "2030-01-01T12:00:09.000Z",
        "customerData": "order 7",
    }


@pytest.mark.parametrize(
    ("every", "states", "told"),
    [
        (False, [DELIVERED], ["delivered"]),
        (True, [DELIVERED], ["sent", "delivered"]),
        (False, [ENROUTE], []),
        (True, [ENROUTE], ["sent"]),
        (False, [EXPIRED, DELIVERED, DELIVERED], ["expired", "delivered"]),
    ],
)
async def test_what_is_reported(world: World, every: bool, states: list[PartState], told: list[str]) -> None:
    if every:
        await world.change("update services set report_statuses = 'all'")
    await world.sent("a1", **DLR)
    for state in states:
        await world.receipts([receipt("a1", state=state)])
    assert await _reported(world) == told


async def test_sent_is_not_told_after_delivered(world: World) -> None:
    await world.change("update services set report_statuses = 'all'")
    await world.accepted(1, **DLR)
    old = await world.hold()
    (outgoing,) = await world.dispatch.claim(old, 1)
    hold = await world.hold()
    await world.rescue.abandoned()
    await world.dispatch.settle(old, [taken(outgoing, "a1")])  # too late to count, but the reference is known
    (again,) = await world.dispatch.claim(hold, 1)
    await world.receipts([receipt("a1")])
    await world.dispatch.settle(hold, [taken(again, "b1")])
    assert await _reported(world) == ["delivered"]


async def test_nothing_is_owed_without_an_address(world: World) -> None:
    await world.change("update services set report_statuses = 'all'")
    await world.sent("a1")
    await world.receipts([receipt("a1")])
    assert await world.callbacks() == []


async def test_names_of_the_customers_own(world: World) -> None:
    names = '{"status": "tila", "messageId": "viesti"}'
    await world.change("update customers set report_names = $1", names)
    await world.sent("a1", **DLR)
    await world.receipts([receipt("a1")])
    assert await _reported(world, "tila") == ["delivered"]


async def test_a_report_in_the_customers_words(world: World) -> None:
    await world.change("update customers set report_query = 's=%{status}&r=%{recipientId}'")
    await world.change("""update customers set report_words = '{"delivered": "OK"}'""")
    recipient_id = await world.sent("a1", dlr_url="https://example.com/dlr?mine=1")
    await world.receipts([receipt("a1")])
    (owed,) = await world.callbacks()
    assert owed["url"] == f"https://example.com/dlr?mine=1&s=OK&r={recipient_id}"


async def test_a_report_has_the_ids_of_the_interface_that_took_the_message(world: World) -> None:
    numbers = (1, 2, 3)
    await world.insert(
        "opt_outs", {"customer_id": ACME, "bucket": ACME_BUCKET, "address": address(3), "since": START}
    )
    submitted = await world.accepted(*numbers, dialect="smartdialog", dlr_url="https://example.com/dlr")
    hold = await world.hold()
    claimed = await world.dispatch.claim(hold, 10)
    await world.dispatch.settle(hold, [taken(one, f"a{one.recipient_id}") for one in claimed])
    await world.receipts([receipt(f"a{one.recipient_id}") for one in claimed])
    told = [dict(parse_qsl(urlsplit(row["url"]).query)) for row in await world.callbacks()]
    assert {(one["messageId"], one["recipientId"], one["status"]) for one in told} == {
        (
            GUIDS.of(GuidKind.MESSAGE, submitted.message_id),
            GUIDS.of(GuidKind.RECIPIENT, recipient.id),
            "failed" if recipient.failure else "delivered",
        )
        for recipient in submitted.recipients
    }
    assert sorted(one["status"] for one in told) == ["delivered", "delivered", "failed"]
