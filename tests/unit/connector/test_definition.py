"""The definition of a connector: what the declarations say, for one installation."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.connector.options import EACH, options

from viesti.api.contract.operation import Parameter
from viesti.connector.base_url import BaseUrl
from viesti.connector.definition import definition
from viesti.connector.products import PRODUCTS


def made(name: str = "smartdialog", **values: Any) -> dict[str, Any]:
    return definition(PRODUCTS[name], options(**values))


def operations(name: str) -> list[dict[str, Any]]:
    paths = made(name)["paths"].values()
    return [made for each in paths for method, made in each.items() if not method.startswith("x-")]


@pytest.mark.parametrize(
    ("name", "url", "place"),
    [
        ("smartdialog", BaseUrl("https", "h"), ("h", "/api-integrations/v1")),
        ("smartdialog", BaseUrl("https", "h:8443", "/a/b"), ("h:8443", "/a/b/api-integrations/v1")),
        ("txtsync", BaseUrl("https", "h"), ("h", "/")),
        ("txtsync", BaseUrl("https", "h", "/a"), ("h", "/a")),
        ("viesti", BaseUrl("https", "h", "/a"), ("h", "/a/viesti/v1")),
    ],
)
def test_it_names_where_the_server_is(name: str, url: BaseUrl, place: tuple[str, str]) -> None:
    document = made(name, url=url)
    assert (document["host"], document["basePath"]) == place
    assert document["schemes"] == ["https"]
    assert {"propertyName": "Website", "propertyValue": str(url)} in document["x-ms-connector-metadata"]


@pytest.mark.parametrize(("name", "version"), EACH)
def test_it_has_every_operation_with_all_that_it_takes(name: str, version: str) -> None:
    document = made(name, contract=version)
    product = PRODUCTS[name]
    assert document["info"]["version"] == version
    for operation in product.operations(version):
        described = document["paths"][operation.path][operation.method.lower()]
        assert described["operationId"] == operation.id
        taken = [_place(parameter) for parameter in operation.parameters]
        given = [(p["in"], p["name"], p["required"]) for p in described["parameters"] if p["in"] != "body"]
        assert given == taken
        statuses = {str(reply.status) for reply in operation.replies}
        assert statuses == {status for status in described["responses"] if status < "400"}


def _place(parameter: Parameter) -> tuple[str, str, bool]:
    return parameter.where, parameter.name, parameter.required


@pytest.mark.parametrize(("name", "version"), EACH)
def test_every_known_error_has_the_shape_of_all(name: str, version: str) -> None:
    document = made(name, contract=version)
    assert document["definitions"]["Error"] == PRODUCTS[name].error
    for methods in document["paths"].values():
        for method, operation in methods.items():
            if not method.startswith("x-"):
                errors = {status: said for status, said in operation["responses"].items() if status >= "400"}
                assert "404" in errors or "400" in errors or "401" in errors
                assert all(said["schema"] == {"$ref": "#/definitions/Error"} for said in errors.values())


def test_what_is_ours_can_be_used_in_flows() -> None:
    [send] = [
        methods["post"] for path, methods in made("smartdialog")["paths"].items() if path == "/messages"
    ]
    members = send["parameters"][-1]["schema"]["properties"]
    assert members["unicodeCharacterHandlingPolicy"]["x-ms-visibility"] == "advanced"
    assert members["Protocol"]["enum"] == ["SMS", "WhatsApp"]
    assert "Warnings" in send["responses"]["200"]["schema"]["properties"]


def test_a_subscription_is_answered_as_it_really_is() -> None:
    for path, methods in made("txtsync")["paths"].items():
        if "/type/" in path:
            assert {"200", "201"} <= methods["post"]["responses"].keys()


def test_only_a_subscription_is_answered_with_what_ends_it() -> None:
    """What the platform deletes when the flow is switched off is in the header Location."""
    for operation in operations("smartdialog"):
        for status, reply in operation["responses"].items():
            assert ("headers" in reply) is (operation["operationId"] == "NewMessage" and status == "201")


def test_the_versions_of_a_contract_are_told_apart() -> None:
    bulk = [
        made("txtsync", contract=version)["paths"]["/sms/send/bulk"]["post"]["responses"]["200"]["schema"]
        for version in ("1.1", "1.2")
    ]
    assert [schema["type"] for schema in bulk] == ["object", "string"]
    assert made("txtsync")["info"]["version"] == "1.1"


def test_a_connection_signs_in_at_this_server() -> None:
    document = made("smartdialog", url=BaseUrl("https", "h", "/a"))
    [(name, security)] = document["securityDefinitions"].items()
    assert security["authorizationUrl"] == "https://h/a/oauth/authorize"
    assert security["tokenUrl"] == "https://h/a/oauth/token"
    assert document["security"] == [{name: list(security["scopes"])}]
    assert set(security["scopes"]) == {
        "Gateway.Send",
        "Customer.Services",
        "User.Customers",
        "TwoWay.Management",
        "WhatsApp",
        "Discussion.Reply",
        "Group.Management",
        "offline_access",
    }


def test_either_way_to_sign_in_is_enough() -> None:
    assert made("txtsync")["security"] == [{"basic_auth": []}]
    assert [list(each) for each in made("viesti")["security"]] == [["oauth2_auth"], ["basic_auth"]]


def test_who_answers_for_it_is_named() -> None:
    assert made(publisher="Acme Oy", support="help@acme.example")["info"]["contact"] == {
        "name": "Acme Oy",
        "url": "https://sms.example.com",
        "email": "help@acme.example",
    }
    assert "email" not in made()["info"]["contact"]
    asked = made(website="https://acme.example/sms", privacy="https://acme.example/privacy")
    assert asked["info"]["contact"]["url"] == "https://acme.example/sms"
    assert {each["propertyName"]: each["propertyValue"] for each in asked["x-ms-connector-metadata"]} == {
        "Website": "https://acme.example/sms",
        "Privacy policy": "https://acme.example/privacy",
        "Categories": "Communication",
    }
