"""The pump of callbacks, over a real store and real endpoints."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.endpoint import Endpoint, Received, answer
from tests.integration.services.test_call_back import _service
from tests.integration.services.world import ACME, ACME_BUCKET, BETA, START, World

from viesti.engine.callbacks import Callbacks
from viesti.net.client import ClientOptions, OutgoingClient

pytestmark = pytest.mark.integration


@asynccontextmanager
async def _pump(world: World, **sizes: Any) -> AsyncIterator[Callbacks]:
    values: dict[str, Any] = {"places": 8, "per_endpoint": 6, "batch": 20, "settle_wait": 0.001}
    async with OutgoingClient(ClientOptions(allow_private=True)) as client:
        service = _service(world, client)
        pump = Callbacks(service, **{**values, **sizes}, idle_seconds=0.05)
        pump.start()
        try:
            async with asyncio.timeout(20):
                yield pump
        finally:
            await pump.stop(0.01)


async def _owe(world: World, numbers: range, url: str, customer: int = ACME, subjects: int = 10_000) -> None:
    for number in numbers:
        at = START - timedelta(seconds=10_000 - number)
        await world.db.execute(
            "insert into callbacks"
            " (id, bucket, customer_id, subject_id, kind, method, url, due_at, created_at)"
            " values ($1, $2, $3, $4, 'delivery_report', 'GET', $5, $6, $6)",
            number * 64 + ACME_BUCKET, ACME_BUCKET, customer, number % subjects, f"{url}/{number}", at,
        )  # fmt: skip


class _Silent:
    """Answers nothing, and tells when enough have asked."""

    def __init__(self, enough: int) -> None:
        self.asked = 0
        self.reached = asyncio.Event()
        self._enough = enough

    def __call__(self, _: Received) -> None:
        self.asked += 1
        if self.asked >= self._enough:
            self.reached.set()


async def test_each_is_made_once_and_in_order_of_its_subject(world: World) -> None:
    done = asyncio.Event()
    made: list[int] = []

    def reply(received: Received) -> bytes:
        made.append(int(received.line.split()[1][1:]))
        if len(made) == 100:
            done.set()
        return answer()

    async with Endpoint(reply) as endpoint:
        await _owe(world, range(1, 101), endpoint.url, subjects=30)
        async with _pump(world):
            await done.wait()
        assert endpoint.connections <= 6
    assert sorted(made) == list(range(1, 101))
    for subject in range(30):
        mine = [number for number in made if number % 30 == subject]
        assert mine == sorted(mine)
    assert await world.callbacks() == []
    assert await world.value("select count(*) from events where kind = 'callback_made'") == 100


async def test_a_slow_customer_with_much_owed_delays_no_other(world: World) -> None:
    silent = _Silent(6)
    arrived = asyncio.Event()

    def reply(_: Received) -> bytes:
        arrived.set()
        return answer()

    async with Endpoint(silent) as slow, Endpoint(reply) as quick:
        await _owe(world, range(1, 201), slow.url)  # all of them older
        await _owe(world, range(1001, 1002), quick.url, BETA)
        async with _pump(world):
            await arrived.wait()
            await silent.reached.wait()
            assert silent.asked == 6  # an endpoint's share


async def test_endpoints_take_turns(world: World) -> None:
    order: list[str] = []
    done = asyncio.Event()

    def reply(received: Received) -> bytes:
        order.append(received.line.split()[1][1:])
        if len(order) == 18:
            done.set()
        return answer()

    async with Endpoint(reply) as one, Endpoint(reply) as other:
        await _owe(world, range(1, 10), one.url)
        await _owe(world, range(11, 20), other.url)
        async with _pump(world, places=1):
            await done.wait()
    assert Counter(len(number) for number in order[:8]) == {1: 4, 2: 4}


async def test_what_only_waited_is_given_back_at_the_end(world: World) -> None:
    silent = _Silent(6)
    async with Endpoint(silent) as endpoint:
        await _owe(world, range(1, 16), endpoint.url)
        async with _pump(world):
            await silent.reached.wait()
    rows = await world.callbacks()
    assert Counter((row["claim"] is None, row["attempt"]) for row in rows) == {(True, 0): 9, (False, 1): 6}


async def test_what_waited_too_long_is_given_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viesti.engine.callbacks.HOLD_SECONDS", 0.0)
    async with Endpoint() as endpoint:
        await _owe(world, range(1, 6), endpoint.url)
        async with _pump(world) as pump:
            await pump.duty.stop()
            await pump._give_back()
        assert endpoint.received == []
    assert {(row["claim"], row["attempt"]) for row in await world.callbacks()} == {(None, 0)}
