"""The style of connectors: all that the contract says, and beside it what designers can use."""

from __future__ import annotations

from typing import Any

from tests.unit.api.contract.example import REMOVE, SEND

from viesti.api.contract.errors import ERROR, SAID
from viesti.api.contract.operation import USUAL
from viesti.api.contract.swagger import document
from viesti.api.contract.swagger_schema import CONNECTOR


def made(**options: Any) -> dict[str, Any]:
    document_ = document((SEND, REMOVE), title="T", base_path="/", **options)
    send: dict[str, Any] = document_["paths"]["/things/{Customer}/{Group Service}"]["post"]
    return send


def test_a_list_to_choose_from_is_named_for_old_and_new_designers() -> None:
    customer, group = made(style=CONNECTOR)["parameters"][:2]
    assert customer["x-ms-dynamic-values"]["value-collection"] == "all"
    assert customer["x-ms-dynamic-list"] == {
        "operationId": "List",
        "itemValuePath": "id",
        "itemTitlePath": "name",
        "itemsPath": "all",
    }
    assert group["x-ms-dynamic-list"]["parameters"] == {
        "Customer-Id": {"parameterReference": "Customer"},
        "ServiceType": {"value": "Group"},
    }


def test_what_is_ours_stands_among_the_advanced() -> None:
    send = made(style=CONNECTOR)
    [limit] = [p for p in send["parameters"] if p["name"] == "Limit"]
    assert (limit["x-ms-visibility"], limit["required"]) == ("advanced", False)
    members = send["parameters"][-1]["schema"]["properties"]
    assert members["note"] == {"type": "string", "x-ms-visibility": "advanced"}
    assert members["Content"]["x-ms-visibility"] == "important"


def test_nothing_of_the_contract_is_lost_or_changed() -> None:
    def contained(less: Any, more: Any) -> bool:
        if isinstance(less, dict):
            return all(name in more and contained(value, more[name]) for name, value in less.items())
        return bool(less == more)

    plain, designers = made(), made(style=CONNECTOR)
    for parameter in plain["parameters"]:
        [same] = [p for p in designers["parameters"] if p["name"] == parameter["name"]]
        assert contained(parameter, same)
    assert contained(plain["responses"], designers["responses"])


def test_every_status_that_is_answered_has_its_sentence() -> None:
    assert USUAL | {409} == SAID.keys()
    assert all(sentence.endswith(".") for sentence in SAID.values())
    assert made()["responses"]["400"] == {"description": SAID[400], "schema": ERROR}
