from __future__ import annotations

from datetime import timedelta

import pytest
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    ONE_WAY,
    SHORT_LINKS,
    START,
    World,
    address,
    taken,
)

from viesti.domain.text import UCS2, ConcatMethod, choose_encoding, count_parts
from viesti.services.link_details import link_details
from viesti.services.requests import RecipientRequest
from viesti.services.show_message import ShowMessages
from viesti.storage.store import ClickTotals, NewClick

BASE = "https://viesti.example/l/"


async def outgoing(world: World) -> dict[int, str]:
    """What goes out, by recipient."""
    claimed = await world.dispatch.claim(await world.hold(), 100)
    return {one.recipient_id: one.text for one in claimed}


async def test_links_go_out_short_and_are_stored_as_they_were_asked(world: World) -> None:
    text = "Hei! https://x.fi/" + "a" * 200 + ", ja http://y.fi/ш."
    accepted = await world.accepted(1, 2, text=text, track_links=True)
    message = await world.row("select * from messages")
    assert message["text"] == text
    assert message["link_base"] == BASE
    assert message["link_rule"] == 1
    assert message["links_until"] == START + timedelta(days=90)
    assert message["part_count"] == 2  # one for each recipient
    sent = await outgoing(world)
    for one in accepted.recipients:
        first, second = (SHORT_LINKS.token(one.id, link) for link in (0, 1))
        assert sent[one.id] == f"Hei! {BASE}{first}, ja {BASE}{second}."
        assert one.parts == 1
    assert len(set(sent.values())) == 2


async def test_the_same_goes_out_at_every_try(world: World) -> None:
    await world.accepted(text="http://x.fi", track_links=True)
    hold = await world.hold()
    (first,) = await world.dispatch.claim(hold, 1)
    await world.dispatch.give_back(hold, [first.recipient_id])
    assert (await outgoing(world))[first.recipient_id] == first.text


@pytest.mark.parametrize(
    ("of_service", "of_request", "followed"),
    [(False, None, False), (True, None, True), (False, True, True), (True, False, False)],
)
async def test_the_service_or_the_request_says_whether(
    world: World, of_service: bool, of_request: bool | None, followed: bool
) -> None:
    await world.change("update services set track_links = $1 where id = $2", of_service, ONE_WAY)
    await world.accepted(text="http://x.fi/a", track_links=of_request)
    assert (await world.value("select link_base from messages") is not None) == followed
    assert [text.startswith(BASE) for text in (await outgoing(world)).values()] == [followed]


async def test_a_text_without_links_is_not_followed(world: World) -> None:
    await world.accepted(text="www.x.fi", track_links=True)
    assert await world.row("select link_base, links_until, link_rule from messages") == {
        "link_base": None, "links_until": None, "link_rule": None
    }  # fmt: skip


async def test_a_customer_has_a_domain_and_days_of_its_own(world: World) -> None:
    await world.change(
        "update customers set link_domain = 'go.acme.example', link_days = 3 where id = $1", ACME
    )
    later = START + timedelta(days=2)
    await world.accepted(text="http://x.fi/a", track_links=True, send_at=later)
    assert await world.value("select link_base from messages") == "https://go.acme.example/l/"
    assert await world.value("select links_until from messages") == later + timedelta(days=3)


async def test_texts_of_their_own_have_links_of_their_own(world: World) -> None:
    recipients = (
        RecipientRequest("+" + address(1), values={"who": "Ada", "page": "http://x.fi/ada"}),
        RecipientRequest("+" + address(2), values={"who": "Bo", "page": "none"}),
        RecipientRequest("+" + address(3), "Just http://x.fi/c or http://x.fi/d"),
    )
    accepted = await world.accepted(
        recipients=recipients, text="$(who): $(page)", placeholders=True, track_links=True
    )
    ada, bo, cy = (one.id for one in accepted.recipients)
    assert await outgoing(world) == {
        ada: f"Ada: {BASE}{SHORT_LINKS.token(ada, 0)}",
        bo: "Bo: none",
        cy: f"Just {BASE}{SHORT_LINKS.token(cy, 0)} or {BASE}{SHORT_LINKS.token(cy, 1)}",
    }
    async with world.store.statements() as tx:
        details = await link_details(tx, SHORT_LINKS, [ada, bo, cy, 1])
    assert {i: [link.url for link in links] for i, links in details.items()} == {
        ada: ["http://x.fi/ada"], bo: [], cy: ["http://x.fi/c", "http://x.fi/d"]
    }  # fmt: skip


async def test_parts_of_a_costly_text_are_those_that_go_out(world: World) -> None:
    text = "ш" * 40 + " https://x.fi/" + "a" * 100
    accepted = await world.accepted(text=text, track_links=True)
    ((_, sent),) = (await outgoing(world)).items()
    assert choose_encoding(sent) == UCS2
    assert count_parts(sent, UCS2, ConcatMethod.UDH8) == accepted.recipients[0].parts == 2


async def sent(world: World, *numbers: int, **fields: object) -> list[int]:
    """Ids of recipients of a message with two links that the carrier took."""
    accepted = await world.accepted(*numbers, text="http://x.fi/a http://x.fi/b", track_links=True, **fields)
    hold = await world.hold()
    claimed = await world.dispatch.claim(hold, 100)
    await world.dispatch.settle(hold, [taken(one, str(one.recipient_id), at=START) for one in claimed])
    return [one.id for one in accepted.recipients]


def click(number: int, recipient_id: int, link: int = 0, reason: str = "", after: int = 10) -> NewClick:
    at = START + timedelta(seconds=after)
    return NewClick(number, ACME_BUCKET, recipient_id, link, at, reason, "agent", ACME, address(1), 700)


async def test_visits_are_noted_once_and_summed(world: World) -> None:
    (one,) = await sent(world)
    visits = [
        click(1, one, reason="preview", after=2),
        click(2, one, after=5),
        click(3, one, after=9),
        click(4, one, link=1, reason="head", after=4),
    ]
    async with world.store.statements() as tx:
        await tx.clicks.record(visits[:1])
        await tx.clicks.record(visits)  # the first again
        await tx.clicks.record(visits)
        found = (await link_details(tx, SHORT_LINKS, [one]))[one]
        log = await tx.clicks.visits([one], 10)
        totals = await tx.clicks.of_campaigns([700, 701])
    assert [(link.clicks, link.persons, link.machines, link.distinct) for link in found] == [
        (3, 2, 1, 1), (1, 0, 1, 0)
    ]  # fmt: skip
    assert (found[0].first_at, found[0].last_at) == (
        START + timedelta(seconds=2),
        START + timedelta(seconds=9),
    )
    assert found[0].short_url == BASE + SHORT_LINKS.token(one, 0)
    assert [(visit.link, visit.reason) for visit in log] == [(0, "preview"), (0, ""), (0, ""), (1, "head")]
    assert totals == {700: ClickTotals(clicks=4, persons=2, links=2, distinct=1, people=1)}
    assert totals[700].machines == 2


async def test_the_first_person_is_counted_for_the_contact(world: World) -> None:
    (one, other) = await sent(world, 1, 2)
    async with world.store.statements() as tx:
        await tx.clicks.record([click(1, one, reason="preview")])
        assert await counted(world) == 0
        await tx.clicks.record([click(2, one), click(3, one)])
        assert await counted(world) == 1
        await tx.clicks.record([click(4, one), click(5, one, link=1), click(6, other, reason="head")])
        assert await counted(world) == 2
        await tx.clicks.record([click(6, other, reason="head"), click(7, other)])
    assert await counted(world) == 3


async def counted(world: World) -> int:
    return int(await world.value("select coalesce(sum(amount), 0) from contact_counts where kind = 'click'"))


async def test_who_looks_at_a_message_sees_its_links(world: World) -> None:
    (one,) = await sent(world)
    async with world.store.statements() as tx:
        await tx.clicks.record([click(1, one, reason="head", after=2), click(2, one, link=1, after=5)])
    view = await ShowMessages(world.store, world.estate, SHORT_LINKS).one(one, ACME)
    assert view is not None
    assert view.text == "http://x.fi/a http://x.fi/b"
    (recipient,) = view.recipients
    first, second = recipient.links
    assert recipient.text == f"{first.short_url} {second.short_url}"
    assert (first.url, first.persons, first.machines) == ("http://x.fi/a", 0, 1)
    assert (second.url, second.persons, second.machines) == ("http://x.fi/b", 1, 0)
    assert [step.detail for step in view.timeline if step.kind == "link_followed"] == [
        {"link": 1, "by": "head", "agent": "agent"}, {"link": 2, "by": "person", "agent": "agent"}
    ]  # fmt: skip


async def test_the_answer_tells_how_links_went_out(world: World) -> None:
    accepted = await world.accepted(text="http://x.fi", track_links=True, request_id="once")
    repeated = await world.accepted(text="http://x.fi", track_links=True, request_id="once")
    for answer in (accepted, repeated):
        assert (answer.link_base, answer.link_rule, answer.text) == (BASE, 1, "http://x.fi")
    assert repeated.repeated


async def test_clicks_go_with_their_period(own_world: World) -> None:
    (one,) = await sent(own_world)
    async with own_world.store.statements() as tx:
        await tx.clicks.record([click(1, one)])
        await tx.periods.drop(0)
    assert await own_world.value("select count(*) from clicks") == 0
    assert await own_world.value("select count(*) from clicked") == 0
    async with own_world.store.statements() as tx:
        assert await tx.clicks.link_text(one) is None
        await tx.periods.open(7)
    assert await own_world.value(
        "select to_regclass('clicks_7') is not null and to_regclass('clicked_7') is not null"
    )
