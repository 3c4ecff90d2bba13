"""The package as files: which there are, that they are the same each time, and what encoding they have."""

from __future__ import annotations

import json

import pytest
from tests.unit.connector.options import EACH, options

from viesti.connector.definition import definition
from viesti.connector.export import files
from viesti.connector.options import NO_CLIENT_ID
from viesti.connector.products import PRODUCTS


@pytest.mark.parametrize(("name", "version"), EACH)
def test_the_same_package_is_written_each_time(name: str, version: str) -> None:
    asked = options(contract=version)
    package = files(PRODUCTS[name], asked)
    assert list(package) == [
        "apiDefinition.swagger.json",
        "apiProperties.json",
        "certification/apiProperties.json",
        "icon.png",
        "script.csx",
        "settings.json",
        "intro.md",
        "README.md",
    ]
    assert files(PRODUCTS[name], asked) == package
    assert json.loads(package["apiDefinition.swagger.json"]) == definition(PRODUCTS[name], asked)


def test_json_can_be_read_in_any_encoding() -> None:
    package = files(PRODUCTS["smartdialog"], options(publisher="Hämeen Viesti \N{SPEECH BALLOON}"))
    for name, octets in package.items():
        if name.endswith((".json", ".csx")):
            assert octets.isascii()
            assert octets[:1] in (b"{", b"/")
    said = json.loads(package["certification/apiProperties.json"])["properties"]["publisher"]
    assert said == "Hämeen Viesti \N{SPEECH BALLOON}"
    assert "Hämeen Viesti" in package["README.md"].decode("utf-8")


def test_what_paconn_is_told_to_read_is_there() -> None:
    package = files(PRODUCTS["txtsync"], options())
    settings = json.loads(package["settings.json"])
    assert {settings[what] for what in ("apiProperties", "apiDefinition", "icon", "script")} <= set(package)
    assert json.loads(package["apiDefinition.swagger.json"])["info"]["description"]  # which it needs, too


def test_the_script_knows_where_the_api_is_and_what_its_triggers_are() -> None:
    script = files(PRODUCTS["txtsync"], options())["script.csx"].decode()
    assert 'BasePath = "";' in script
    assert '{ "InboundSMS", 5 },' in script
    assert '{ "OutboundSMS", 5 }\n' in script
    assert "@" not in script


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_pages_tell_what_certification_asks_for(name: str) -> None:
    package = files(PRODUCTS[name], options())
    for page in ("intro.md", "README.md"):
        text = package[page].decode()
        headings = [line[3:].lower() for line in text.splitlines() if line.startswith("## ")]
        for asked in (
            "publisher",
            "prerequisites",
            "supported operations",
            "credentials",
            "known issues",
            "deployment",
        ):
            assert any(asked in heading for heading in headings), (page, asked)
        for operation in PRODUCTS[name].operations(""):
            shown = f"**{operation.about.summary}**: {operation.about.description}" in text
            assert shown is (operation.about.visibility != "internal")


def test_the_pages_say_what_is_still_to_be_filled_in() -> None:
    def page(client_id: str) -> str:
        return files(PRODUCTS["smartdialog"], options(client_id=client_id))["README.md"].decode()

    assert f"where {NO_CLIENT_ID} stands" in page(NO_CLIENT_ID)
    assert NO_CLIENT_ID not in page("id-7")
    assert "oauth" not in files(PRODUCTS["txtsync"], options())["README.md"].decode()
