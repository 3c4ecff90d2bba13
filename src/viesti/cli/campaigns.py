"""`viesti campaigns`: what campaigns there are and how far they are; pausing, resuming and cancelling them.

Rule: the operator sees every customer's; texts are not printed in lists.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viesti.config import Settings
    from viesti.domain.campaign import Campaign
    from viesti.services.campaigns.show import CampaignReport, CampaignView, ShowCampaigns
    from viesti.services.campaigns.steer import Verb
    from viesti.services.estate import EstateCache
    from viesti.services.requests import NotAccepted
    from viesti.storage.store import Store

FOLLOW_SECONDS = 2.0

app = typer.Typer(
    name="campaigns",
    help="Campaigns: list them, see how far they are, pause, resume and cancel them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Id = Annotated[int, typer.Argument(metavar="ID", help="The campaign, by its id.")]


@app.command(name="list")
def list_campaigns(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 30,
) -> None:
    """Show the campaigns of all customers, the newest first."""
    from viesti.cli.access_means import with_estate

    async def look(store: Store, estate: EstateCache) -> None:
        _show_list(await _show(store, estate).newest(limit), estate)

    with_estate(context, look)


@app.command()
def show(
    context: typer.Context,
    campaign_id: Id,
    follow: Annotated[bool, typer.Option(help="Go on showing until it is over or paused.")] = False,
) -> None:
    """Show a campaign: how its recipients stand, what it cost, and what came back."""
    from viesti.cli.access_means import with_estate

    async def look(store: Store, estate: EstateCache) -> None:
        campaign = await _find(store, campaign_id)
        while True:
            report = await _show(store, estate).report(campaign.customer_id, campaign_id)
            assert report is not None  # it was found
            print("\n".join(lines(report, estate)), flush=True)
            status = report.view.campaign.status
            if not follow or status.over or status.value in ("paused", "draft"):
                return
            await asyncio.sleep(FOLLOW_SECONDS)
            print()

    with_estate(context, look)


@app.command()
def pause(context: typer.Context, campaign_id: Id) -> None:
    """Let nothing more go out; what waits is held back until it is resumed."""
    _steer(context, campaign_id, "pause")


@app.command()
def resume(context: typer.Context, campaign_id: Id) -> None:
    """Go on with a campaign that is paused."""
    _steer(context, campaign_id, "resume")


@app.command()
def cancel(context: typer.Context, campaign_id: Id) -> None:
    """End a campaign: what is not sent yet never is, and costs nothing."""
    _steer(context, campaign_id, "cancel")


def lines(report: CampaignReport, estate: EstateCache) -> list[str]:
    """A campaign for a person."""
    view, clicks, replies, skipped = report
    campaign, p = view.campaign, view.progress
    customer = estate.current.estate.customers.get(campaign.customer_id)
    handed = p.recipients - p.waiting
    told = [
        f"{campaign.id} {campaign.name!r} of {customer.key if customer else campaign.customer_id}: "
        f"{campaign.status}{f' ({campaign.why})' if campaign.why else ''}",
        f"  people {campaign.people:,}: {campaign.to_send:,} are sent to, {campaign.opted_out:,} opted out, "
        f"{campaign.refused:,} can't be sent to",
        f"  passed over: {campaign.duplicates:,} named again, {campaign.inactive:,} unsubscribed from a tag, "
        f"{campaign.numberless:,} without a number",
        f"  handed over {handed:,} of {campaign.to_send:,}: {p.delivered:,} delivered, {p.sent:,} sent, "
        f"{p.expired + p.undelivered:,} undelivered, {p.failed:,} failed, {p.unknown:,} in doubt",
        f"  waiting {campaign.to_feed + p.queued + p.scheduled:,}, frozen {p.frozen:,}, "
        f"cancelled {p.cancelled:,}, opted out meanwhile {p.opted_out:,}",
        f"  {p.parts:,} parts, {p.cost.normalize():f} {view.currency}",
        f"  clicks {clicks.clicks:,} ({clicks.persons:,} of people, {clicks.machines:,} of machines), "
        f"{clicks.distinct:,} links opened by people",
        f"  replies {replies.messages:,} of {replies.people:,} people, {replies.stopped:,} opted out by one",
    ]
    return told + [f"  +{address}: {why}" for address, why in skipped[:20]]


def _show_list(views: Sequence[CampaignView], estate: EstateCache) -> None:
    from viesti.cli.access_means import show_table
    from viesti.cli.messages_view import when

    customers = estate.current.estate.customers
    show_table(
        ("id", "customer", "name", "status", "made", "people", "handed over", "delivered"),
        (
            (
                str(campaign.id),
                customers[campaign.customer_id].key if campaign.customer_id in customers else "",
                campaign.name,
                campaign.status.value,
                when(campaign.created_at),
                f"{campaign.people:,}",
                f"{progress.recipients - progress.waiting:,}",
                f"{progress.delivered:,}",
            )
            for campaign, progress, _ in views
        ),
        "There are no campaigns.",
    )


def _show(store: Store, estate: EstateCache) -> ShowCampaigns:
    from viesti.services.campaigns.show import ShowCampaigns

    return ShowCampaigns(store, estate, wiring.utc_now)


async def _find(store: Store, campaign_id: int) -> Campaign:
    async with store.statements() as tx:
        found = await tx.campaigns.anyones(campaign_id)
    if found is None:
        raise wiring.Problem(f"There is no campaign {campaign_id}; `viesti campaigns list` shows them.")
    return found


def _steer(context: typer.Context, campaign_id: int, verb: Verb) -> None:
    from viesti.cli.access_means import with_estate
    from viesti.services.requests import NotAccepted

    settings = wiring.settings_of(context)

    async def act(store: Store, estate: EstateCache) -> str:
        campaign = await _find(store, campaign_id)
        done = await _turn(settings, store, estate, campaign, verb)
        if isinstance(done, NotAccepted):
            raise wiring.Problem(done.problems[0].sentence)
        assert done is not None  # it was found
        return done.status.value

    print(f"{campaign_id} is {with_estate(context, act)}.")


async def _turn(
    settings: Settings, store: Store, estate: EstateCache, campaign: Campaign, verb: Verb
) -> Campaign | NotAccepted | None:
    import os

    from viesti.services.campaigns.queue import MoveQueued
    from viesti.services.campaigns.steer import SteerCampaign
    from viesti.services.cancel_waiting import CancelWaiting
    from viesti.services.guids import Guids
    from viesti.services.publish import Publish
    from viesti.services.release_held import ReleaseHeld
    from viesti.services.short_links import ShortLinks
    from viesti.services.wake import Waker
    from viesti.storage.seal import Seal

    now = wiring.utc_now
    waker = Waker(store)
    try:
        seal = Seal(wiring.secret_keys(settings))
        guids = await Guids.open(store, seal, os.urandom, now())
        publish = Publish(store, guids, await ShortLinks.open(store, seal, os.urandom, now()))
        cancel = CancelWaiting(store, estate, publish, waker, now)
        move = MoveQueued(store, ReleaseHeld(estate, waker, now), cancel, now)
        return await SteerCampaign(store, move, waker, now)(campaign.customer_id, campaign.id, verb)
    finally:
        await waker.stop()
