"""`viesti connector export`: a folder that can be imported, or a sentence about what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.connector.options import options
from typer.testing import CliRunner, Result

from viesti.cli.commands import app
from viesti.cli.wiring import Problem
from viesti.connector.export import files
from viesti.connector.products import PRODUCTS

URL = "https://sms.example.com"


def export(name: str, folder: Path, *more: str, url: str = URL) -> Result:
    return CliRunner().invoke(app, ["connector", "export", name, "--base-url", url, "-o", str(folder), *more])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_package_is_written_and_what_comes_next_is_said(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "new" / name
    done = export(name, folder)
    assert done.exit_code == 0, done.output
    assert contents(folder) == files(PRODUCTS[name], options())
    assert all(f"  {file}\n" in done.output for file in contents(folder))
    assert f"cd {folder} && paconn login && paconn create" in done.output


def test_what_is_asked_for_is_in_it(tmp_path: Path) -> None:
    asked = ("--client-id", "id-7", "--redirect-mode", "GlobalPerConnector", "--publisher", "Acme Oy")
    assert export("viesti", tmp_path, *asked, "--support", "help@acme.example").exit_code == 0
    properties = json.loads((tmp_path / "apiProperties.json").read_bytes())["properties"]
    oauth = properties["connectionParameterSets"]["values"][0]["parameters"]["token"]["oAuthSettings"]
    assert (oauth["clientId"], oauth["redirectMode"]) == ("id-7", "GlobalPerConnector")
    contact = json.loads((tmp_path / "apiDefinition.swagger.json").read_bytes())["info"]["contact"]
    assert (contact["name"], contact["email"]) == ("Acme Oy", "help@acme.example")
    assert export("txtsync", tmp_path, "--contract", "1.2", "--dynamic-host").exit_code == 0
    assert b"dynamichosturl" in (tmp_path / "apiProperties.json").read_bytes()
    assert json.loads((tmp_path / "apiDefinition.swagger.json").read_bytes())["info"]["version"] == "1.2"


def test_which_connector_a_folder_was_imported_as_is_kept(tmp_path: Path) -> None:
    assert export("txtsync", tmp_path).exit_code == 0
    settings = tmp_path / "settings.json"
    as_paconn = json.loads(settings.read_bytes()) | {
        "connectorId": "shared_x-5f3a",
        "environment": "Default-1",
    }
    settings.write_text(json.dumps(as_paconn), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    done = export("txtsync", tmp_path, url="https://other.example")
    assert json.loads(settings.read_bytes()) == as_paconn
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert json.loads((tmp_path / "apiDefinition.swagger.json").read_bytes())["host"] == "other.example"
    assert "paconn update" in done.output


def test_a_connector_that_was_imported_is_not_written_over_by_another(tmp_path: Path) -> None:
    assert export("txtsync", tmp_path).exit_code == 0
    assert export("viesti", tmp_path).exit_code == 0  # it was imported nowhere yet
    (tmp_path / "settings.json").write_text('{"connectorId": "shared_x-5f3a"}', encoding="utf-8")
    before = contents(tmp_path)
    done = export("txtsync", tmp_path)
    assert isinstance(done.exception, Problem)
    assert str(done.exception) == (
        f"{tmp_path} holds another connector, Viesti, which was imported. Choose another folder: "
        "here `paconn update` would write txtsync over it."
    )
    assert contents(tmp_path) == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"connectorId": null}', "not json"])
def test_settings_that_name_no_connector_are_written_anew(text: str, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(text, encoding="utf-8")
    assert "paconn create" in export("txtsync", tmp_path).output
    assert contents(tmp_path) == files(PRODUCTS["txtsync"], options())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("zapier",), "There is no connector zapier. There are: smartdialog, txtsync, viesti."),
        (("txtsync", "--contract", "2.0"), "--contract: txtsync has no 2.0; it has 1.1 and 1.2."),
        (("smartdialog", "--contract", "1.1"), "--contract: smartdialog has no 1.1; it has 1.0."),
        (
            ("smartdialog", "--dynamic-host"),
            "--dynamic-host: people sign in for smartdialog, and where they do is written into the package.",
        ),
        (
            ("txtsync", "--client-id", "id-7"),
            "--client-id: nobody signs in for txtsync; connections have a key and secret.",
        ),
        (
            ("txtsync", "--redirect-mode", "Global"),
            "--redirect-mode: nobody signs in for txtsync; connections have a key and secret.",
        ),
        (("viesti", "--support", "help"), "--support help: it must be an e-mail address."),
        (("viesti", "--website", "acme.example"), "--website acme.example: it must begin with https://."),
        (
            ("viesti", "--redirect-mode", "Direct"),
            "--redirect-mode: it is Global or GlobalPerConnector, not Direct.",
        ),
    ],
)
def test_what_is_wrong_is_named_and_nothing_written(
    arguments: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    name, *more = arguments
    done = export(name, tmp_path / "out", *more)
    assert isinstance(done.exception, Problem)
    assert str(done.exception) == sentence
    assert not (tmp_path / "out").exists()


def test_a_bad_address_is_named(tmp_path: Path) -> None:
    done = export("viesti", tmp_path / "out", url="http://sms.example.com")
    assert isinstance(done.exception, Problem)
    assert str(done.exception) == (
        "--base-url http://sms.example.com: it must begin with https://; http is for trials on this machine."
    )
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    done = export("viesti", tmp_path / "out")
    assert isinstance(done.exception, Problem)
    assert str(done.exception).startswith(f"{tmp_path / 'out'} can't be written: ")
