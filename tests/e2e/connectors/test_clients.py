"""A client that a library makes of each exported connector performs every operation of it, and what was asked
for happens: messages come to phones, flows are called."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from bravado_core.exception import MatchingResponseNotFound
from jsonschema import ValidationError
from tests.e2e.connectors import acts_smartdialog, acts_txtsync, acts_viesti
from tests.e2e.connectors.world import CONNECTORS, World

pytestmark = pytest.mark.e2e

ACTS = {
    "smartdialog": acts_smartdialog.ACTS,
    "txtsync 1.1": acts_txtsync.ACTS,
    "txtsync 1.2": acts_txtsync.ACTS,
    "viesti": acts_viesti.ACTS,
    "viesti by key": acts_viesti.ACTS,
}


@pytest.mark.parametrize("connector", CONNECTORS)
async def test_no_operation_is_forgotten(world: World, connector: str) -> None:
    """There is an act for each operation of the definition, and none for what is not there."""
    client = world.clients[connector]
    methods = [
        operation["operationId"]
        for path in client.document["paths"].values()
        for method, operation in path.items()
        if not method.startswith("x-")
    ]
    assert sorted(methods) == sorted(client.operations) == sorted(ACTS[connector])


@pytest.mark.parametrize(
    ("connector", "operation"),
    [(connector, operation) for connector, acts in ACTS.items() for operation in acts],
)
async def test_an_operation_is_performed(world: World, connector: str, operation: str) -> None:
    client = world.clients[connector]
    client.performed.clear()
    await ACTS[connector][operation](world, client)
    assert operation in client.performed


def _loses_a_member(operation: dict[str, Any]) -> None:
    del operation["responses"]["200"]["schema"]["properties"]["MessagePartCount"]


def _has_another_type(operation: dict[str, Any]) -> None:
    operation["responses"]["200"]["schema"]["properties"]["MessageId"]["type"] = "integer"


def _lacks_the_answer(operation: dict[str, Any]) -> None:
    operation["responses"]["201"] = operation["responses"].pop("200")


def _hides_what_is_chosen(operation: dict[str, Any]) -> None:
    operation["parameters"][0]["x-ms-visibility"] = "internal"


def _picks_by_another_name(operation: dict[str, Any]) -> None:
    operation["parameters"][0]["x-ms-dynamic-values"]["value-path"] = "CustomerId"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_loses_a_member, "MessagePartCount'], of which the definition says nothing"),
        (_has_another_type, "is not of type 'integer'"),
        (_lacks_the_answer, "status_code 200 not found"),
        (_hides_what_is_chosen, "nobody sees it"),
        (_picks_by_another_name, "'CustomerId'"),
    ],
)
async def test_a_definition_that_is_wrong_is_of_no_use(
    world: World, spoil: Callable[[dict[str, Any]], None], told: str
) -> None:
    """What the client would not notice it would not prove either."""
    client = world.clients["smartdialog"]
    document = copy.deepcopy(client.document)
    spoil(document["paths"]["/messages"]["post"])
    file = world.installation.folder / f"{spoil.__name__}.json"
    file.write_text(json.dumps(document))
    wrong = (AssertionError, KeyError, ValidationError, MatchingResponseNotFound)
    with pytest.raises(wrong, match=re.escape(told)):
        await acts_smartdialog.ACTS["SendMessage"](world, client.with_definition(file))


@pytest.mark.parametrize(
    ("told", "wrong"),
    [({"sender": 358401112222}, ValidationError), ({"sender": "358401112222", "origin": ""}, AssertionError)],
)
async def test_a_call_that_is_not_as_defined_is_noticed(
    world: World, told: dict[str, Any], wrong: type[Exception]
) -> None:
    with pytest.raises(wrong):
        world.clients["smartdialog"].read_call("NewMessage", json.dumps(told).encode())
