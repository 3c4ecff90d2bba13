"""What is shown of campaigns: progress, report and preview; every number."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.integration.services.campaign_stage import ALL, HALF, Campaigns, contact_id
from tests.integration.services.world import (
    ACME,
    ACME_APP,
    BETA,
    NUMBER,
    ONE_WAY,
    START,
    TWO_WAY,
    World,
    address,
    inbound,
    receipt,
)

from viesti.domain.channel import CarrierReceipt
from viesti.domain.status import PartState
from viesti.services.campaigns.create import Audience, CampaignRequest
from viesti.services.campaigns.preview import CampaignPreview, PreviewCampaign
from viesti.services.campaigns.show import Listing, ShowCampaigns
from viesti.services.requests import NotAccepted

pytestmark = pytest.mark.integration


@pytest.fixture
async def stage(world: World) -> Campaigns:
    return Campaigns(world)


@pytest.fixture
def show(world: World) -> ShowCampaigns:
    return ShowCampaigns(world.store, world.estate, world.clock)


@pytest.fixture
def preview(world: World) -> PreviewCampaign:
    return PreviewCampaign(world.store, world.estate, world.submit, world.clock)


async def told(world: World, *numbers: int, state: PartState = PartState.DELIVERED) -> None:
    """The carrier says what became of these."""
    rows = await world.rows(
        "select p.reference from recipients r join parts p on p.recipient_id = r.id"
        " where r.address = any($1)",
        [address(number) for number in numbers],
    )
    receipts: list[CarrierReceipt] = [receipt(row["reference"], state=state) for row in rows]
    await world.receipts(receipts)


def asked(text: str = "Hello", **fields: Any) -> CampaignRequest:
    audience = Audience(**fields.pop("audience"))
    values: dict[str, Any] = {
        "dialect": "txtsync", "customer_id": ACME, "application_id": ACME_APP, "service_id": ONE_WAY,
        "text": text, "audience": audience,
    }  # fmt: skip
    return CampaignRequest(**{**values, **fields})


async def test_progress_is_true_while_it_runs(stage: Campaigns, show: ShowCampaigns) -> None:
    world = stage.world
    await stage.tag(ALL, "All", *range(1, 21))
    await stage.opt_out(20)
    campaign = await stage.made(tags=(ALL,))
    await stage.run()
    await stage.carry(4)
    await told(world, 1, 2)
    await told(world, 3, state=PartState.UNDELIVERABLE)
    world.clock.advance(seconds=2)
    view = await show.one(ACME, campaign.id)
    assert view is not None
    progress = view.progress
    assert (progress.recipients, progress.delivered, progress.undelivered) == (6, 2, 1)
    assert (progress.sent, progress.queued) == (1, 2)
    assert (view.campaign.people, view.campaign.to_send, view.campaign.to_feed) == (20, 19, 13)
    assert await show.one(BETA, campaign.id) is None
    (listed,) = await show.listed(ACME, Listing())
    assert listed.progress.delivered == 2
    assert await show.listed(BETA, Listing()) == []


async def test_the_report_counts_everything(stage: Campaigns, show: ShowCampaigns) -> None:
    world = stage.world
    await stage.tag(ALL, "All", *range(1, 9))
    await stage.opt_out(8)
    campaign = await stage.made(tags=(ALL,), sender=NUMBER, service_id=TWO_WAY)
    await stage.to_the_end(campaign)
    await told(world, 1, 2, 3)
    await told(world, 4, state=PartState.UNDELIVERABLE)
    for number, text in ((1, "Yes"), (1, "And more"), (2, "STOP"), (8, "Never written to")):
        await world.receive.store([inbound(text, source=address(number), received_at=world.clock.now)])
    await world.receive.process(100)
    # Somebody who was written to again answers that.
    other = await world.accepted(3)
    world.clock.advance(seconds=5)
    await world.receive.store([inbound("To the other", source=address(3), received_at=world.clock.now)])
    await world.receive.process(100)
    world.clock.advance(hours=1)
    report = await show.report(ACME, campaign.id)
    assert report is not None
    progress = report.view.progress
    assert (progress.delivered, progress.undelivered, progress.sent, progress.waiting) == (3, 1, 3, 0)
    assert progress.parts == 7
    assert report.replies == (3, 2, 1)
    cost = sum(
        [
            row["cost"]
            for row in await world.rows(
                "select cost from recipients where message_id <> $1", other.message_id
            )
        ],
        Decimal(0),
    )
    assert progress.cost == cost > 0
    assert report.view.campaign.opted_out == 1


async def test_settled_pages_are_not_read_again(stage: Campaigns) -> None:
    world = stage.world
    await stage.tag(ALL, "All", *range(1, 7))
    campaign = await stage.made(tags=(ALL,))
    await stage.to_the_end(campaign)
    await told(world, *range(1, 7))
    world.clock.advance(hours=1)
    await stage.run()
    assert await world.value("select count(*) from campaign_pages where look_at is not null") == 0
    assert await stage.tend.due_in() is None


async def test_a_page_without_receipts_is_read_ever_less(stage: Campaigns) -> None:
    world = stage.world
    campaign = await stage.made(to=(1,))
    await stage.to_the_end(campaign)
    looks = []
    while (due := await stage.tend.due_in()) is not None:
        world.clock.now += timedelta(seconds=max(due, 0.001))
        await stage.run()
        looks.append(await world.value("select looked_at from campaign_pages"))
    assert looks[-1] - START > timedelta(days=5)
    assert len(looks) < 250
    assert await stage.world.value("select sent from campaign_pages") == 1


async def test_a_preview_stores_nothing_and_tells_all(stage: Campaigns, preview: PreviewCampaign) -> None:
    world = stage.world
    await stage.tag(ALL, "All", 1, 2, 3, 4)
    await stage.tag(HALF, "Half", 4, 5)
    await stage.tag(HALF, "Half", 6, active=False)
    await stage.contact(7, phone=None, external_reference="x")
    await stage.opt_out(2)
    seen = await preview(
        asked(
            "Hi $(FirstName) 🎉",
            audience={
                "numbers": (f"+{address(3)}", f"+{address(9)}"),
                "tags": (ALL, HALF),
                "contacts": (contact_id(7),),
            },
        ),
        0,
    )
    assert isinstance(seen, CampaignPreview), seen
    assert (seen.text, seen.address, seen.contact_id) == ("Hi First3 🎉", address(3), contact_id(3))
    assert (seen.allowed, seen.emojis, seen.exact, seen.sendable) == (True, True, True, 5)
    people = seen.people
    assert (people.people, people.opted_out, people.inactive, people.numberless, people.named) == (
        6,
        1,
        1,
        1,
        9,
    )
    assert (seen.parts, seen.currency) == (Decimal("1.00"), "EUR")
    assert seen.cost == Decimal("0.0412") * 5
    assert seen.warnings == (f"+{address(9)} has no value for $(FirstName): left blank.",)
    for table in (
        "campaigns",
        "campaign_people",
        "campaign_sources",
        "messages",
        "recipients",
        "request_ids",
    ):
        assert await world.value(f"select count(*) from {table}") == 0
    second = await preview(asked("Hi", audience={"tags": (ALL,)}), 1)
    assert isinstance(second, CampaignPreview)
    assert (second.address, second.allowed) == (address(2), False)
    beyond = await preview(asked("Hi", audience={"tags": (ALL,)}), 99)
    assert isinstance(beyond, CampaignPreview) and beyond.address == ""


async def test_a_preview_says_what_is_wrong(stage: Campaigns, preview: PreviewCampaign) -> None:
    wrong = await preview(asked(audience={"numbers": ("+35840", f"+{address(1)}", "x")}), 0)
    assert isinstance(wrong, NotAccepted)
    assert [(one.field, one.index) for one in wrong.problems] == [("recipients", 0), ("recipients", 2)]
    empty = await preview(asked("", audience={"numbers": (f"+{address(1)}",)}), 0)
    assert isinstance(empty, NotAccepted) and empty.problems[0].field == "text"


async def test_a_preview_names_who_can_t_be_sent_to(stage: Campaigns, preview: PreviewCampaign) -> None:
    await stage.world.change("update routes set prefix = '358'")
    seen = await preview(asked(audience={"numbers": (f"+{address(1)}", "+46701234567")}), 0)
    assert isinstance(seen, CampaignPreview)
    assert seen.refused == (("46701234567", "No route leads to +46701234567."),)
    assert (seen.sendable, seen.cost) == (1, Decimal("0.0412"))
