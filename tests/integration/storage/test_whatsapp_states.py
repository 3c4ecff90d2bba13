"""Which states of WhatsApp's tables can exist, held to by the database itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

pytestmark = pytest.mark.integration

MESSAGE = """
insert into messages (id, bucket, customer_id, dialect, sender, sender_kind, text, lane, recipient_count,
                      part_count, created_at, protocol, content, fallback)
values ($1, 0, 1, 'native', '358401234567', 'international', 'text', 0, 1, 1, now(), {protocol}, {content},
        {fallback})
"""
RECIPIENT = """
insert into recipients (id, bucket, message_id, customer_id, address, address_kind, coding, parts, status,
                        reports, created_at, finished_at, read_at)
values ($1, 0, 64, 1, 'FI.123', 'whatsapp_user', 'gsm7', 1, {status}, false, now(), {finished}, {read})
"""
EVENT = """
insert into provider_events (id, bucket, channel_id, body, received_at, failures, due_at)
values ($1, 0, 1, 'body', now(), {failures}, {due})
"""
MEDIA = """
insert into inbound_media (inbound_id, bucket, position, channel_id, mime_type, provider_id, due_at,
                           fetched_at, bytes, error)
values ($1, 0, 0, 1, 'image/jpeg', 'm1', {due}, {fetched}, {octets}, {error})
"""
WAITING = """
insert into waiting_receipts (id, bucket, channel_id, reference, state, error, received_at, source,
                              destination, raw, recipient_id, attempt)
values ($1, 0, 1, 'wamid.1', 2, '', now(), '', '', '', {recipient}, {attempt})
"""
PARTY = """
insert into whatsapp_parties (customer_id, bucket, phone, bsuid, updated_at)
values (1, 0, {phone}, {bsuid}, now())
"""


def message(protocol: str = "'sms'", content: str = "null", fallback: str = "null") -> str:
    return MESSAGE.format(protocol=protocol, content=content, fallback=fallback)


def media(due: str = "null", fetched: str = "null", octets: str = "null", error: str = "null") -> str:
    return MEDIA.format(due=due, fetched=fetched, octets=octets, error=error)


ALLOWED = {
    "an SMS": message(),
    "a template with a fallback": message(
        "'whatsapp'", """'{"type": "template"}'""", """'{"text": "hello"}'"""
    ),
    "plain text": message("'whatsapp'"),
    "delivered": RECIPIENT.format(status=70, finished="now()", read="null"),
    "delivered and read": RECIPIENT.format(status=70, finished="now()", read="now()"),
    "a body": EVENT.format(failures=0, due="null"),
    "a body that failed": EVENT.format(failures=3, due="now()"),
    "a body that is given up": EVENT.format(failures=9, due="'infinity'"),
    "media to be fetched": media(due="now()"),
    "media that is there": media(fetched="now()", octets="'abc'"),
    "media that is gone": media(fetched="now()", error="'gone'"),
    "a receipt by its reference": WAITING.format(recipient="null", attempt="null"),
    "a receipt that names its attempt": WAITING.format(recipient="64", attempt="1"),
    "a party without a number": PARTY.format(phone="null", bsuid="'FI.1'"),
}

REFUSED = {
    "another protocol": (message("'mail'"), "messages_protocol_check"),
    "an SMS with content": (message(content="'{}'"), "only_whatsapp_has_content"),
    "an SMS with a fallback": (message(fallback="'{}'"), "only_whatsapp_has_content"),
    "read, but only sent": (
        RECIPIENT.format(status=30, finished="null", read="now()"),
        "read_when_delivered",
    ),
    "a failed body at once": (EVENT.format(failures=1, due="null"), "due_again_when_it_failed"),
    "a body due that did not fail": (EVENT.format(failures=0, due="now()"), "due_again_when_it_failed"),
    "media that nobody fetches": (media(), "to_be_fetched_or_settled"),
    "media fetched as nothing": (media(fetched="now()"), "settled_one_way"),
    "media there and gone": (media(fetched="now()", octets="'abc'", error="'gone'"), "settled_one_way"),
    "octets of media to be fetched": (media(due="now()", octets="'abc'"), "settled_one_way"),
    "a recipient of no attempt": (WAITING.format(recipient="64", attempt="null"), "names_an_attempt_whole"),
    "a number with a plus": (PARTY.format(phone="'+358401'", bsuid="'FI.1'"), "whatsapp_parties_phone_check"),
}


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


async def put(connection: asyncpg.Connection[asyncpg.Record], statement: str) -> None:
    await (connection.execute(statement, 64) if "$1" in statement else connection.execute(statement))


@pytest.mark.parametrize("what", ALLOWED)
async def test_a_state_that_can_exist(connection: asyncpg.Connection[asyncpg.Record], what: str) -> None:
    await put(connection, ALLOWED[what])


@pytest.mark.parametrize("what", REFUSED)
async def test_a_state_that_can_not(connection: asyncpg.Connection[asyncpg.Record], what: str) -> None:
    statement, constraint = REFUSED[what]
    with pytest.raises(asyncpg.CheckViolationError, match=constraint):
        await put(connection, statement)


async def test_a_number_is_of_one_user_and_a_template_is_there_once_for_each_customer(
    connection: asyncpg.Connection[asyncpg.Record],
) -> None:
    await put(connection, PARTY.format(phone="'358401'", bsuid="'FI.1'"))
    with pytest.raises(asyncpg.UniqueViolationError, match="whatsapp_parties_customer_id_phone"):
        await put(connection, PARTY.format(phone="'358401'", bsuid="'FI.2'"))
    template = """
    insert into templates (id, bucket, customer_id, channel_id, provider_id, name, language, category, status,
                           components, created_at, updated_at)
    values ($1, 0, {}, 1, 'p1', 'order', 'fi', 'UTILITY', 'PENDING', '[]', now(), now())
    """
    await connection.execute(template.format(1), 64)
    await connection.execute(template.format(2), 128)
    with pytest.raises(asyncpg.UniqueViolationError, match="templates_customer_id"):
        await connection.execute(template.format(1), 192)
