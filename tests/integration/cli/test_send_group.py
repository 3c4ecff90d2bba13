"""`viesti send --group` and `viesti consent` as whole processes on a database."""

from __future__ import annotations

import json
import subprocess

import asyncpg
import pytest
from tests.integration.cli.test_commands import viesti_command

from viesti.storage.seal import Seal

pytestmark = pytest.mark.integration

KEY = Seal.new_key()  # else it would be kept in the data folder of this machine

ESTATE = """
insert into customers (id, bucket, key, name, currency, created_at)
values (100, 1, 'acme', 'Acme', 'EUR', now());
insert into services (id, customer_id, key, name, kind, default_sender, created_at)
values (200, 100, 'vip', 'VIP', 'Group', 'Acme', now()), (201, 100, 'news', 'News', 'OneWay', 'Acme', now());
insert into channels (id, bucket, key, kind, created_at) values (300, 0, 'loop', 'loopback', now());
insert into routes (id, key, channel_id, prefix) values (400, 'finland', 300, '358');
insert into senders (id, customer_id, sender, kind)
values (700, 100, 'Acme', 'alphanumeric'), (701, 100, '358451110000', 'international');
insert into lists (id, bucket, customer_id, name, service_id) values (1, 1, 100, 'vip', 200);
insert into contacts (id, bucket, customer_id, phone, source, created_at)
select n, 1, 100, '35840123000' || n, 'group', now() from generate_series(1, 5) n;
insert into contacts (id, bucket, customer_id, phone, source, created_at)
values (6, 1, 100, '46701234567', 'group', now());
insert into list_members (list_id, bucket, contact_id, active) select 1, 1, id, id <> 2 from contacts;
"""


@pytest.fixture
async def estate(database_url: str) -> str:
    connection = await asyncpg.connect(database_url)
    await connection.execute(ESTATE)
    await connection.close()
    return database_url


def command(database: str, *words: str) -> subprocess.CompletedProcess[str]:
    return viesti_command(*words, VIESTI_DATABASE_URL=database, VIESTI_SECRET_KEY=KEY)


async def test_a_group(estate: str) -> None:
    assert (
        command(estate, "consent", "opt-out", "acme", "040 1230003").stdout == "Recorded for +358401230003.\n"
    )
    words = ("send", "Hello", "--group", "acme/vip", "--request-id", "spring")
    done = command(estate, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "If it is broken off, the same command with --request-id spring goes on.",
        "3 accepted (3 parts), 1 opted out, 1 can't be sent to.",
        "  +46701234567: No route leads to +46701234567.",
    ]
    again = json.loads(command(estate, *words, "--json").stdout)
    assert (again["accepted"], again["byAnEarlierRun"], again["requestId"]) == (3, 3, "spring")
    connection = await asyncpg.connect(estate)
    queued = await connection.fetch("select address from recipients join outbox using (id) order by address")
    assert [row["address"] for row in queued] == ["358401230001", "358401230004", "358401230005"]
    await connection.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--group", "acme/vip", "--to", "0401"), "--to does not go with --group."),
        (("--group", "acme/vip", "--wait"), "--wait does not go with --group."),
        (("--group", "beta/vip"), "There is no customer 'beta'; a group is named CUSTOMER/SERVICE."),
        (("--group", "acme/news"), "There is no group 'acme/news'; groups of acme: acme/vip."),
        ((), "Nobody is named: add --to NUMBER, or --group CUSTOMER/SERVICE."),
        (("--to", "0401"), "An application's --key and --secret are needed to send through the API."),
        (
            ("--group", "acme/vip", "--from", "Nobody"),
            "It was not sent:\n  The sender 'Nobody' is not registered for this customer.",
        ),
    ],
)
async def test_what_can_t_be_sent(estate: str, words: tuple[str, ...], said: str) -> None:
    done = command(estate, "send", "Hello", *words)
    assert (done.returncode, done.stderr) == (1, f"{said}\n")


async def test_consent(estate: str) -> None:
    shown = command(estate, "consent", "show", "acme", "0401230001").stdout
    assert shown == "Not opted out.\nThe ledger has no line of this person.\n"
    command(estate, "consent", "opt-out", "acme", "0401230001", "--evidence", "letter of 3 May")
    whatsapp = ("--scope", "whatsapp", "--identity", "+358451110000")
    assert command(estate, "consent", "opt-in", "acme", "0401230001", *whatsapp).returncode == 0
    first, second, _, *ledger = command(estate, "consent", "show", "acme", "0401230001").stdout.splitlines()
    assert first.startswith("Opted out of all messages since 20")
    assert second.startswith("whatsapp from +358451110000: allowed since 20")
    assert [line.split()[2:4] for line in ledger] == [["start", "whatsapp"], ["stop", "all"]]
    assert ledger[1].endswith("letter of 3 May")
    command(estate, "consent", "opt-in", "acme", "0401230001", "--scope", "marketing")
    assert "Opted out of all" in command(estate, "consent", "show", "acme", "0401230001").stdout
    by_id = command(estate, "consent", "opt-out", "acme", "FI.1349x")  # who shows WhatsApp no number
    assert by_id.stdout == "Recorded for FI.1349x.\n"
    assert "Opted out of all" in command(estate, "consent", "show", "acme", "FI.1349x").stdout
    command(estate, "consent", "opt-in", "acme", "0401230001")
    assert "Not opted out." in command(estate, "consent", "show", "acme", "0401230001").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("beta", "0401230001"), "There is no customer beta."),
        (("acme", "x"), "'x' is not a phone number: it holds more than digits and the marks between them."),
        (("acme", "0401230001", "--scope", "some"), "--scope is one of all, marketing, whatsapp."),
        (
            ("acme", "0401230001", "--scope", "whatsapp"),
            "--identity goes with --scope whatsapp, and is needed there.",
        ),
        (
            ("acme", "0401230001", "--scope", "whatsapp", "--identity", "358409999999"),
            "acme has no sender '358409999999'.",
        ),
    ],
)
async def test_what_can_t_be_recorded(estate: str, words: tuple[str, ...], said: str) -> None:
    done = command(estate, "consent", "opt-out", *words)
    assert (done.returncode, done.stderr) == (1, f"{said}\n")
