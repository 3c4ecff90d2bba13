"""`viesti whatsapp send` as a whole process on a database."""

from __future__ import annotations

import json

import asyncpg
import pytest
from tests.integration.api import whatsapp
from tests.integration.api.whatsapp import ACME_CHANNEL, ACME_WHATSAPP, add_template
from tests.integration.cli.test_send_group import ESTATE, command

from viesti.cli.whatsapp import read_button

pytestmark = pytest.mark.integration

NUMBER = f"""
insert into channels (id, bucket, key, kind, options, created_at)
values ({ACME_CHANNEL}, 0, 'wa', 'whatsapp', '{{"identity": "+{ACME_WHATSAPP}", "waba_id": "1"}}', now());
insert into senders (id, customer_id, sender, kind) values (710, 100, '{ACME_WHATSAPP}', 'international');
insert into whatsapp_windows (customer_id, bucket, identity, address, last_at)
values (100, 1, '{ACME_WHATSAPP}', '358401230001', now());
"""
SEND = ("whatsapp", "send", "acme/news")
ORDER = ("--template", "order", "--header", "17", "--value", "Ada", "--value", "on Monday")


@pytest.fixture
async def estate(database_url: str) -> str:
    connection = await asyncpg.connect(database_url)
    await connection.execute(ESTATE)
    await connection.execute(NUMBER)
    await connection.close()
    await add_template(database_url, "order", whatsapp.HELLO)
    return database_url


async def test_a_template_is_sent_once_by_its_request_id(estate: str) -> None:
    words = (*SEND, *ORDER, "--button", "QuickReply=change", "--sms-fallback", "--request-id", "r-1")
    people = ("--to", "0401230001", "--to", "+358401230003")
    done = command(estate, *words, *people, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    first = json.loads(done.stdout)
    assert [(each["address"], each["status"]) for each in first["recipients"]] == [
        ("358401230001", "queued"),
        ("358401230003", "queued"),
    ]
    again = json.loads(command(estate, *words, *people, "--json").stdout)
    assert (again["messageId"], again["repeated"]) == (first["messageId"], True)
    refused = command(estate, *words, "--to", "0401230004")
    assert (refused.returncode, refused.stderr) == (
        1,
        "It was not sent:\n  --request-id: This request id was used with another body.\n",
    )
    connection = await asyncpg.connect(estate)
    [row] = await connection.fetch(
        "select protocol, sender, content ->> 'type' as type, fallback from messages"
    )
    assert (row["protocol"], row["sender"], row["type"]) == ("whatsapp", ACME_WHATSAPP, "template")
    assert json.loads(row["fallback"])["sender"] == "Acme"
    await connection.close()


async def test_a_text_goes_to_who_wrote(estate: str) -> None:
    done = command(estate, *SEND, "It is ready", "--to", "0401230001")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"{ACME_WHATSAPP} -> 358401230001  queued\n")
    assert "ready" not in done.stdout
    done = command(estate, *SEND, "It is ready", "--to", "0401230003")
    assert done.returncode == 1
    assert "send an approved template instead" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Hello",), "Nobody is named: add --to NUMBER."),
        (("--to", "0401"), "There is nothing to send: write a text, or add --template NAME."),
        (
            ("Hello", "--to", "0401", "--template", "order"),
            "A template has its own text: leave the text out, and give it --value.",
        ),
        (
            ("--to", "0401230001", "--template", "nothing"),
            "It was not sent:\n  --template: There is no template of this name for the WhatsApp number.",
        ),
        (
            ("Hello", "--to", "0401230001", "--to", "x"),
            "It was not sent:\n  --to 2: 'x' is not a phone number: it holds more than digits and the marks"
            " between them.",
        ),
        (
            ("Hello", "--to", "0401230001", "--from", "+358451110000"),
            "It was not sent:\n  --from: No enabled WhatsApp channel has the number +358451110000.",
        ),
    ],
)
async def test_what_can_t_be_sent(estate: str, words: tuple[str, ...], said: str) -> None:
    done = command(estate, *SEND, *words)
    assert (done.returncode, done.stderr) == (1, f"{said}\n")


async def test_a_service_is_named_whole(estate: str) -> None:
    done = command(estate, "whatsapp", "send", "acme/vip", "Hello", "--to", "0401230001")
    assert (done.returncode, done.stderr) == (
        1,
        "There is no service 'acme/vip'; services of acme: acme/news.\n",
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Url=orders/17", ("Url", "orders/17")),
        ("quickreply=a=b", ("quickreply", "a=b")),
        ("orders?id=17", ("", "orders?id=17")),
        ("17", ("", "17")),
    ],
)
def test_a_button_is_written_with_its_kind_or_without(written: str, read: tuple[str, str]) -> None:
    assert read_button(written) == read
