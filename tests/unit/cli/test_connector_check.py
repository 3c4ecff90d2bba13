"""`viesti connector check` and `compare`: what they print and how they end. Examples are the document's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.connector.options import options
from typer.testing import CliRunner, Result

from viesti.cli.commands import app
from viesti.cli.wiring import Problem
from viesti.connector.check.linter import rules
from viesti.connector.export import files
from viesti.connector.products import PRODUCTS
from viesti.connector.write import write

DOCUMENT = Path(__file__).parents[3] / "docs" / "connectors.md"
DEFINITION, PROPERTIES = "apiDefinition.swagger.json", "apiProperties.json"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["connector", *(str(word) for word in words)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a package, beside which the commands are run."""
    monkeypatch.chdir(tmp_path)
    write(files(PRODUCTS["smartdialog"], options()), Path("smartdialog"))
    return Path("smartdialog")


def changed(file: Path, change: Any) -> None:
    document = json.loads(file.read_bytes())
    change(document)
    file.write_text(json.dumps(document), encoding="utf-8")


def shown(output: str) -> str:
    """The output as an example in the document."""
    return f"```\n{output}```\n"


def test_a_good_package_is_told_so(folder: Path) -> None:
    done = run("check", folder)
    assert (done.exit_code, done.output) == (0, "smartdialog: no errors, no warnings.\n")


def test_faults_are_told_on_a_line_each(folder: Path) -> None:
    changed(folder / DEFINITION, lambda d: d.update(host="https://sms.example.org"))
    changed(folder / PROPERTIES, lambda d: d["properties"].update(iconBrandColor="#ffffff"))
    done = run("check", folder)
    assert done.exit_code == 1
    assert shown(done.output) in DOCUMENT.read_text(encoding="utf-8")


def test_warnings_are_errors_when_it_is_strict(folder: Path) -> None:
    changed(folder / DEFINITION, lambda d: d["info"].pop("contact"))
    assert run("check", folder).exit_code == 0
    assert run("check", folder, "--strict").exit_code == 1


def test_programs_are_told_the_same(folder: Path) -> None:
    changed(folder / DEFINITION, lambda d: d.pop("host"))
    done = run("check", folder, "--json")
    assert done.exit_code == 1
    told = json.loads(done.output)
    assert (told["errors"], told["warnings"]) == (1, 0)
    assert {"file": DEFINITION, "at": "", "rule": "host-missing", "warning": False}.items() <= told[
        "findings"
    ][0].items()


def test_all_rules_are_listed() -> None:
    done = run("check", "--rules")
    assert done.exit_code == 0
    assert [line.partition(":")[0] for line in done.output.splitlines()] == list(rules())


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert isinstance(run("check", tmp_path / "none").exception, Problem)


def test_changes_are_told_and_which_break_flows(folder: Path) -> None:
    was = Path("was.json")
    was.write_bytes((folder / DEFINITION).read_bytes())

    def change(document: dict[str, Any]) -> None:
        body = document["paths"]["/messages"]["post"]["parameters"][-2:]
        schema = next(each["schema"] for each in body if each["in"] == "body")
        del schema["properties"]["Content"]
        schema["required"].remove("Content")
        schema["properties"]["RequestId"]["maxLength"] = 64
        page = {"name": "page", "in": "query", "type": "integer", "required": False}
        document["paths"]["/customers"]["get"].setdefault("parameters", []).append(page)

    changed(folder / DEFINITION, change)
    done = run("compare", was, folder)
    assert done.exit_code == 1
    assert shown(done.output) in DOCUMENT.read_text(encoding="utf-8")
    told = json.loads(run("compare", was, folder, "--json").output)
    assert told["breaking"] == 2
    assert {"kind": "member-removed", "breaking": True, "place": "SendMessage, body Content"}.items() <= told[
        "changes"
    ][0].items()


def test_additions_break_nothing(folder: Path) -> None:
    was = Path("was.json")
    was.write_bytes((folder / DEFINITION).read_bytes())
    changed(
        folder / DEFINITION,
        lambda d: d["paths"].update(
            {"/new": {"get": d["paths"]["/customers"]["get"] | {"operationId": "New"}}}
        ),
    )
    done = run("compare", was, folder)
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "no breaking changes, 1 allowed change.")


@pytest.mark.parametrize("content", [None, b"{", b"[]", b"{}", b'{"swagger": "2.0", "info": 1, "paths": {}}'])
def test_what_is_no_definition_is_said(folder: Path, content: bytes | None) -> None:
    other = Path("other.json")
    if content is not None:
        other.write_bytes(content)
    problem = run("compare", folder, other).exception
    assert isinstance(problem, Problem)
    assert str(problem).startswith("other.json")
    assert "None" not in str(problem)
