"""`viesti apply` as it is typed, against a configured database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from viesti.cli.commands import app
from viesti.cli.wiring import Problem

pytestmark = pytest.mark.integration

EXAMPLE = Path(__file__).parents[3] / "docs" / "estate.example.toml"


class Terminal:
    """Types `viesti apply` with the settings of one database."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._settings = {"VIESTI_DATABASE_URL": database_url, "VIESTI_DATA_DIR": str(folder)}

    def __call__(self, *arguments: str, typed: str = "", **variables: str) -> Result:
        environment = {**self._settings, **variables}
        return CliRunner().invoke(app, ["apply", *arguments], input=typed, env=environment)


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Terminal:
    return Terminal(database_url, tmp_path)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "estate.toml"
    file.write_text('[[users]]\nemail = "anna@acme.example"\nname = "Anna"\n', encoding="utf-8")
    return file


def test_it_shows_applies_and_then_has_nothing_to_do(terminal: Terminal) -> None:
    shown = terminal(str(EXAMPLE), "--dry-run")
    assert shown.exit_code == 0
    assert "+ create service acme/info" in shown.output
    assert "22 to create; 0 unchanged." in shown.output
    applied = terminal(str(EXAMPLE), "--yes")
    assert applied.exit_code == 0
    assert "application acme/erp  secret = " in applied.output
    again = terminal(str(EXAMPLE), "--yes")
    assert again.output == "Nothing to change; 22 unchanged.\n"


def test_a_change_shows_both_values(terminal: Terminal, small: Path) -> None:
    terminal(str(small), "--yes")
    small.write_text(small.read_text(encoding="utf-8").replace('"Anna"', '"Anna V"'), encoding="utf-8")
    assert '"Anna" -> "Anna V"' in terminal(str(small), "--dry-run").output


def test_without_a_terminal_it_needs_yes(terminal: Terminal, small: Path) -> None:
    refused = terminal(str(small))
    assert refused.exit_code == 1
    assert isinstance(refused.exception, Problem)
    assert str(refused.exception) == "Nothing is applied: there is no terminal to ask at. Add --yes to go on."
    assert "1 to create" in terminal(str(small), "--dry-run").output


def test_everything_wrong_is_printed_and_nothing_applied(terminal: Terminal) -> None:
    refused = terminal("-", "--yes", typed='[[users]]\nemail = "anna"\n[[rutes]]\n')
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        "rutes: There is no such key; did you mean routes?",
        "users[0].email: 'anna' is not allowed; it must be an e-mail address.",
        "users[0].name: It is missing; it must be text that is not empty.",
    ]


def test_json_tells_the_plan_and_what_was_made_up(terminal: Terminal, small: Path) -> None:
    answer = json.loads(terminal(str(small), "--yes", "--json").stdout)
    assert answer["applied"] is True
    assert answer["changes"] == [
        {
            "action": "create",
            "kind": "user",
            "key": "anna@acme.example",
            "fields": {"name": {"old": None, "new": "Anna"}, "password": {"told": "made, and shown once"}},
        }
    ]
    assert [(each["subject"], each["name"]) for each in answer["generated"]] == [
        ("user anna@acme.example", "password")
    ]
    assert json.loads(terminal(str(small), "--dry-run", "--json").stdout)["unchanged"] == 1
    small.write_text("[[users]]\n", encoding="utf-8")
    refused = json.loads(terminal(str(small), "--yes", "--json").stdout)
    assert [problem["place"] for problem in refused["problems"]] == ["users[0].email", "users[0].name"]


def test_secrets_come_from_the_environment_and_from_files_beside(terminal: Terminal, small: Path) -> None:
    for written in ("env:ANNAS_PASSWORD", "file:anna.password"):
        small.write_text(
            f'[[users]]\nemail = "anna@acme.example"\nname = "Anna"\npassword = "{written}"\n',
            encoding="utf-8",
        )
        (small.parent / "anna.password").write_text("from outside\n", encoding="utf-8")
        applied = terminal(str(small), "--yes", ANNAS_PASSWORD="from outside")
        assert applied.exit_code == 0
        assert "from outside" not in applied.output
    assert "Nothing to change" in applied.output  # both are the same secret


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[[users]", "The file {file} is not TOML: "),
        (b"\xff", "The file {file} is not UTF-8 text."),
        (None, "The file {file} can't be read: No such file or directory."),
    ],
)
def test_a_file_that_is_none(
    terminal: Terminal, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "estate.toml"
    if content is not None:
        file.write_bytes(content)
    refused = terminal(str(file))
    assert isinstance(refused.exception, Problem)
    assert str(refused.exception).startswith(sentence.format(file=file))


def test_a_database_without_our_schema_is_not_touched(empty_database_url: str, tmp_path: Path) -> None:
    refused = Terminal(empty_database_url, tmp_path)(str(EXAMPLE), "--yes")
    assert isinstance(refused.exception, Problem)
    assert "run `viesti migrate`" in str(refused.exception)
