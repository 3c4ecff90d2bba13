"""Callbacks against a real endpoint: order, signature, retries, parking."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.cut_off import CutOff
from tests.fakes.endpoint import Endpoint, Received, answer
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    BETA,
    START,
    TWO_WAY,
    World,
    inbound,
    process_on,
    receipt,
)

from viesti.domain.message import Callback
from viesti.net.client import ClientOptions, OutgoingClient
from viesti.protocols.webhook.signature import SignatureCheck, secret_key, verify
from viesti.services.call_back import CallBack, endpoint_of
from viesti.services.unsubscribe import Unsubscribe
from viesti.storage.seal import Seal
from viesti.storage.store import Store, StoreUnavailable

pytestmark = pytest.mark.integration

CLAIM_SECONDS = 60.0
LEASE_SECONDS = 10.0
SEAL = Seal(Seal.new_key())
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


@asynccontextmanager
async def _calling(
    world: World, reply: Callable[[Received], bytes | None] = lambda _: answer()
) -> AsyncIterator[tuple[CallBack, Endpoint]]:
    async with (
        Endpoint(reply) as endpoint,
        OutgoingClient(ClientOptions(allow_private=True, total_timeout=5)) as client,
    ):
        yield _service(world, client), endpoint


def _service(world: World, client: OutgoingClient, store: Store | None = None) -> CallBack:
    return CallBack(
        store or world.store,
        world.estate,
        client,
        SEAL,
        world.clock,
        lambda: 0.0,
        claim_seconds=CLAIM_SECONDS,
        lease_seconds=LEASE_SECONDS,
        max_age=timedelta(hours=72),
    )


async def _owe(
    world: World, identifier: int, subject: int, url: str = "http://127.0.0.1:1/", **fields: Any
) -> None:
    values: dict[str, Any] = {
        "id": identifier * 64 + ACME_BUCKET, "bucket": ACME_BUCKET, "customer_id": ACME,
        "subject_id": subject, "kind": "delivery_report", "method": "GET", "url": url, "due_at": START,
        "created_at": START,
    }  # fmt: skip
    await world.insert("callbacks", {**values, **fields})


async def _round(service: CallBack, limit: int = 10) -> list[Callback]:
    """Claim, call and settle; gives what was claimed."""
    claimed = await service.claim(limit)
    await service.settle([await service.call(callback) for callback in claimed])
    return claimed


async def test_a_delivery_report_is_made(world: World) -> None:
    async with _calling(world) as (service, endpoint):
        recipient_id = await world.sent("a1", dlr_url=f"{endpoint.url}/dlr?x=1")
        await world.receipts([receipt("a1")])
        assert len(await _round(service)) == 1
        (call,) = endpoint.received
        assert call.line.startswith("GET /dlr?x=1&messageId=")
        assert "status=delivered" in call.line
        assert await world.callbacks() == []
        assert await world.events(recipient_id) == ["callback_made"]
        detail = json.loads(await world.value("select detail from events"))
        assert detail == {"callback": "delivery_report", "attempt": 1, "http_status": 200}
        assert await service.claim(10) == []


@pytest.mark.parametrize("kind", ["GET", "POST"])
async def test_the_signature_can_be_verified(world: World, kind: str) -> None:
    await world.change("update customers set callback_secret = $1", SEAL.seal(SECRET.encode()))
    async with _calling(world) as (service, endpoint):
        if kind == "GET":
            await world.sent("a1", dlr_url=f"{endpoint.url}/dlr")
            await world.receipts([receipt("a1")])
        else:
            await world.change("update services set webhook_url = $1", f"{endpoint.url}/in")
            await world.receive.store([inbound("Päivää")])
            await world.receive.process(10)
        await _round(service)
        (call,) = endpoint.received
    assert call.line.startswith(kind)
    assert (call.headers.get("content-type") == "application/json") is (kind == "POST")
    checked = verify(
        [secret_key(SECRET)],
        call.headers["webhook-id"],
        call.headers["webhook-timestamp"],
        call.headers["webhook-signature"],
        call.body,
        int(START.timestamp()),
    )
    assert checked is SignatureCheck.GENUINE


async def test_a_new_secret_signs_the_next_call(world: World) -> None:
    async with _calling(world) as (service, endpoint):
        for number, octet in enumerate((b"k", b"l")):
            secret = "whsec_" + base64.b64encode(octet * 32).decode()
            await world.change("update customers set callback_secret = $1", SEAL.seal(secret.encode()))
            await _owe(world, number, number, endpoint.url)
            await _round(service)
            sent = endpoint.received[-1].headers
            names = ("webhook-id", "webhook-timestamp", "webhook-signature")
            checked = verify(
                [secret_key(secret)], *(sent[name] for name in names), b"", int(START.timestamp())
            )
            assert checked is SignatureCheck.GENUINE


async def test_every_try_sends_the_same(world: World) -> None:
    replies = iter([answer("500 Oops"), answer()])
    await world.change("update customers set callback_secret = $1", SEAL.seal(SECRET.encode()))
    async with _calling(world, lambda _: next(replies)) as (service, endpoint):
        await world.change("update services set webhook_url = $1", f"{endpoint.url}/in")
        await world.receive.store([inbound("Hello")])
        await world.receive.process(10)
        await _round(service)
        world.clock.advance(minutes=1)
        await _round(service)
        first, second = endpoint.received
    assert (first.line, first.body, first.headers["webhook-id"]) == (
        second.line, second.body, second.headers["webhook-id"],
    )  # fmt: skip
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (answer("500 Oops"), 5),
        (answer("429 Slow", Retry_After="100"), 100),
        (answer("302 Moved", Location="/x"), 5),
        (b"", 5),
        (answer("404 Not Found"), 5),
    ],
    ids=["500", "429", "302", "nothing", "404"],
)
async def test_tried_again(world: World, reply: bytes, seconds: int) -> None:
    async with _calling(world, lambda _: reply) as (service, endpoint):
        await _owe(world, 1, 7, endpoint.url)
        await _round(service)
        (row,) = await world.callbacks()
        assert (row["due_at"], row["attempt"], row["claim"], row["parked_at"]) == (
            START + timedelta(seconds=seconds), 1, None, None,
        )  # fmt: skip
        assert row["last_error"]
        assert await service.due_in() == seconds
        assert await service.claim(10) == []
        world.clock.advance(seconds=seconds)
        assert [callback.attempt for callback in await service.claim(10)] == [2]


@pytest.mark.parametrize(
    ("reply", "age", "url"),
    [
        (answer("400 Bad Request"), 0, None),
        (answer("500 Oops"), 71.999, None),
        (answer(), 0, "http://0.0.0.0.0/"),
    ],
    ids=["refused for good", "too old", "no address"],
)
async def test_parked(world: World, reply: bytes, age: float, url: str | None) -> None:
    async with _calling(world, lambda _: reply) as (service, endpoint):
        await _owe(world, 1, 7, url or endpoint.url, created_at=START - timedelta(hours=age))
        await _owe(world, 2, 7, endpoint.url, created_at=START + timedelta(seconds=1))
        await _round(service)
        row = (await world.callbacks())[0]
        assert row["parked_at"] == START
        assert row["last_error"]
        assert await world.events(7) == ["callback_parked"]
        assert [callback.id >> 6 for callback in await service.claim(10)] == [2]  # it bars no other
        async with world.store.transaction() as tx:
            assert await tx.callbacks.replay(BETA, None, START) == 0
            assert await tx.callbacks.replay(ACME, None, START) == 1
    row = (await world.callbacks())[0]
    assert (row["parked_at"], row["attempt"], row["due_at"]) == (None, 0, START)


async def test_a_private_address_is_not_called(world: World) -> None:
    async with Endpoint() as endpoint, OutgoingClient() as client:
        service = _service(world, client)
        await _owe(world, 1, 7, endpoint.url)
        await _round(service)
        assert endpoint.connections == 0
    (row,) = await world.callbacks()
    assert row["parked_at"] == START


async def test_a_secret_that_does_not_open_stops_nobody(world: World) -> None:
    await world.change("update customers set callback_secret = 'rubbish' where id = $1", ACME)
    async with _calling(world) as (service, endpoint):
        await _owe(world, 1, 7, endpoint.url)
        await _round(service)
        assert endpoint.received == []
    (row,) = await world.callbacks()
    assert row["due_at"] > START
    assert "not signed" in row["last_error"]


async def test_one_at_a_time_for_a_subject_and_in_order(world: World) -> None:
    async with _calling(world) as (service, endpoint):
        for number, subject in ((3, 7), (1, 7), (2, 8), (4, 8)):
            at = START - timedelta(seconds=10 - number)
            await _owe(world, number, subject, f"{endpoint.url}/{number}", created_at=at, due_at=at)
        rounds = [[callback.id >> 6 for callback in await _round(service)] for _ in range(3)]
    assert rounds == [[1, 2], [3, 4], []]


async def test_those_that_stand_apart_wait_for_no_other(world: World) -> None:
    async with _calling(world, lambda got: answer("500 Oops" if " /1 " in got.line else "200 OK")) as (
        service,
        endpoint,
    ):
        await _owe(world, 1, 7, f"{endpoint.url}/1", apart=True)
        await _owe(world, 2, 7, f"{endpoint.url}/2", apart=True)
        await _owe(world, 3, 7, f"{endpoint.url}/3")
        await _owe(world, 4, 7, f"{endpoint.url}/4")
        await _owe(world, 5, 7, f"{endpoint.url}/5", apart=True)
        assert [callback.id >> 6 for callback in await _round(service)] == [1, 2, 3, 5]
        assert [callback.id >> 6 for callback in await _round(service)] == [4]
    assert [row["id"] >> 6 for row in await world.callbacks()] == [1]


# Subscriptions

SECRET_URL = "/flow?sig=secret-%2F"


async def _subscribe(world: World, url: str, identifier: int = 1) -> int:
    subscription = identifier * 64 + ACME_BUCKET
    await world.insert(
        "subscriptions",
        {
            "id": subscription, "bucket": ACME_BUCKET, "customer_id": ACME, "service_id": TWO_WAY,
            "dialect": "smartdialog", "event": "inbound", "url_sealed": SEAL.seal(url.encode()),
            "url_digest": identifier.to_bytes(32), "created_at": START,
        },
    )  # fmt: skip
    return subscription


async def _owe_subscriber(world: World, subscription: int, url: str, number: int = 1, **fields: Any) -> None:
    sealed = SEAL.seal(url.encode())
    await _owe(
        world, number, number + 6, sealed, kind="http_request", method="POST", body="{}",
        subscription_id=subscription, apart=True, **fields,
    )  # fmt: skip


async def test_a_sealed_url_is_called_and_shown_nowhere(world: World) -> None:
    async with _calling(world, lambda _: answer("403 Forbidden")) as (service, endpoint):
        subscription = await _subscribe(world, endpoint.url + SECRET_URL)
        await _owe_subscriber(world, subscription, endpoint.url + SECRET_URL)
        (claimed,) = await service.claim(10)
        assert endpoint_of(claimed) == endpoint.url.removeprefix("http://")
        assert "secret" not in repr(claimed)
        called = await service.call(claimed)
        assert "secret" not in repr(called)
        await service.settle([called])
        assert [got.line for got in endpoint.received] == [f"POST {SECRET_URL} HTTP/1.1"]
    async with world.store.transaction() as tx:
        shown = [*await tx.callbacks.parked(ACME, 10), *await tx.callbacks.of_subjects([7])]
    assert [row["url"] for row in shown] == ["(sealed)", "(sealed)"]
    events = await world.rows("select detail from events")
    assert "secret" not in str(events) and endpoint.url not in str(events)


async def test_a_url_that_does_not_open_stops_nobody(world: World) -> None:
    async with _calling(world) as (service, endpoint):
        subscription = await _subscribe(world, endpoint.url)
        await _owe(world, 1, 7, "rubbish", subscription_id=subscription, apart=True)
        await _owe_subscriber(world, subscription, endpoint.url, 2)
        await _round(service)
        assert len(endpoint.received) == 1
    (row,) = await world.callbacks()
    assert row["parked_at"] is None
    assert "secret_key" in row["last_error"]


async def test_what_waits_in_hand_is_not_called_after_the_end(world: World) -> None:
    async with _calling(world) as (service, endpoint):
        subscription = await _subscribe(world, endpoint.url)
        await _owe_subscriber(world, subscription, endpoint.url)
        (claimed,) = await service.claim(10)
        assert await Unsubscribe(world.store, world.clock)(subscription, TWO_WAY, {ACME})
        await service.settle([await service.call(claimed)])
        assert endpoint.received == []
    assert await world.callbacks() == []
    assert await world.events(7) == []


OFF = answer("400 Bad Request", b'{"error":{"code":"WorkflowTriggerIsNotEnabled"}}')


@pytest.mark.parametrize(
    ("replies", "hours", "ended"),
    [
        ([OFF] * 5, 1, True),
        ([OFF] * 4, 1, False),
        ([answer("404 Not Found")] * 5, 1, True),
        ([OFF] * 9, 0.3, False),  # often, and not for long enough
        ([answer("500 Oops")] * 9, 1, False),
        ([*[answer("429 Slow")] * 8, OFF], 1, False),  # busy is not gone
        ([OFF, OFF, OFF, OFF, answer(), OFF, OFF], 1, False),  # it was there in between
        ([OFF, OFF, answer("503 Away"), OFF, OFF, OFF], 1, True),
        ([answer("403 Forbidden")] * 6, 1, False),
    ],
)
async def test_a_subscription_ends_when_its_endpoint_is_gone_for_long(
    world: World, replies: list[bytes], hours: float, ended: bool
) -> None:
    waiting = iter(replies)
    async with _calling(world, lambda _: next(waiting)) as (service, endpoint):
        subscription = await _subscribe(world, endpoint.url + SECRET_URL)
        other = await _subscribe(world, endpoint.url + "/other", 2)
        await _owe_subscriber(world, other, endpoint.url, 99, due_at=START + timedelta(days=9))
        for number in range(len(replies)):
            await world.db.execute("delete from callbacks where subscription_id = $1", subscription)
            at = world.clock.now
            await _owe_subscriber(
                world, subscription, endpoint.url + SECRET_URL, number + 1, created_at=at, due_at=at
            )
            await _round(service)
            world.clock.advance(hours=hours)
    row = await world.row("select * from subscriptions where id = $1", subscription)
    assert (row["ended_at"] is not None) is ended
    owed = {row["subscription_id"] for row in await world.callbacks()}
    assert other in owed
    if ended:
        assert (row["url_sealed"], row["ended_why"]) == ("", f"HTTP {400 if replies[0] == OFF else 404}")
        assert owed == {other}
        assert await world.value("select count(*) from events where kind = 'subscription_ended'") == 1


async def test_settling_and_ending_at_once_both_succeed(world: World) -> None:
    async with _calling(world, lambda _: OFF) as (service, endpoint):
        subscription = await _subscribe(world, endpoint.url)
        await _owe_subscriber(world, subscription, endpoint.url)
        (claimed,) = await service.claim(10)
        called = await service.call(claimed)
        async with world.db.transaction():  # each gets its first lock, and the other's last
            await world.db.execute("select from subscriptions where id = $1 for update", subscription)
            ending = asyncio.create_task(Unsubscribe(world.store, world.clock)(subscription, TWO_WAY, None))
            await world.until_one_waits_for_a_lock()
            settling = asyncio.create_task(service.settle([called]))
            await world.until_one_waits_for_a_lock(count=2)
        await asyncio.gather(ending, settling)
    assert await world.callbacks() == []
    assert await world.value("select ended_why from subscriptions") == "deleted"


async def test_the_order_is_that_of_time_not_of_ids(world: World) -> None:
    await _owe(world, 9000, 7, created_at=START)  # a process with a young block of ids made the first
    await _owe(world, 1000, 7, created_at=START + timedelta(seconds=1))
    async with _calling(world) as (service, _):
        assert [callback.id >> 6 for callback in await service.claim(10)] == [9000]


async def test_those_behind_one_that_waits_wait_too(world: World) -> None:
    async with _calling(world, lambda _: answer("500 Oops")) as (service, endpoint):
        await _owe(world, 1, 7, endpoint.url)
        await _owe(world, 2, 7, endpoint.url)
        await _owe(world, 3, 8, endpoint.url, due_at=START + timedelta(hours=1))
        await _round(service)
    due = {row["id"] >> 6: row["due_at"] for row in await world.callbacks()}
    assert due == {
        1: START + timedelta(seconds=5),
        2: START + timedelta(seconds=5),
        3: START + timedelta(hours=1),
    }


async def test_due_later_is_not_claimed_and_the_oldest_is_first(world: World) -> None:
    async with _calling(world) as (service, _):
        for number, seconds in ((1, -1), (2, -3), (3, -2), (4, 1)):
            await _owe(world, number, number, due_at=START + timedelta(seconds=seconds))
        assert {callback.id >> 6 for callback in await service.claim(2)} == {2, 3}
        assert {callback.id >> 6 for callback in await service.claim(2)} == {1}


@pytest.mark.parametrize(
    ("renewed_after", "postgresql_crashed", "freed_after"),
    [
        ([0, 4, 8, 12], False, None),  # a call that takes its time
        ([0], False, 11),  # its process died
        ([], False, 11),
        ([0, 4, 8], True, 11),  # both died, and the leases are gone
        ([0, 4, 8, 10], True, None),
    ],
)
async def test_claims_of_the_dead_are_freed(
    world: World, renewed_after: list[int], postgresql_crashed: bool, freed_after: int | None
) -> None:
    async with _calling(world) as (dead, endpoint), _calling(world) as (living, _):
        await _owe(world, 1, 7, endpoint.url)
        assert len(await dead.claim(10)) == 1
        for second in range(15):
            if second in renewed_after:
                await dead.renew()
            if second == 9 and postgresql_crashed:
                await world.db.execute("truncate leases")
            freed = await living.release_expired()
            assert freed == (second == freed_after)
            if freed:
                return
            world.clock.advance(seconds=1)
        assert freed_after is None


async def test_leases_of_the_dead_are_forgotten(world: World) -> None:
    async with _calling(world) as (dead, _), _calling(world) as (living, _):
        await dead.renew()
        world.clock.advance(hours=2)
        await living.renew()
        await living.release_expired()
        assert await world.value("select count(*) from leases") == 1


async def test_customers_that_are_passed_over(world: World) -> None:
    async with _calling(world) as (service, _):
        await _owe(world, 1, 7)
        await _owe(world, 2, 8, customer_id=BETA)
        assert [callback.customer_id for callback in await service.claim(10, [ACME])] == [BETA]
        assert [callback.customer_id for callback in await service.claim(10)] == [ACME]


async def test_a_claim_runs_out(world: World) -> None:
    async with _calling(world) as (dead, endpoint):
        await _owe(world, 1, 7, endpoint.url)
        (callback,) = await dead.claim(10)
        for _ in range(int(CLAIM_SECONDS)):  # it lives, and never comes to an end
            await dead.renew()
            world.clock.advance(seconds=1)
        await dead.renew()
        assert await dead.release_expired() == 0
        world.clock.advance(seconds=1)
        assert await dead.release_expired() == 1
        async with OutgoingClient(ClientOptions(allow_private=True)) as client:
            living = _service(world, client)
            (again,) = await living.claim(10)
            assert again.attempt == 2
            await dead.settle([await dead.call(callback)])  # not dead after all
            assert len(await world.callbacks()) == 1
            await living.settle([await living.call(again)])
    assert await world.callbacks() == []


async def test_a_claim_whose_commit_was_not_answered_is_made_good_at_once(world: World) -> None:
    async with (
        CutOff(world.url) as way,
        OutgoingClient(ClientOptions(allow_private=True)) as client,
        process_on(way.url, world.clock) as process,
    ):
        service = _service(world, client, process.store)
        for number in range(1, 6):
            await _owe(world, number, number)
        first, second = await service.claim(2)
        await service.release([second])
        way.swallow("UPDATE 4")  # the claim, which is a transaction of its own
        with pytest.raises(StoreUnavailable):
            await service.claim(10)
        assert await world.value("select count(*) from callbacks where claim is not null") == 5
        claimed = await service.claim(10)
        assert [(one.id >> 6, one.attempt) for one in claimed] == [(2, 1), (3, 1), (4, 1), (5, 1)]
        await service.settle([await service.call(first)])
        assert await service.claim(10) == []


async def test_given_back_does_not_count(world: World) -> None:
    async with _calling(world) as (service, _):
        await _owe(world, 1, 7)
        await service.release(await service.claim(10))
        assert [callback.attempt for callback in await service.claim(10)] == [1]


async def test_two_pumps_make_each_call_once(world: World) -> None:

    async with (
        _calling(world) as (one, endpoint),
        OutgoingClient(ClientOptions(allow_private=True)) as client,
    ):
        two = _service(world, client)
        for number in range(100):
            await _owe(world, number, number // 2, f"{endpoint.url}/{number}")
        async with asyncio.timeout(30):
            while await world.value("select count(*) from callbacks"):
                await asyncio.gather(_round(one, 7), _round(two, 7))
        made = [call.line.split()[1] for call in endpoint.received]
    assert len(made) == 100
    assert all(made.index(f"/{n}") < made.index(f"/{n + 1}") for n in range(0, 100, 2))
