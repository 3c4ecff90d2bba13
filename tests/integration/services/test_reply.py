"""Answering messages that came in, and answering in discussions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from tests.integration.services.world import (
    ACME,
    ADA,
    BETA,
    BETA_NUMBER,
    BETA_TWO_WAY,
    NUMBER,
    ONE_WAY,
    START,
    TWO_WAY,
    World,
    address,
    inbound,
    request,
)

from viesti.domain.channel import AddressKind
from viesti.services.guids import GuidKind
from viesti.services.refusals import Missing
from viesti.services.reply import Reply
from viesti.services.reply_to_thread import ReplyToThread, ThreadReply
from viesti.services.requests import NotAccepted, RecipientRequest, Submitted

pytestmark = pytest.mark.integration

HANDSET = address(7)
SHORT_CODE = "16400"


async def received(world: World, text: str = "Hello?", **fields: Any) -> dict[str, Any]:
    """A message that came in."""
    await world.receive.store([inbound(text, **fields)])
    await world.receive.process(10)
    return (await world.rows("select * from inbound_messages order by id"))[-1]


async def reply(world: World, parent_id: int, **fields: Any) -> Any:
    """Answer it with the one-way service, as SmartDialog does."""
    asked = request(**{"application_id": None, "user_id": ADA, "text": "Yes", **fields})
    return await Reply(world.store, world.submit)(asked, parent_id)


async def discuss(world: World, kind: GuidKind, identifier: int, **fields: Any) -> Any:
    """Answer in a discussion."""
    values = {"customer_id": ACME, "user_id": ADA, "text": "Yes", **fields}
    return await ReplyToThread(world.store, world.submit, "smartdialog")(ref=(kind, identifier), **values)


async def dialogue(world: World) -> None:
    await world.change("update services set dialogue = true where kind = 'TwoWay'")


async def sent(world: World) -> list[dict[str, Any]]:
    return await world.rows(
        "select m.sender, m.text, m.parent_id, m.thread_id, m.service_id, m.user_id, m.dialect,"
        " m.customer_data, array_agg(r.address order by r.id) as addresses"
        " from messages m join recipients r on r.message_id = m.id group by m.id, m.bucket order by m.id"
    )


async def test_a_reply_goes_to_who_wrote_from_the_address_he_wrote_to(world: World) -> None:
    parent = await received(world)
    result = await reply(world, parent["id"])
    assert isinstance(result, Submitted)
    assert await sent(world) == [
        {
            "sender": NUMBER, "text": "Yes", "parent_id": parent["id"], "thread_id": None,
            "service_id": ONE_WAY, "user_id": ADA, "dialect": "native", "customer_data": None,
            "addresses": [HANDSET],
        }
    ]  # fmt: skip


async def test_a_reply_may_say_who_gets_it_and_from_whom(world: World) -> None:
    parent = await received(world)
    recipients = (RecipientRequest("+" + address(1)), RecipientRequest("+" + HANDSET))
    await reply(world, parent["id"], sender="Acme", recipients=recipients)
    (message,) = await sent(world)
    assert (message["sender"], message["addresses"]) == ("Acme", [address(1), HANDSET])


async def test_a_reply_is_of_the_discussion_of_what_it_answers(world: World) -> None:
    await dialogue(world)
    parent = await received(world)
    await reply(world, parent["id"])
    assert parent["thread_id"] is not None
    assert [message["thread_id"] for message in await sent(world)] == [parent["thread_id"]]


@pytest.mark.parametrize("parent", ["another customer's", "nobody's", "no message"])
async def test_only_ones_own_messages_are_answered(world: World, parent: str) -> None:
    mine = await received(world, destination=BETA_NUMBER if parent == "another customer's" else "358999")
    identifier = 1 if parent == "no message" else mine["id"]
    result = await reply(world, identifier)
    assert isinstance(result, Missing)
    assert result.field == "parent_id"
    assert await sent(world) == []


@pytest.mark.parametrize(
    ("source", "kind"), [("Shop", AddressKind.ALPHANUMERIC), (SHORT_CODE, AddressKind.SHORT_CODE)]
)
async def test_who_has_no_number_can_not_be_answered(world: World, source: str, kind: AddressKind) -> None:
    parent = await received(world, source=source, source_kind=kind)
    result = await reply(world, parent["id"])
    assert isinstance(result, NotAccepted)
    assert [problem.field for problem in result.problems] == ["recipients"]
    assert isinstance(await reply(world, parent["id"], recipients=request(1).recipients), Submitted)


async def test_a_repeated_reply_is_sent_once(world: World) -> None:
    parent = await received(world)
    same = {"request_id": "r1", "body_hash": b"same"}
    first = await reply(world, parent["id"], **same)
    again = await reply(world, parent["id"], **same)
    assert again == replace(first, repeated=True)
    assert len(await sent(world)) == 1


async def test_an_answer_in_a_discussion_needs_only_its_text(world: World) -> None:
    await dialogue(world)
    parent = await received(world)
    result = await discuss(world, GuidKind.THREAD, parent["thread_id"], customer_data="c")
    assert isinstance(result, ThreadReply)
    assert result.thread_id == parent["thread_id"]
    assert [(r.address, r.parts) for r in result.submitted.recipients] == [(HANDSET, 1)]
    assert await sent(world) == [
        {
            "sender": NUMBER, "text": "Yes", "parent_id": None, "thread_id": parent["thread_id"],
            "service_id": TWO_WAY, "user_id": ADA, "dialect": "smartdialog", "customer_data": "c",
            "addresses": [HANDSET],
        }
    ]  # fmt: skip


async def test_a_discussion_is_known_by_any_message_of_it(world: World) -> None:
    await dialogue(world)
    parent = await received(world)
    by_inbound = await discuss(world, GuidKind.INBOUND, parent["id"])
    by_message = await discuss(world, GuidKind.MESSAGE, by_inbound.submitted.message_id)
    replied = await reply(world, parent["id"])
    by_reply = await discuss(world, GuidKind.MESSAGE, replied.message_id)
    assert {r.thread_id for r in (by_inbound, by_message, by_reply)} == {parent["thread_id"]}
    assert [message["parent_id"] for message in await sent(world)] == [parent["id"], None, parent["id"], None]
    assert {message["thread_id"] for message in await sent(world)} == {parent["thread_id"]}


async def test_the_answer_comes_from_the_address_that_was_written_to_last(world: World) -> None:
    await dialogue(world)
    await world.insert("service_keywords", {"service_id": TWO_WAY, "address": SHORT_CODE, "chain": ""})
    await world.insert("senders", {"id": 99, "customer_id": ACME, "sender": SHORT_CODE, "kind": "short_code"})
    first = await received(world)
    later = START + timedelta(seconds=9)
    second = await received(world, destination=SHORT_CODE, received_at=later)
    await received(world, "late", received_at=START + timedelta(seconds=5))  # the carrier held it back
    assert first["thread_id"] == second["thread_id"]
    await discuss(world, GuidKind.THREAD, first["thread_id"])
    assert [message["sender"] for message in await sent(world)] == [SHORT_CODE]


async def test_a_discussion_of_former_days_is_answered_with_the_services_sender(world: World) -> None:
    await dialogue(world)
    parent = await received(world)
    await world.change("update threads set destination = ''")
    await discuss(world, GuidKind.THREAD, parent["thread_id"])
    assert [message["sender"] for message in await sent(world)] == [NUMBER]


async def test_a_message_outside_any_discussion_says_how_one_begins(world: World) -> None:
    parent = await received(world)
    submitted = await world.accepted(1)
    for kind, identifier in ((GuidKind.INBOUND, parent["id"]), (GuidKind.MESSAGE, submitted.message_id)):
        result = await discuss(world, kind, identifier)
        assert isinstance(result, Missing)
        assert result.field == "thread_id"
        assert "dialogue" in result.sentence
    assert len(await sent(world)) == 1


async def test_another_customers_discussion_is_as_if_there_were_none(world: World) -> None:
    await dialogue(world)
    theirs = await received(world, destination=BETA_NUMBER)
    answer = await discuss(world, GuidKind.THREAD, theirs["thread_id"], customer_id=BETA)
    assert isinstance(answer, ThreadReply)
    none = await discuss(world, GuidKind.THREAD, 12345)
    for kind, identifier in (
        (GuidKind.THREAD, theirs["thread_id"]),
        (GuidKind.INBOUND, theirs["id"]),
        (GuidKind.MESSAGE, answer.submitted.message_id),
    ):
        assert await discuss(world, kind, identifier) == none
    assert isinstance(none, Missing)
    assert [message["service_id"] for message in await sent(world)] == [BETA_TWO_WAY]


async def test_a_service_that_is_off_answers_in_no_discussion(world: World) -> None:
    await dialogue(world)
    parent = await received(world)
    await world.change("update services set enabled = false where id = $1", TWO_WAY)
    result = await discuss(world, GuidKind.THREAD, parent["thread_id"])
    assert isinstance(result, NotAccepted)
    assert [problem.field for problem in result.problems] == ["service"]


async def test_a_repeated_answer_in_a_discussion_is_sent_once(world: World) -> None:
    await dialogue(world)
    parent = await received(world)
    same = {"request_id": "r1", "digest": b"same"}
    first = await discuss(world, GuidKind.THREAD, parent["thread_id"], **same)
    again = await discuss(world, GuidKind.THREAD, parent["thread_id"], **same)
    assert again.submitted == replace(first.submitted, repeated=True)
    other = await discuss(world, GuidKind.THREAD, parent["thread_id"], request_id="r1", digest=b"other")
    assert isinstance(other, NotAccepted)
    assert other.conflict
    assert len(await sent(world)) == 1
