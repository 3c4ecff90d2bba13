"""What is accepted is stored as it is, in one statement, and all of it or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest

from viesti.domain.contact import ContactCount
from viesti.domain.message import Held, HeldReason, Message, Queued, Recipient
from viesti.domain.status import Status
from viesti.storage.store import Store

pytestmark = pytest.mark.integration

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
BUCKET = 7
CUSTOMER = 64 * 5 + BUCKET
CHANNEL = 64 * 6
WARNINGS = ("'040, 123\n4567' was read as +358401234567.", 'It holds "quotes", {braces} and ä€😀.')


def a_message(number: int) -> Message:
    return Message(
        id=number * 64 + BUCKET,
        bucket=BUCKET,
        customer_id=CUSTOMER,
        application_id=None,
        service_id=64,
        dialect="test",
        sender="Viesti",
        sender_kind="alphanumeric",
        text="Hei, 'maailma'\n€",
        lane=1,
        shift_tables=("tr", "es") if number % 2 else (),
        validity_seconds=60,
        send_at=NOW,
        recipient_count=1,
        part_count=2,
        currency="EUR",
        dlr_url="https://example.test/?s=%{status}",
        report_all=True,
        customer_data=None,
        request_id="r",
        parent_id=9,
        quiet=True,
        extras={"Custom01": 'a, "b"', "n": [1, None]} if number % 2 else None,
        created_at=NOW,
        campaign_id=640 + BUCKET if number % 2 else None,
        link_base="https://go.example.test/l/" if number % 2 else None,
        links_until=NOW if number % 2 else None,
        link_rule=1 if number % 2 else None,
    )


def a_recipient(number: int, message: Message) -> Recipient:
    failed = number % 2 == 0
    return Recipient(
        id=number * 64 + BUCKET,
        bucket=BUCKET,
        message_id=message.id,
        customer_id=CUSTOMER,
        address="358401234567",
        address_kind="international",
        text=None if failed else "Hei, Aino",
        coding="gsm7",
        parts=2,
        status=Status.FAILED if failed else Status.SCHEDULED,
        failure="opted_out" if failed else None,
        carrier_error=None,
        channel_id=CHANNEL,
        route_id=None,
        attempt=0,
        doubts=0,
        reports=True,
        cost=None if failed else Decimal("0.05"),
        cost_gbp=None if failed else Decimal("0.043210"),
        warnings=None if failed else WARNINGS,
        created_at=NOW,
        finished_at=NOW if failed else None,
    )


def a_place(recipient: Recipient) -> Queued:
    return Queued(recipient.id, BUCKET, CHANNEL, 1, 720_720, 2, NOW)


async def test_all_that_is_given_is_stored(store: Store) -> None:
    messages = [a_message(1), a_message(2)]
    recipients = [a_recipient(number, message) for number, message in zip((3, 4), messages, strict=True)]
    async with store.statements() as tx:
        await tx.accept.add(messages, recipients, [a_place(recipients[0])])
    async with store.transaction() as tx:
        for message, recipient in zip(messages, recipients, strict=True):
            assert await tx.messages.message(message.id, CUSTOMER) == message
            assert await tx.messages.recipients_of(message.id, 10) == [recipient]
        assert [(d.channel_id, d.lane, d.due_later) for d in await tx.outbox.depth()] == [(CHANNEL, 1, 1)]


async def test_rows_that_differ_in_everything_are_stored_each_as_it_is(store: Store) -> None:
    first, later = a_message(1), NOW + timedelta(seconds=1)
    second = a_message(2)._replace(
        bucket=8,
        customer_id=64 * 5 + 8,
        dialect="other",
        sender="358401",
        text="Moi",
        sender_kind="international",
        lane=0,
        shift_tables=("pt",),
        recipient_count=2,
        part_count=3,
        report_all=False,
        quiet=False,
        created_at=later,
    )
    sent = a_recipient(3, first)
    waits = a_recipient(5, second)._replace(
        bucket=8,
        customer_id=second.customer_id,
        address="358402",
        address_kind="short_code",
        coding="ucs2",
        parts=1,
        status=Status.QUEUED,
        reports=False,
        created_at=later,
        channel_id=None,
    )
    places = [a_place(sent), Queued(waits.id, 8, CHANNEL + 64, 0, 1, 1, None)]
    async with store.statements() as tx:
        await tx.accept.add([first, second], [sent, waits], places)
    async with store.transaction() as tx:
        for message, recipient in ((first, sent), (second, waits)):
            assert await tx.messages.message(message.id, message.customer_id) == message
            assert await tx.messages.recipients_of(message.id, 10) == [recipient]
        depth = {(d.channel_id, d.lane, d.ready, d.due_later) for d in await tx.outbox.depth()}
    assert depth == {(CHANNEL, 1, 0, 1), (CHANNEL + 64, 0, 1, 0)}


async def test_nothing_is_stored_of_what_can_not_be_stored_whole(store: Store) -> None:
    message = a_message(1)
    recipient = a_recipient(3, message)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with store.statements() as tx:
            await tx.accept.add([message], [recipient], [a_place(recipient)] * 2)
    async with store.transaction() as tx:
        assert await tx.messages.message(message.id, CUSTOMER) is None
        assert await tx.messages.recipients_of(message.id, 10) == []
        assert await tx.outbox.depth() == []


async def test_messages_of_which_none_waits(store: Store) -> None:
    message = a_message(2)
    async with store.statements() as tx:
        await tx.accept.add([message], [a_recipient(4, message)], [])
    async with store.transaction() as tx:
        assert len(await tx.messages.recipients_of(message.id, 10)) == 1
        assert await tx.outbox.depth() == []


async def test_what_is_held_back_waits_nowhere_else_and_what_is_counted_is_kept(
    store: Store, database_url: str
) -> None:
    message = a_message(1)
    recipient = a_recipient(3, message)._replace(
        status=Status.FROZEN, flagged_at=NOW, flagged_why="The same text too often."
    )
    held = Held(
        recipient.id, BUCKET, CUSTOMER, HeldReason.BALANCE, CHANNEL, 1, 2, Decimal("0.05"), NOW, NOW, 7
    )
    count = ContactCount(recipient.id, BUCKET, CUSTOMER, recipient.address, "outbound", 1, NOW)
    async with store.statements() as tx:
        await tx.accept.add([message], [recipient], [], [held], [count])
    async with store.transaction() as tx:
        assert await tx.messages.recipients_of(message.id, 10) == [recipient]
        assert await tx.outbox.depth() == []
    connection = await asyncpg.connect(database_url)
    try:
        fields = ", ".join(Held._fields)
        assert tuple(await connection.fetchrow(f"select {fields} from held")) == held
        fields = ", ".join(ContactCount._fields)
        assert tuple(await connection.fetchrow(f"select {fields} from contact_counts")) == count
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "halved",
    [
        a_message(1)._replace(link_rule=None),
        a_message(2)._replace(link_rule=1),
        a_message(2)._replace(links_until=NOW),
    ],
)
async def test_links_that_are_followed_are_found_by_a_rule(store: Store, halved: Message) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with store.statements() as tx:
            await tx.accept.add([halved], [a_recipient(3, halved)], [])


async def test_a_flag_has_a_reason(store: Store, database_url: str) -> None:
    message = a_message(1)
    async with store.statements() as tx:
        await tx.accept.add([message], [a_recipient(3, message)], [])
    connection = await asyncpg.connect(database_url)
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute("update recipients set flagged_at = now()")
    finally:
        await connection.close()
