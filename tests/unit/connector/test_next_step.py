"""What is printed after an export: the commands of paconn, the way through the portal, the redirect URL."""

from __future__ import annotations

from pathlib import Path

from tests.unit.connector.options import options

from viesti.connector.next_step import next_step
from viesti.connector.options import RedirectMode
from viesti.connector.products import PRODUCTS

FOLDER = Path("/srv/my connectors/one")


def test_an_application_needs_no_client() -> None:
    said = next_step(PRODUCTS["txtsync"], options(), FOLDER, None)
    assert "cd '/srv/my connectors/one' && paconn login && paconn create --settings settings.json\n" in said
    assert "Import an OpenAPI file: apiDefinition.swagger.json" in said
    assert "script.csx" in said
    assert "redirect" not in said
    assert "secret of an application" in said


def test_a_client_is_made_before_it_is_named() -> None:
    first = next_step(PRODUCTS["smartdialog"], options(), FOLDER, None)
    assert "Export again with --client-id" in first
    known = next_step(PRODUCTS["smartdialog"], options(client_id="id-7"), FOLDER, None)
    assert "--client-id" not in known
    assert "paconn create --settings settings.json --secret CLIENT_SECRET" in known
    assert known.startswith("Next:\n1. cd ")


def test_where_the_redirect_url_goes() -> None:
    common = next_step(PRODUCTS["smartdialog"], options(), FOLDER, None)
    assert "https://global.consent.azure-apim.net/redirect" in common
    assert "viesti oauth redirect CLIENT" in common
    own = options(redirect_mode=RedirectMode.PER_CONNECTOR)
    said = next_step(PRODUCTS["smartdialog"], own, FOLDER, None)
    assert "https://global.consent" not in said
    assert "viesti oauth redirect CLIENT" in said


def test_a_folder_that_was_imported_before_is_an_update() -> None:
    said = next_step(PRODUCTS["smartdialog"], options(client_id="id-7"), FOLDER, "shared_txtsync-5f3a")
    assert said.startswith("Next:\n1. cd ")
    assert "paconn update --settings settings.json --secret CLIENT_SECRET\n" in said
    assert "It updates shared_txtsync-5f3a." in said
    assert "2. " not in said


def test_the_portal_is_not_named_for_what_it_cannot_import() -> None:
    assert "Import an OpenAPI file" not in next_step(PRODUCTS["viesti"], options(), FOLDER, None)
