"""How connections are made, and what differs between importing a connector and handing it in."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.connector.options import EACH, options

from viesti.connector.base_url import BaseUrl
from viesti.connector.options import RedirectMode
from viesti.connector.products import PRODUCTS
from viesti.connector.properties import properties


def made(name: str, *, certified: bool = False, **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = properties(PRODUCTS[name], options(**values), certified=certified)["properties"]
    return found


def test_a_person_signs_in_at_this_server() -> None:
    token = made("smartdialog", url=BaseUrl("https", "h", "/a"), client_id="id-7")
    oauth = token["connectionParameters"]["token"]["oAuthSettings"]
    assert oauth["identityProvider"] == "oauth2"
    assert oauth["clientId"] == "id-7"
    assert {name: each["value"] for name, each in oauth["customParameters"].items()} == {
        "authorizationUrl": "https://h/a/oauth/authorize",
        "tokenUrl": "https://h/a/oauth/token",
        "refreshUrl": "https://h/a/oauth/token",
    }
    [scopes] = oauth["scopes"]
    assert set(scopes.split(" ")) == {str(scope) for scope in PRODUCTS["smartdialog"].scopes("")}
    assert "offline_access" in scopes


def test_where_people_come_back_to() -> None:
    common = made("smartdialog")["connectionParameters"]["token"]["oAuthSettings"]
    assert common["redirectMode"] == "Global"
    assert common["redirectUrl"] == "https://global.consent.azure-apim.net/redirect"
    own = made("smartdialog", redirect_mode=RedirectMode.PER_CONNECTOR)["connectionParameters"]["token"]
    assert own["oAuthSettings"]["redirectMode"] == "GlobalPerConnector"
    assert "redirectUrl" not in own["oAuthSettings"]


def test_an_application_shows_its_key_and_secret() -> None:
    made_ = made("txtsync")
    assert list(made_["connectionParameters"]) == ["username", "password"]
    assert {each["type"] for each in made_["connectionParameters"].values()} == {"securestring"}
    assert made_["policyTemplateInstances"] == []  # nothing pretends to be a secret


@pytest.mark.parametrize(("path", "template"), [("", ""), ("/a/b", "/a/b")])
def test_a_connection_may_name_its_server(path: str, template: str) -> None:
    made_ = made("txtsync", url=BaseUrl("https", "h:8443", path), dynamic_host=True)
    assert list(made_["connectionParameters"]) == ["username", "password", "host"]
    assert made_["connectionParameters"]["host"]["defaultValue"] == "h:8443"
    [policy] = made_["policyTemplateInstances"]
    assert policy["templateId"] == "dynamichosturl"
    assert policy["parameters"] == {
        "x-ms-apimTemplateParameter.urlTemplate": f"https://@connectionParameters('host'){template}"
    }


def test_a_connection_of_viesti_chooses() -> None:
    sets = made("viesti")["connectionParameterSets"]["values"]
    assert [list(each["parameters"]) for each in sets] == [["token"], ["username", "password"]]
    assert "connectionParameters" not in made("viesti")


@pytest.mark.parametrize(("name", "version"), EACH)
def test_the_script_is_run_for_triggers_alone(name: str, version: str) -> None:
    triggers = [each.id for each in PRODUCTS[name].operations(version) if each.trigger]
    assert made(name, contract=version)["scriptOperations"] == triggers


@pytest.mark.parametrize("name", PRODUCTS)
def test_only_what_is_handed_in_names_its_owner(name: str) -> None:
    imported, certified = made(name), made(name, certified=True, publisher="Acme Oy")
    assert {"publisher", "stackOwner"}.isdisjoint(imported)
    assert certified == imported | {"publisher": "Acme Oy", "stackOwner": "Acme Oy"}


@pytest.mark.parametrize("name", PRODUCTS)
def test_its_colour_is_its_own(name: str) -> None:
    colour = made(name)["iconBrandColor"]
    assert colour not in ("#007ee5", "#ffffff", "#da3b01")
    assert [each.colour for each in PRODUCTS.values()].count(colour) == 1
