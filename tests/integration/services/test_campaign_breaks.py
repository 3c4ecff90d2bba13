"""Campaigns that are broken off at any point and go on in another process: nobody twice, nobody lost.

Rule: a break is a transaction that is rolled back after what it called was committed, as a kill leaves it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.services.campaign_stage import ALL, Campaigns
from tests.integration.services.world import World, address

from viesti.services.campaigns.feed import Feed
from viesti.services.campaigns.tend import TendCampaigns
from viesti.services.requests import SubmitRequest, SubmitResult
from viesti.services.submit import Submit

pytestmark = pytest.mark.integration


class Killed(Exception):  # noqa: N818  what happens to it
    """The process ends here."""


class DyingSubmit:
    """Submits, and dies after the commit of some of the messages."""

    def __init__(self, submit: Submit, dies_after: set[int]) -> None:
        self._submit = submit
        self._dies_after = dies_after
        self._count = 0

    async def __call__(self, request: SubmitRequest) -> SubmitResult:
        result = await self._submit(request)
        self._count += 1
        if self._count in self._dies_after:
            raise Killed
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._submit, name)


@pytest.fixture
async def stage(world: World) -> Campaigns:
    return Campaigns(world)


def everybody(count: int) -> Counter[str]:
    return Counter(address(number) for number in range(1, count + 1))


@pytest.mark.parametrize("dies_after", [{1}, {2}, {1, 2, 3, 4}])
@pytest.mark.parametrize("days", [0, 30])
async def test_killed_between_a_page_and_its_note(stage: Campaigns, dies_after: set[int], days: int) -> None:
    """However long ago: request ids may be forgotten meanwhile."""
    world = stage.world
    await stage.tag(ALL, "All", *range(1, 15))
    campaign = await stage.made("Hi $(FirstName)", tags=(ALL,))
    dying = DyingSubmit(world.submit, dies_after)
    sent: Counter[str] = Counter()
    for _ in range(50):
        feed = Feed(dying, least_ahead=6)  # type: ignore[arg-type]  # what it is asked, it does
        process = TendCampaigns(world.store, world.estate, feed, stage.move, world.clock)
        try:
            while await process():
                pass
        except Killed:
            world.clock.advance(days=days)
            if days:
                await world.db.execute("delete from request_ids")
                await world.db.execute("update contacts set first_name = 'Renamed'")
        sent.update(await stage.carry())
        world.clock.advance(seconds=1)
        row = await stage.now(campaign)
        if row["finished_at"]:
            break
    assert sent == everybody(14)
    assert (row["status"], row["fed"], row["refused"]) == ("finished", 14, 0)
    pages = await world.row("select sum(recipients) as n, count(*) as pages from campaign_pages")
    assert pages == {"n": 14, "pages": 5}


async def test_who_was_refused_before_the_break_stays_refused(stage: Campaigns) -> None:
    world = stage.world
    await world.change("update routes set prefix = '358'")
    await stage.tag(ALL, "All", 1, 2)
    await stage.contact(3, phone="46701234567")
    await world.db.execute(
        "insert into list_members (list_id, bucket, contact_id)"
        " select $1, 5, id from contacts where phone like '46%'", ALL,
    )  # fmt: skip
    campaign = await stage.made(tags=(ALL,))
    dying = TendCampaigns(
        world.store, world.estate,
        Feed(DyingSubmit(world.submit, {2}), least_ahead=6),  # type: ignore[arg-type]
        stage.move, world.clock,
    )  # fmt: skip
    with pytest.raises(Killed):  # the first was refused whole, the second is without him
        while await dying():
            pass
    await world.change("update routes set prefix = ''")  # now he could be sent to, but the page is made
    assert await stage.to_the_end(campaign) == everybody(2)
    row = await stage.now(campaign)
    assert (row["fed"], row["refused"]) == (2, 1)


async def test_killed_while_planning(stage: Campaigns, monkeypatch: pytest.MonkeyPatch) -> None:
    world = stage.world
    await stage.tag(ALL, "All", *range(1, 11))
    await stage.opt_out(4)
    campaign = await stage.made(to=(1, 50), tags=(ALL,))
    monkeypatch.setattr("viesti.services.campaigns.audience.plan_step.__defaults__", (3,))
    writes = 0
    real = world.store.run

    async def run(work: Any) -> None:
        """Every third transaction is done, but never committed."""
        nonlocal writes
        writes += 1
        if writes % 3:
            await real(work)
            return

        async def broken(tx: Any) -> None:
            await work(tx)
            raise Killed

        await real(broken)

    monkeypatch.setattr(world.store, "run", run)
    for _ in range(100):
        try:
            if not await stage.tend():
                break
        except Killed:
            pass
    monkeypatch.undo()
    assert await stage.to_the_end(campaign) == everybody(10) - Counter([address(4)]) + Counter([address(50)])
    row = await stage.now(campaign)
    assert (row["people"], row["opted_out"], row["duplicates"]) == (11, 1, 1)


async def test_two_engines_feed_and_a_person_pauses(stage: Campaigns) -> None:
    """All at once, again and again."""
    world = stage.world
    await stage.tag(ALL, "All", *range(1, 61))
    campaign = await stage.made(tags=(ALL,))
    sent: Counter[str] = Counter()
    async with world.another() as process:
        other = Campaigns(world, process)
        for verb in ("pause", "resume") * 8:
            await asyncio.gather(
                stage.tend(), other.tend(), stage.steer(campaign.customer_id, campaign.id, verb), stage.tend()
            )  # fmt: skip
            if verb == "pause":
                assert await stage.carry() == []
            else:
                sent.update(await stage.carry(5))
            world.clock.advance(seconds=1)
        sent += await stage.to_the_end(campaign)
    assert sent == everybody(60)


async def test_a_cancel_beside_feeding_leaves_nobody_in_a_queue(stage: Campaigns) -> None:
    world = stage.world
    await stage.tag(ALL, "All", *range(1, 61))
    campaign = await stage.made(tags=(ALL,))
    async with world.another() as process:
        other = Campaigns(world, process)
        await stage.tend()
        await asyncio.gather(
            stage.tend(), other.tend(), stage.steer(campaign.customer_id, campaign.id, "cancel"), other.tend()
        )
    assert await world.value("select count(*) from outbox") == 0
    assert await world.value("select count(*) from held") == 0
    assert set(await stage.statuses()) <= {58}
    world.clock.now += timedelta(minutes=5)
    await stage.run()
    assert set(await stage.statuses()) <= {58}
