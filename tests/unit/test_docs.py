"""The documents, as far as code can tell: links lead somewhere, names exist, tables are as the code is."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from viesti.api.meters import Meters
from viesti.api.ops.probes import Probes
from viesti.api.txtsync.numbering import WORDS
from viesti.api.txtsync.shapes import Sms
from viesti.channels.options import OptionReader
from viesti.channels.smpp.options import SmppOptions
from viesti.channels.whatsapp.options import WhatsappOptions
from viesti.cli.commands import app
from viesti.config.loader import NOT_SETTINGS
from viesti.config.settings import FIELDS
from viesti.domain.delivery_report import DEFAULT_NAMES
from viesti.domain.failure import NUMBERS, SENTENCES, Failure
from viesti.domain.retry import SCHEDULES
from viesti.domain.settled_cost import PAYS
from viesti.domain.status import Status
from viesti.domain.templates.rules import Rule
from viesti.domain.templates.state import STATES
from viesti.domain.whatsapp_failures import FAILURES
from viesti.protocols.whatsapp.errors import ERRORS
from viesti.services.health import Waiting

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(
    r"(?:^ {4}|`|/bin/)viesti ((?:--config \S+ )?)([a-z]+)(?: ([a-z][a-z-]*))?", re.MULTILINE
)
PLACE = re.compile(r"`((?:src|tests|docs|scripts|bench|fuzz)/[\w./*-]+|\.importlinter|[A-Z]+\.md)`")
MACHINE = re.compile(r"/(?:work|home|root|Users)/|/tmp/")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def section(path: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    text = text_of(path)
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found, f"{path} has no heading '{heading}'"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in a text, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = [number for number, row in enumerate(cells) if set("".join(row)) <= {"-", ":"} and "".join(row)]
    heads = {number - 1 for number in rules} | set(rules)
    return [row for number, row in enumerate(cells) if number not in heads]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{link} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_page_names_a_place_of_one_machine(page: Path) -> None:
    assert not MACHINE.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_exist(page: Path) -> None:
    group: Any = typer.main.get_command(app)
    for _, command, word in COMMAND.findall(page.read_text(encoding="utf-8")):
        assert command in group.commands, f"there is no `viesti {command}`"
        inside = getattr(group.commands[command], "commands", None)
        assert inside is None or word in inside, f"there is no `viesti {command} {word}`"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_files_and_variables_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for place in PLACE.findall(text):
        if not re.search(r"[A-Z]{4}", place.removesuffix(".md")):  # NAME, VERB and the like stand for any
            assert list(ROOT.glob(place)), f"there is no {place}"
    for name in re.findall(r"VIESTI_[A-Z_]+", text):
        assert name in NOT_SETTINGS or name.removeprefix("VIESTI_").lower() in FIELDS, name


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_examples_can_be_read(page: Path) -> None:
    for language, block in re.findall(
        r"^```(json|toml)\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        if language == "toml":
            tomllib.loads(block)
            continue
        decoder, at = json.JSONDecoder(), 0
        while block[at:].strip(" ,\n"):
            at += len(block[at:]) - len(block[at:].lstrip(" ,\n"))
            _, at = decoder.raw_decode(block, at)


def test_rules_of_templates_are_those_checked() -> None:
    assert [code(row[0])[0] for row in rows(section("docs/whatsapp.md", "Templates")) if len(row) == 2] == [
        *Rule
    ]


def test_states_of_templates_are_those_known() -> None:
    documented = {
        state: (sent, chosen)
        for states, sent, chosen in rows(section("docs/whatsapp.md", "Where a template stands"))
        for state in code(states)
    }
    said = {True: "yes", False: "no"}
    assert documented == {name: (said[state.sendable], said[state.offered]) for name, state in STATES.items()}


async def test_metrics_are_those_exposed() -> None:
    async def waiting() -> Waiting:
        return Waiting({("centre", 0, "ready"): 1}, 0, 0, 0, 0, 0, {("centre", "bound"): 1})

    registry = CollectorRegistry()
    meters = Meters(registry)
    meters.request("/sms/send", "POST", 200, 0.01)
    meters.accepted("txtsync", 1, 1)
    probes = Probes(None, waiting, registry, None)  # type: ignore[arg-type]  # only its metrics are asked for
    page = (await probes.metrics({}, None)).body.decode()  # type: ignore[arg-type]
    exposed = {}
    for family in text_string_to_metric_families(page):
        if not family.name.endswith("_created"):
            name = family.name + ("_total" if family.type == "counter" else "")
            exposed[name] = set(family.samples[0].labels) - {"le"}
    documented = {
        code(row[0])[0]: set(code(row[2]))
        for row in rows(section("docs/operations.md", "Health and metrics"))
        if "viesti_" in row[0]
    }
    assert documented == exposed


def test_failures_are_those_of_the_code() -> None:
    table = rows(section("docs/api/txtsync.md", "Status and error numbers"))
    documented = {code(row[1])[0]: (int(row[0]), row[2]) for row in table if len(row[0]) > 1}
    assert documented == {failure.value: (NUMBERS[failure], SENTENCES[failure]) for failure in Failure}


def test_status_numbers_are_those_of_the_code() -> None:
    table = rows(section("docs/api/txtsync.md", "Status and error numbers"))
    documented = {word: int(row[0]) for row in table if len(row[0]) == 1 for word in code(row[1])}
    assert documented == WORDS


def test_statuses_are_those_of_the_code() -> None:
    documented = [
        (int(row[0]), code(row[1])[0], row[3] == "yes")
        for row in rows(section("docs/message-flow.md", "Statuses"))
        if row[0].isdigit()
    ]
    assert documented == [(int(status), status.word, status.final) for status in Status]


def test_retries_are_those_of_the_code() -> None:
    documented = {
        (code(row[0]) or ["unspecified"])[0]: (
            tuple(float(wait) for wait in row[1].split(", ")),
            int(row[2]) if row[2].isdigit() else None,
        )
        for row in rows(section("docs/message-flow.md", "Retries"))
    }
    waiting_for_others = (Failure.NO_ROUTE, Failure.NO_BALANCE)  # no outcome gives these yet
    assert documented == {
        reason.value: (tuple(map(float, schedule.waits)), schedule.attempts)
        for reason, schedule in SCHEDULES.items()
        if reason not in waiting_for_others
    }


def test_the_sms_object_is_that_of_the_code() -> None:
    table = rows(section("docs/api/txtsync.md", "Sending: `POST /sms/send`"))
    names = [name for row in table if row[1:2] != [""] and row[1] != "must be there" for name in code(row[0])]
    assert names == list(Sms.__struct_encode_fields__)


def test_report_parameters_are_those_of_the_code() -> None:
    table = rows(section("docs/api/txtsync.md", "The delivery report (`DlrUrl`)"))
    assert [name for row in table for name in code(row[0])] == list(DEFAULT_NAMES)


def test_smpp_options_are_those_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: set[str] = set()
    plain = OptionReader._take

    def noted(reader: OptionReader, name: str) -> Any:
        taken.add(reader.error(name, "").field)
        return plain(reader, name)

    monkeypatch.setattr(OptionReader, "_take", noted)
    optional = dict.fromkeys(
        ("source_ton", "source_npi", "destination_ton", "destination_npi", "validity"), 1
    )
    SmppOptions.read({"host": "h", "system_id": "s", **optional})
    asked = {name for name in taken if not any(other.startswith(f"{name}.") for other in taken)}
    # `source_rules.KIND` stands for any kind, `ton_npi.short_code` for the two numbers in it.
    documented = {re.sub(r"\.[A-Z]+$", "", name) for name, _ in smpp_options()}
    known = {next((name for name in documented if one.startswith(f"{name}.")), one) for one in asked}
    assert documented == known - {"password"}


def test_smpp_defaults_are_those_of_the_code() -> None:
    written = {name: default for name, default in smpp_options() if default is not None}
    options: dict[str, Any] = {"host": "h", "system_id": "s"}
    for name, default in written.items():
        table, _, last = name.rpartition(".")
        (options.setdefault(table, {}) if table else options)[last] = default
    assert SmppOptions.read(options) == SmppOptions.read({"host": "h", "system_id": "s"})


def test_whatsapp_options_are_those_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: set[str] = set()
    plain = OptionReader._take

    def noted(reader: OptionReader, name: str) -> Any:
        taken.add(name)
        return plain(reader, name)

    needed = {"phone_number_id": "1", "waba_id": "2", "identity": "358401234567"}
    secrets = {"token": "t", "app_secret": "a", "verify_token": "v"}
    written = {code(row[0])[0]: code(row[1]) for row in rows(section("docs/whatsapp.md", "Options"))}
    defaults = {
        name: tomllib.loads(f"value = {value[0]}")["value"] for name, value in written.items() if value
    }
    with monkeypatch.context() as patch:
        patch.setattr(OptionReader, "_take", noted)
        plainly = WhatsappOptions.read({**needed, **secrets})
    assert set(written) == taken - set(secrets)
    assert set(written) - set(defaults) == set(needed)
    given = {name: value for name, value in defaults.items() if value != ""}
    assert WhatsappOptions.read({**given, **needed, **secrets}) == plainly


def test_codes_of_whatsapp_are_those_of_the_code() -> None:
    told: set[int] = set()
    for row in rows(section("docs/whatsapp.md", "Answers")):
        for low, high in re.findall(r"\b([0-9]{1,6})(?: to ([0-9]{3,6}))?\b", row[0]):
            told |= set(range(int(low), int(high or low) + 1))
    named = set(ERRORS) | set(FAILURES)
    assert named <= told
    assert {number for number in told - named if not 132000 <= number <= 132069} == {
        24,
        33,
        429,
    }  # hours, a subcode, HTTP


def smpp_options() -> Iterator[tuple[str, Any]]:
    """Each option that is documented, and its default when that is a value."""
    for row in rows(section("docs/smpp.md", "Options")):
        names, value = code(row[0]), code(row[1])
        parsed = tomllib.loads(f"value = [{value[0]}]")["value"] if value else [None] * len(names)
        yield from zip(names, parsed, strict=True)


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(folder.glob("0*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    listed = rows((folder / "README.md").read_text(encoding="utf-8"))
    assert listed == [
        [f"[{record.name[:4]}]({record.name})", record.read_text(encoding="utf-8").partition("\n")[0][8:]]
        for record in records
    ]


def test_what_each_status_pays_for() -> None:
    told = {code(row[0])[0]: row[1] for row in rows(section("docs/money.md", "What a message costs"))}
    assert told == {status.word: pays.value for status, pays in PAYS.items()}
