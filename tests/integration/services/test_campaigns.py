"""Campaigns: each person once, whoever is named twice or has opted out, and nobody lost."""

from __future__ import annotations

from collections import Counter
from datetime import time, timedelta
from decimal import Decimal

import pytest
from tests.integration.services.campaign_stage import ALL, HALF, Campaigns, contact_id
from tests.integration.services.world import ACME, GROUP, START, World, address

from viesti.domain.campaign import Campaign
from viesti.domain.send_window import SendWindow
from viesti.services.campaigns import feed
from viesti.services.requests import NotAccepted
from viesti.services.retain import Retain

pytestmark = pytest.mark.integration


@pytest.fixture
async def stage(world: World) -> Campaigns:
    return Campaigns(world)


def once(*numbers: int) -> Counter[str]:
    return Counter(address(number) for number in numbers)


async def test_numbers_contacts_and_tags_together_each_person_once(stage: Campaigns) -> None:
    await stage.tag(ALL, "All", *range(1, 8))
    await stage.tag(HALF, "Half", 2, 4, 9)
    await stage.tag(HALF, "Half", 10, active=False)
    await stage.contact(20)
    await stage.contact(21, phone=None, external_reference="no phone")
    campaign = await stage.made(to=(1, 30, 30), contacts=(2, 20, 21), tags=(ALL,), tag_names=("half",))
    assert await stage.to_the_end(campaign) == once(1, 2, 3, 4, 5, 6, 7, 9, 20, 30)
    row = await stage.now(campaign)
    assert (row["status"], row["people"], row["fed"]) == ("finished", 10, 10)
    # 30 twice; 1 and 2 in the tag All; 2 and 4 in Half.
    assert (row["duplicates"], row["inactive"], row["numberless"], row["opted_out"]) == (5, 1, 1, 0)
    messages = await stage.world.rows(
        "select campaign_id, lane, application_id, recipient_count from messages"
    )
    assert {one["campaign_id"] for one in messages} == {campaign.id}
    assert {one["lane"] for one in messages} == {1}
    assert sorted(one["recipient_count"] for one in messages) == [1, 3, 3, 3]


async def test_a_group_is_its_active_members(stage: Campaigns) -> None:
    await stage.tag(ALL, "All", 1, 2, 3)
    await stage.tag(ALL, "All", 4, active=False)
    await stage.tag(HALF, "Half", 3, 5)
    await stage.world.change(
        "insert into services (id, customer_id, key, name, kind, created_at)"
        f" values (901, {ACME}, 'bare', 'Bare', 'Group', now());"
        f" update lists set service_id = {GROUP} where id = {ALL}"
    )
    campaign = await stage.made(groups=(GROUP, 901), tags=(HALF,), application_id=None, user_id=7)
    assert await stage.to_the_end(campaign) == once(1, 2, 3, 5)
    row = await stage.now(campaign)
    assert (row["status"], row["duplicates"], row["inactive"]) == ("finished", 1, 1)
    assert await stage.world.rows("select distinct application_id, user_id from messages") == [
        {"application_id": None, "user_id": 7}
    ]


async def test_who_opted_out_is_skipped_and_counted(stage: Campaigns) -> None:
    await stage.tag(ALL, "All", *range(1, 6))
    await stage.opt_out(2, 4)
    await stage.opt_out(5, scope="marketing")
    campaign = await stage.made(tags=(ALL,))
    assert await stage.to_the_end(campaign) == once(1, 3, 5)
    assert (await stage.now(campaign))["opted_out"] == 2
    await stage.world.change("update services set advertisement = true")
    advert = await stage.made(tags=(ALL,))
    assert await stage.to_the_end(advert) == once(1, 3)


async def test_who_opts_out_while_it_runs_gets_nothing(stage: Campaigns) -> None:
    await stage.tag(ALL, "All", *range(1, 12))
    campaign = await stage.made(tags=(ALL,))
    await stage.run()
    await stage.opt_out(11)
    assert await stage.to_the_end(campaign) == once(*range(1, 11))
    page = await stage.world.row("select sum(opted_out) as n, sum(recipients) as all from campaign_pages")
    assert (page["n"], page["all"]) == (1, 11)


async def test_each_gets_the_text_with_his_own_fields(stage: Campaigns) -> None:
    properties = [{"name": "Custom01", "value": "gold"}]
    await stage.contact(1, last_name="Last", company="Acme Oy", city="Turku", properties=properties)
    campaign = await stage.made(
        "Hi $(FirstName) $(lastname) of $(CompanyName) $(City) $(Custom01) $(MobileNumber) $(FullName)",
        contacts=(1,), to=(2,),
    )  # fmt: skip
    await stage.to_the_end(campaign)
    rows = await stage.world.rows("select text, warnings from recipients order by address")
    assert rows[0]["text"] == f"Hi First1 Last of Acme Oy Turku gold +{address(1)} First1 Last"
    assert rows[1]["text"] == f"Hi   of    +{address(2)} "
    assert rows[1]["warnings"] and "$(FirstName)" in rows[1]["warnings"][0]


async def test_what_is_wrong_is_named_and_nothing_is_made(stage: Campaigns) -> None:
    await stage.tag(ALL, "All", 1)
    beta_tag = 9 * 64 + 9
    await stage.world.db.execute(
        "insert into lists (id, bucket, customer_id, name) values ($1, 9, 2, 'Theirs')", beta_tag
    )
    audience = {
        "to": (1,), "contacts": (77,), "tags": (beta_tag,), "tag_names": ("All", "None", "Theirs"),
    }  # fmt: skip
    refused = await stage.make(sender="Foreign", **audience)
    assert isinstance(refused, NotAccepted)
    assert [(one.field, one.index) for one in refused.problems] == [
        ("tag_names", 1), ("tag_names", 2), ("tags", 0), ("contacts", 0), ("sender", None),
    ]  # fmt: skip
    nobody = await stage.make()
    assert isinstance(nobody, NotAccepted) and nobody.problems[0].sentence == "There is no recipient."
    empty = await stage.make("", to=(1,))
    assert isinstance(empty, NotAccepted) and empty.problems[0].field == "text"
    assert await stage.world.value("select count(*) from campaigns") == 0


async def test_a_request_id_makes_one_campaign(stage: Campaigns) -> None:
    first = await stage.made(to=(1, 2), request_id="once", body_hash=b"a")
    again = await stage.made(to=(1, 2), request_id="once", body_hash=b"a")
    assert again.id == first.id
    other = await stage.make(to=(1, 3), request_id="once", body_hash=b"b")
    assert isinstance(other, NotAccepted) and other.conflict
    assert await stage.to_the_end(first) == once(1, 2)


async def test_a_draft_waits(stage: Campaigns) -> None:
    campaign = await stage.made(to=(1,), draft=True)
    await stage.run()
    assert await stage.carry() == []
    await stage.steered(campaign, "activate")
    assert await stage.to_the_end(campaign) == once(1)


async def test_a_scheduled_one_has_the_audience_of_its_time(stage: Campaigns) -> None:
    await stage.tag(ALL, "All", 1)
    campaign = await stage.made(tags=(ALL,), send_at=START + timedelta(hours=1))
    await stage.run()
    assert (await stage.now(campaign))["status"] == "scheduled"
    assert await stage.tend.due_in() == 3600
    await stage.tag(ALL, "All", 2)
    stage.world.clock.advance(hours=1)
    assert await stage.to_the_end(campaign) == once(1, 2)


async def test_it_is_fed_within_its_window(stage: Campaigns) -> None:
    window = SendWindow(time(9), time(12, 30))
    campaign = await stage.made(to=range(1, 15), window=window)
    await stage.run()
    sent = Counter(await stage.carry())
    stage.world.clock.advance(minutes=31)
    await stage.run()
    assert await stage.carry() == []
    assert (await stage.now(campaign))["tend_at"] == START.replace(hour=9) + timedelta(days=1)
    stage.world.clock.advance(hours=21)
    assert sent + await stage.to_the_end(campaign) == once(*range(1, 15))


async def test_it_stays_a_little_ahead_of_the_carrier(stage: Campaigns) -> None:
    await stage.made(to=range(1, 40))
    await stage.run()
    assert await stage.world.value("select count(*) from outbox") == 6
    await stage.carry(2)
    stage.world.clock.advance(seconds=0.5)
    await stage.run()
    assert await stage.world.value("select count(*) from outbox") == 7


async def test_pause_holds_back_and_resume_goes_on(stage: Campaigns) -> None:
    campaign = await stage.made(to=range(1, 21))
    await stage.run()
    sent = Counter(await stage.carry(2))
    await stage.steered(campaign, "pause")
    assert await stage.carry() == []
    assert await stage.statuses() == {30: 2, 3: 4}
    assert [row["reason"] for row in await stage.world.rows("select reason from held")] == ["paused"] * 4
    stage.world.clock.advance(minutes=5)
    await stage.run()
    assert await stage.carry() == []
    assert (await stage.now(campaign))["tend_at"] is None
    await stage.steered(campaign, "resume")
    assert await stage.statuses() == {30: 2, 10: 4}
    assert sent + await stage.to_the_end(campaign) == once(*range(1, 21))


async def test_what_a_channel_gives_back_to_a_paused_campaign_is_held_too(stage: Campaigns) -> None:
    campaign = await stage.made(to=(1, 2, 3))
    await stage.run()
    hold = await stage.world.hold()
    claimed = await stage.world.dispatch.claim(hold, 2)
    await stage.steered(campaign, "pause")
    await stage.world.dispatch.give_back(hold, [one.recipient_id for one in claimed])
    stage.world.clock.advance(seconds=2)
    await stage.run()
    assert await stage.carry() == []
    stage.world.clock.advance(seconds=2)
    await stage.run()
    assert (await stage.now(campaign))["tend_at"] is None
    await stage.steered(campaign, "resume")
    assert await stage.to_the_end(campaign) == once(1, 2, 3)


async def test_cancel_ends_what_was_not_sent(stage: Campaigns) -> None:
    await stage.world.change("update customers set link_domain = 'go.acme.example' where id = $1", ACME)
    await stage.tag(ALL, "All", *range(1, 21))
    campaign = await stage.made("See https://acme.example/x", tags=(ALL,), track_links=True)
    await stage.run()
    await stage.carry(2)
    await stage.steered(campaign, "pause")
    await stage.steered(campaign, "cancel")
    assert await stage.statuses() == {30: 2, 58: 4}
    assert await stage.world.value("select count(*) from outbox") == 0
    assert await stage.world.value("select count(*) from held") == 0
    # Counted as sent when they were accepted, and taken back.
    counted = await stage.world.row("select sum(amount) as messages, sum(links) as links from contact_counts")
    assert counted == {"messages": 2, "links": 2}
    stage.world.clock.advance(minutes=5)
    await stage.run()
    assert await stage.statuses() == {30: 2, 58: 4}
    assert (await stage.now(campaign))["status"] == "cancelled"
    refused = await stage.steer(ACME, campaign.id, "resume")
    assert isinstance(refused, NotAccepted) and refused.conflict
    assert isinstance(await stage.steer(ACME, campaign.id, "cancel"), Campaign)
    assert await stage.steer(2, campaign.id, "cancel") is None


async def test_who_can_t_be_sent_to_is_noted_and_holds_up_nobody(stage: Campaigns) -> None:
    await stage.world.change("update routes set prefix = '358'")
    await stage.tag(ALL, "All", 1, 2, 3, 4)
    swede = "46701234567"
    await stage.contact(50, phone=swede)
    await stage.world.db.execute(
        "insert into list_members (list_id, bucket, contact_id) values ($1, 5, $2)", ALL, contact_id(50)
    )
    campaign = await stage.made(tags=(ALL,))
    assert await stage.to_the_end(campaign) == once(1, 2, 3, 4)
    row = await stage.now(campaign)
    assert (row["status"], row["refused"], row["fed"]) == ("finished", 1, 4)
    refused = await stage.world.row("select address, why from campaign_people where state = 2")
    assert refused == {"address": swede, "why": f"No route leads to +{swede}."}


async def test_nobody_can_be_sent_to(stage: Campaigns) -> None:
    campaign = await stage.made(to=range(1, 6))
    await stage.world.change("update routes set enabled = false")
    await stage.run()
    row = await stage.now(campaign)
    assert (row["status"], row["refused"], row["why"]) == ("failed", 5, feed.NOBODY)


async def test_a_service_that_is_switched_off_pauses_it(stage: Campaigns) -> None:
    campaign = await stage.made(to=range(1, 6))
    await stage.world.change("update services set enabled = false")
    await stage.run()
    row = await stage.now(campaign)
    assert (row["status"], row["why"]) == ("paused", "The service 'news' is switched off.")
    await stage.world.change("update services set enabled = true")
    await stage.steered(campaign, "resume")
    assert await stage.to_the_end(campaign) == once(*range(1, 6))


async def test_an_empty_audience_is_finished(stage: Campaigns) -> None:
    await stage.tag(ALL, "All")
    campaign = await stage.made(tags=(ALL,))
    assert await stage.to_the_end(campaign) == Counter()
    assert (await stage.now(campaign))["status"] == "finished"


async def test_what_the_balance_does_not_cover_waits_and_feeding_with_it(stage: Campaigns) -> None:
    world = stage.world
    await world.db.execute(
        "insert into balances (customer_id, bucket, currency, paid, cap, since)"
        " values ($1, 5, 'EUR', $2, 0, $3)",
        ACME, Decimal("0.0412") * 4, START,
    )  # fmt: skip
    campaign = await stage.made(to=range(1, 31))
    sent = Counter[str]()
    for _ in range(10):
        await stage.run()
        sent.update(await stage.carry())
        world.clock.advance(seconds=5)
    assert sent.total() == 4
    row = await stage.now(campaign)
    assert (row["status"], row["fed"]) == ("running", 12)  # and not all thirty frozen
    await stage.steered(campaign, "cancel")
    assert await world.value("select count(*) from held") == 0
    assert Counter((await stage.statuses()).elements()) == {30: 4, 58: 8}
    assert await world.value("select sum(coalesce(cost, 0)) from recipients") == Decimal("0.0412") * 4


async def test_what_is_over_is_forgotten_in_time(stage: Campaigns) -> None:
    world = stage.world
    over, kept = await stage.made(to=range(1, 9)), await stage.made(to=(1, 2), draft=True)
    await stage.to_the_end(over)
    retain = Retain(world.store, world.clock, timedelta(days=7), timedelta(days=90))
    day, month = timedelta(days=1), timedelta(days=30)
    world.clock.advance(days=89)
    await retain.forget(day, month)
    assert await world.value("select count(*) from campaign_people") == 8
    world.clock.advance(days=2)
    for _ in range(2):
        await retain.forget(day, month)
    assert [row["id"] for row in await world.rows("select id from campaigns")] == [kept.id]
    for table, left in (("campaign_people", 0), ("campaign_pages", 0), ("campaign_sources", 1)):
        assert await world.value(f"select count(*) from {table}") == left
