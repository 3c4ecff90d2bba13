"""Estate files: a folder of bad ones with every sentence they must give, and plans as tables."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from viesti.cli.apply import read_document
from viesti.cli.estate_means import channel_validators, secret_resolver
from viesti.services.estate_file import Action, Plan, Problem, difference, read_estate
from viesti.services.estate_file.held import NOTHING, Held, HeldThing
from viesti.services.estate_file.reference import HEADING, markdown
from viesti.services.estate_file.rules import Thing
from viesti.services.estate_file.tables import ACTIONS, KEYWORDS, TABLES

HERE = Path(__file__).parent
BAD = sorted((HERE / "bad_estates").glob("*.toml"))
DOCS = Path(__file__).parents[3] / "docs"

SMALL = """
[[customers]]
key = "acme"
name = "Acme"
callback_secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

[[channels]]
key = "loop"
kind = "loopback"
options = { receipt_delay = 1.5 }

[[services]]
customer = "acme"
key = "info"
name = "Info"
kind = "TwoWay"
keywords = [{ address = "16400", words = "b" }, { address = "16400", words = "a" }]
actions = [{ kind = "auto_reply", text = "Hello" }]

[[applications]]
customer = "acme"
key = "erp"
name = "ERP"
client_key = "erp"
secret = "secret"
service = "info"

[[senders]]
customer = "acme"
sender = "16400"

[[routes]]
key = "all"
channel = "loop"

[[prices]]
per_part = 0.045
gbp_per_part = 0.04
"""


def read(
    document: Mapping[str, Any], held: Held = NOTHING, *, prune: bool = False
) -> tuple[list[Thing], list[Problem]]:
    return read_estate(
        document,
        held,
        validators=channel_validators(),
        resolve_secret=secret_resolver(HERE, {"THERE": "from the environment"}),
        prune=prune,
    )


def parse(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=Decimal)


def things_of(text: str, held: Held = NOTHING) -> list[Thing]:
    things, problems = read(parse(text), held)
    assert problems == []
    return things


def held_of(text: str) -> Held:
    """A store that holds what a file says; its secrets are kept as `(secret)`."""
    held: dict[str, dict[str, HeldThing]] = {table.name: {} for table in TABLES}
    for number, thing in enumerate(things_of(text)):
        values = {
            about.name: f"({thing.values[about.name]})"
            if about.secret and thing.values[about.name]
            else thing.values[about.name]
            for about in thing.table.fields
        }
        held[thing.table.name][thing.key] = HeldThing(number, values)
    return held


def plan_of(text: str, held: Held, **wish: Any) -> Plan:
    return difference(
        things_of(text, held), held, lambda _about, stored, plain: stored == f"({plain})", **wish
    )


def told(plan: Plan) -> list[str]:
    """A line for each change: what happens, and to which keys."""
    return [
        f"{change.action} {change.subject}: {' '.join(field.name for field in change.fields)}".rstrip(": ")
        for change in plan.changes
    ]


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_everything_wrong_is_told_with_its_place(file: Path) -> None:
    things, problems = read(read_document(file))
    expected = file.with_suffix(".errors").read_text(encoding="utf-8").splitlines()
    assert [str(problem) for problem in problems] == expected
    assert things == []


def test_every_bad_estate_has_its_sentences() -> None:
    assert len(BAD) >= 10
    assert {file.stem for file in BAD} == {file.stem for file in (HERE / "bad_estates").glob("*.errors")}
    assert all(file.with_suffix(".errors").read_text(encoding="utf-8").strip() for file in BAD)


def test_an_empty_file_is_an_empty_estate() -> None:
    assert read({}) == ([], [])


def test_values_come_out_as_the_store_holds_them() -> None:
    by_key = {thing.key: thing.values for thing in things_of(SMALL)}
    assert by_key["loop"]["options"] == {"receipt_delay": 1.5}
    assert by_key["acme/info"]["keywords"] == (
        {"address": "16400", "words": "A"},
        {"address": "16400", "words": "B"},
    )
    assert by_key["acme/info"]["actions"] == ({"kind": "auto_reply", "text": "Hello"},)
    assert by_key["acme/16400"]["kind"] == "short_code"
    assert by_key["*/*/*"]["per_part"] == Decimal("0.045")
    assert by_key["*/*/*"]["currency"] == "EUR"


@pytest.mark.parametrize(
    ("sender", "region", "key"),
    [
        ("Acme", "FI", "acme/Acme"),
        ("164 00", "FI", "acme/16400"),
        ("040 123 4567", "FI", "acme/358401234567"),
        ("070-174 06 05", "SE", "acme/46701740605"),
        ("+44 7911 123456", "FI", "acme/447911123456"),
    ],
)
def test_a_number_is_read_in_its_customers_region(sender: str, region: str, key: str) -> None:
    document = {
        "customers": [{"key": "acme", "name": "Acme", "default_region": region}],
        "senders": [{"customer": "acme", "sender": sender}],
    }
    things, problems = read(document)
    assert problems == []
    assert [thing.key for thing in things] == ["acme", key]


def test_a_price_in_pounds_is_its_own_value() -> None:
    [price], problems = read({"prices": [{"per_part": "0.10", "currency": "gbp"}]})
    assert problems == []
    assert price.values["gbp_per_part"] == Decimal("0.10")


def test_a_binary_fraction_is_no_price() -> None:
    _, problems = read({"prices": [{"per_part": 0.1, "currency": "GBP"}]})
    assert [problem.place for problem in problems] == ["prices[0].per_part"]


def test_secrets_are_fetched_and_never_quoted() -> None:
    [user], _ = read({"users": [{"email": "a@b", "name": "A", "password": "env:THERE"}]})
    assert user.values["password"] == "from the environment"
    assert "from the environment" not in repr(user)
    _, problems = read({"users": [{"email": "a@b", "name": "A", "password": 4711}]})
    assert "4711" not in str(problems)


def test_a_file_may_refer_to_the_store_but_not_when_it_prunes() -> None:
    document = parse('[[routes]]\nkey = "more"\nchannel = "loop"\n')
    assert read(document, held_of(SMALL))[1] == []
    assert [str(problem) for problem in read(document, held_of(SMALL), prune=True)[1]] == [
        "routes[0].channel: There is no channel loop; there is none."
    ]


def test_what_others_in_the_store_have_is_taken() -> None:
    document = {
        "customers": [{"key": "rival", "name": "Rival"}],
        "services": [
            {
                "customer": "rival",
                "key": "info",
                "name": "Info",
                "kind": "TwoWay",
                "keywords": [{"address": "16400", "words": "A"}],
            }
        ],
        "applications": [{"customer": "rival", "key": "erp", "name": "ERP", "client_key": "erp"}],
        "channels": [{"key": "loop", "kind": "smpp"}],
    }
    assert [str(problem) for problem in read(document, held_of(SMALL))[1]] == [
        "channels[0].kind: It is loopback and can't be changed; make another channel.",
        "services[0].keywords[0]: 16400 A is taken by the service acme/info.",
        "applications[0].client_key: The application acme/erp has this key already.",
    ]


def test_everything_is_new_to_an_empty_store() -> None:
    assert told(plan_of(SMALL, NOTHING)) == [
        "create customer acme: name callback_secret",
        "create channel loop: kind options",
        "create service acme/info: name kind keywords actions",
        "create application acme/erp: name client_key secret service",
        "create sender acme/16400",
        "create route all: channel",
        "create price */*/*: per_part currency gbp_per_part",
    ]


def test_the_same_file_changes_nothing() -> None:
    plan = plan_of(SMALL, held_of(SMALL))
    assert plan.changes == ()
    assert (plan.unchanged, plan.untouched) == (7, 0)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('name = "Acme"', 'name = "Acme Oy"', ["change customer acme: name"]),
        ('secret = "secret"', 'secret = "other"', ["change application acme/erp: secret"]),
        ('secret = "secret"', "", []),
        ('client_key = "erp"', "", []),
        ('client_key = "erp"', 'client_key = "new"', ["change application acme/erp: client_key"]),
        ('service = "info"', "", ["change application acme/erp: service"]),
        ("receipt_delay = 1.5", "receipt_delay = 2", ["change channel loop: options"]),
        ('words = "a"', 'words = "c"', ["change service acme/info: keywords"]),
        ('text = "Hello"', 'text = "Bye"', ["change service acme/info: actions"]),
        ("per_part = 0.045", "per_part = 0.0450", []),
        ("per_part = 0.045", "per_part = 0.046", ["change price */*/*: per_part"]),
        ('key = "all"', 'key = "every"', ["create route every: channel"]),
    ],
)
def test_a_change_is_told_by_its_keys(old: str, new: str, expected: list[str]) -> None:
    assert old in SMALL
    assert told(plan_of(SMALL.replace(old, new, 1), held_of(SMALL))) == expected


def test_a_change_tells_both_values_but_of_a_secret_only_a_word() -> None:
    changed = SMALL.replace('"ERP"', '"The ERP"').replace('"secret"', '"other"')
    [change] = plan_of(changed, held_of(SMALL)).changes
    assert [(field.name, field.old, field.new) for field in change.fields] == [
        ("name", "ERP", "The ERP"),
        ("secret", None, "changed"),
    ]
    assert "other" not in repr(change)


def test_what_is_left_out_is_left_alone_or_pruned() -> None:
    held = held_of(SMALL)
    left = plan_of("", held)
    assert (left.changes, left.untouched) == ((), 7)
    pruned = plan_of("", held, prune=True)
    assert told(pruned) == [
        "disable customer acme: enabled",
        "disable channel loop: enabled",
        "disable service acme/info: keywords enabled",
        "disable application acme/erp: enabled",
        "delete sender acme/16400",
        "delete route all",
        "delete price */*/*",
    ]
    by_subject = {change.subject: change for change in pruned.changes}
    application = by_subject["application acme/erp"]
    assert application.action is Action.DISABLE
    assert application.values["secret"] == "(secret)"  # still stored, and not written anew
    assert not application.plain and not application.made


@pytest.mark.parametrize("text", ["", SMALL.replace('secret = "secret"', "")], ids=["left out", "mentioned"])
def test_a_rotated_secret_is_made(text: str) -> None:
    [change] = plan_of(text, held_of(SMALL), rotate=["acme/erp"]).changes
    assert told(Plan((change,), 0, 0)) == ["change application acme/erp: secret"]
    assert change.made == {"secret"}
    assert change.values["client_key"] == "erp"


def test_the_page_is_what_the_tables_say() -> None:
    page = (DOCS / "estate.md").read_text(encoding="utf-8")
    assert page[page.index(HEADING) :] == markdown()


@pytest.mark.parametrize("table", [*TABLES, KEYWORDS, ACTIONS], ids=lambda table: table.name)
def test_the_page_has_every_key(table: Any) -> None:
    page = (DOCS / "estate.md").read_text(encoding="utf-8")
    [section] = [part for part in page.split("\n### ") if part.startswith(f"`[[{table.name}]]`")]
    assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")] == [
        about.name for about in table.fields
    ]


def test_the_pages_channels_are_accepted() -> None:
    page = (DOCS / "estate.md").read_text(encoding="utf-8")
    blocks = [part.split("\n```")[0] for part in page.split("```toml\n")[1:]]
    assert len(blocks) == 3
    for block in blocks:
        document = parse(re.sub(r'"env:[A-Z_]+"', '"secret"', block))
        assert [str(problem) for problem in read(document)[1]] == []


def test_the_example_is_accepted() -> None:
    things, problems = read(read_document(DOCS / "estate.example.toml"))
    assert [str(problem) for problem in problems] == []
    assert {thing.table.name for thing in things} == {table.name for table in TABLES}


WHATSAPP = """
[[customers]]
key = "acme"
name = "Acme"

[[senders]]
customer = "acme"
sender = "+358401230000"

[[channels]]
key = "wa"
kind = "whatsapp"
options = { phone_number_id = "1", identity = "+358 40 123 0000" }

[[services]]
customer = "acme"
key = "news"
name = "News"
whatsapp_sender = "+358401230000"
"""


CHANNEL_OF_WHATSAPP = """
[[channels]]
key = "wa"
kind = "whatsapp"
options = { phone_number_id = "1", waba_id = "2", identity = "+358 40 123 0000" }
"""
SECRETS_OF_WHATSAPP = 'secrets = { token = "t", app_secret = "a", verify_token = "v" }\n'


def test_secrets_that_must_be_there_may_be_left_out_once_they_are() -> None:
    whole, problems = read(parse(CHANNEL_OF_WHATSAPP + SECRETS_OF_WHATSAPP))
    assert problems == []
    _, problems = read(parse(CHANNEL_OF_WHATSAPP))
    assert [str(problem) for problem in problems] == ["channels[0].secrets.token: It is required."]
    held = {**NOTHING, "channels": {"wa": HeldThing(1, whole[0].values)}}
    assert read(parse(CHANNEL_OF_WHATSAPP), held)[1] == []
    _, problems = read(parse(CHANNEL_OF_WHATSAPP.replace('waba_id = "2"', 'waba_id = "x"')), held)
    assert [str(problem) for problem in problems] == ["channels[0].options.waba_id: It must be digits."]


def _read_whatsapp(text: str, held: Held = NOTHING) -> tuple[list[Thing], list[str]]:
    things, problems = read_estate(
        parse(text), held, validators={"whatsapp": lambda _o, _s: ()}, resolve_secret=lambda text: text
    )
    return things, list(map(str, problems))


def test_a_service_and_a_channel_of_whatsapp() -> None:
    things, problems = _read_whatsapp(WHATSAPP)
    assert problems == []
    [service] = [thing for thing in things if thing.key == "acme/news"]
    assert (service.values["whatsapp_sender"], service.values["fallback_minutes"]) == ("358401230000", 10)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            ('whatsapp_sender = "+358401230000"', 'whatsapp_sender = "+358401239999"'),
            "services[0].whatsapp_sender: '358401239999' is not a sender of acme; add it to [[senders]], or"
            " correct it.",
        ),
        (
            ('whatsapp_sender = "+358401230000"', 'whatsapp_sender = "Acme"'),
            "services[0].whatsapp_sender: A WhatsApp sender is a phone number.",
        ),
        (
            ('identity = "+358 40 123 0000"', 'identity = "+358 40 123 0001"'),
            "services[0].whatsapp_sender: No WhatsApp channel has the number 358401230000 as its identity.",
        ),
        (
            ("", '[[channels]]\nkey = "b"\nkind = "whatsapp"\noptions = { identity = "358401230000" }\n'),
            "channels[1].options.identity: The channel wa has this number already.",
        ),
        (
            ("", '[[channels]]\nkey = "b"\nkind = "whatsapp"\noptions = { phone_number_id = "1" }\n'),
            "channels[1].options.phone_number_id: The channel wa has this number already.",
        ),
        (
            ("", '[[routes]]\nkey = "all"\nchannel = "wa"\n'),
            "routes[0].channel: A WhatsApp channel is chosen by the sender; it takes no route.",
        ),
        (
            ("whatsapp_sender", "fallback_minutes = 0\nwhatsapp_sender"),
            "services[0].fallback_minutes: 0 is not allowed; it must be a whole number from 1 to 1440.",
        ),
    ],
)
def test_what_is_wrong_with_whatsapp(change: tuple[str, str], problem: str) -> None:
    old, new = change
    _, problems = _read_whatsapp(WHATSAPP.replace(old, new) if old else WHATSAPP + new)
    assert problem in problems


def test_a_number_in_the_store_is_taken_as_well() -> None:
    values = {"kind": "whatsapp", "options": {"identity": "358401230000"}}
    held = {**NOTHING, "channels": {"old": HeldThing(1, values)}}
    assert _read_whatsapp(WHATSAPP, held)[1] == [
        "channels[0].options.identity: The channel old has this number already."
    ]
    assert _read_whatsapp(WHATSAPP, {**NOTHING, "channels": {"wa": HeldThing(1, values)}})[1] == []
