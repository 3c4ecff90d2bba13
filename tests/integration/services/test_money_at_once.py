"""Everything that moves money, at once and at random, from two processes: exact at any moment."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.integration.services.test_hard_cap import PRICE, balance
from tests.integration.services.test_unfreeze import unfreeze_of
from tests.integration.services.world import ACME, CHANNEL, OTHER_CHANNEL, Process, World, report, request

from viesti.domain.channel import Outgoing, SendReport, SessionState
from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from viesti.services.balance.keep import BalanceProblem, KeepBalance
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.dispatch import Hold
from viesti.services.lease import LeaseChannels
from viesti.services.reroute import Reroute
from viesti.storage.store import Transaction

pytestmark = pytest.mark.integration

STEPS = 40  # of each actor
# One statement sees one moment.
EXACT = """
select b.paid + b.cap - b.spent as left,
       b.spent + (select coalesce(sum(amount), 0) from balance_changes) as due,
       (select coalesce(sum(cost), 0) from recipients where charged) as taken,
       (select count(*) from recipients r where status = 3
                                          and not exists (select from held h where h.id = r.id)) as lost,
       (select count(*) from recipients r where status in (5, 10) and charged is null) as free,
       (select count(*) from recipients r where status = 3 and charged) as paid_twice
from balances b
"""
ENDS: tuple[Outcome, ...] = (
    Accepted(""),
    Accepted(""),
    Refused(Failure.INVALID_CONTENT),
    Refused(Failure.CARRIER_REJECTED, elsewhere=True),
    Deferred(Failure.CARRIER_BUSY),
    Unknown("silence"),
)


async def check(world: World) -> None:
    row = await world.row(EXACT)
    assert row["due"] == row["taken"], row
    assert row["left"] >= 0, row
    assert (row["lost"], row["free"], row["paid_twice"]) == (0, 0, 0), row


class Actors:
    def __init__(self, world: World, processes: list[Process], seed: int) -> None:
        self._world = world
        self._processes = processes
        self._chance = random.Random(seed)
        self._next = 0
        self._eyes = asyncio.Lock()  # the test has one connection

    @property
    def _process(self) -> Process:
        return self._chance.choice(self._processes)

    async def submit(self) -> None:
        numbers = range(self._next, self._next + self._chance.randint(1, 6))
        self._next = numbers.stop
        extra = {"request_id": f"r{numbers.start}", "body_hash": b"x"} if self._chance.random() < 0.3 else {}
        text = "x" * self._chance.choice((10, 200, 306, 400))
        await self._process.submit(request(*numbers, text=text, **extra))

    async def send(self, hold: Hold, process: Process) -> None:
        claimed = await process.dispatch.claim(hold, self._chance.randint(1, 20))
        await process.dispatch.settle(hold, [self._ended(outgoing) for outgoing in claimed])

    def _ended(self, outgoing: Outgoing) -> SendReport:
        total = max(1, -(-len(outgoing.text) // 153) if len(outgoing.text) > 160 else 1)
        if self._chance.random() < 0.1:
            total = self._chance.randint(1, 4)  # the carrier's own idea of it
        outcomes = self._chance.choices(ENDS, k=total) if self._chance.random() < 0.5 else [ENDS[0]] * total
        return report(outgoing, *outcomes)

    async def cancel(self) -> None:
        process = self._process
        ids = await self._some("recipients where status < 20")
        cancel = CancelWaiting(
            process.store, process.estate, process.publish, process.waker, self._world.clock
        )

        async def work(tx: Transaction) -> None:
            await cancel(tx, ids)

        await process.store.run(work)  # again when it was a deadlock's victim, as whoever cancels does

    async def by_hand(self) -> None:
        await unfreeze_of(self._world, self._process).by_hand(await self._some("held"), "tester")

    async def unfreeze(self) -> None:
        await unfreeze_of(self._world, self._process)()

    async def pay(self) -> None:
        process = self._process
        keep = KeepBalance(process.store, process.estate, self._world.clock, "tester")
        customer = process.estate.current.estate.customers[ACME]
        with suppress(BalanceProblem):  # it is spent already
            if self._chance.random() < 0.5:
                await keep.pay_in(customer, PRICE * self._chance.randint(-20, 40) + PRICE / 2)
            else:
                await keep.set_cap(customer, PRICE * self._chance.randint(0, 30))

    async def upkeep(self) -> None:
        world, process = self._world, self._process
        world.clock.advance(seconds=self._chance.choice((1, 40)))
        await process.rescue.release_due()
        after = timedelta(seconds=30)
        await Reroute(process.store, process.estate, process.waker, world.clock, after)()

    async def look(self) -> None:
        async with self._eyes:
            await check(self._world)

    async def _some(self, where: str) -> list[int]:
        async with self._eyes:
            rows = await self._world.rows(f"select id from {where} order by random() limit 3")
        return sorted(row["id"] for row in rows)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_it_is_exact_whatever_happens_at_once(own_world: World, seed: int) -> None:
    world, over = own_world, asyncio.Event()
    udh16 = """update channels set options = '{"concatenation": "udh16"}' where id = $1"""
    await world.change(udh16, OTHER_CHANNEL)
    await balance(world, 60 * PRICE, Decimal(0))
    async with world.another() as other:
        actors = Actors(world, [world.process, other], seed)
        leases = LeaseChannels(world.store, "engine", (), world.clock, 10)
        await leases.tell_session(CHANNEL, "trx1", SessionState.DOWN, "")  # so some of it goes another way

        async def repeat(act: Callable[[], Awaitable[None]]) -> None:
            for _ in range(STEPS):
                await act()

        async def carry(hold: Hold, process: Process) -> None:
            while not over.is_set():
                await actors.send(hold, process)

        carriers = asyncio.gather(
            carry(await world.hold(), world.process), carry(await world.hold(OTHER_CHANNEL), other)
        )
        await asyncio.gather(
            repeat(actors.submit),
            repeat(actors.submit),
            repeat(actors.cancel),
            repeat(actors.by_hand),
            repeat(actors.unfreeze),
            repeat(actors.unfreeze),
            repeat(actors.pay),
            repeat(actors.upkeep),
            repeat(actors.look),
        )
        over.set()
        await carriers
        while await unfreeze_of(world)():
            pass
        await check(world)
    ended = await world.rows("select distinct status from recipients")
    assert {row["status"] for row in ended} >= {30, 58, 60}, "nothing happened"
