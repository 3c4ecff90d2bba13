"""What no honest client sends, in every place of every operation: refused with a sentence, or taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.bend import given, members
from tests.contract.hostile import BODIES, HONEST, IN_PATHS, VALUES, written
from tests.contract.txtsync.calls import OPERATIONS, SERVED, Contract, is_error

pytestmark = pytest.mark.integration

WITH_BODY = [name for name in SERVED if "body" in OPERATIONS[name]]


def places() -> Iterator[Any]:
    for operation in WITH_BODY:
        for place, _ in members(OPERATIONS[operation]):
            yield pytest.param(operation, place, id=f"{operation} {place}")


def answered(said: Any) -> None:
    """It is an answer of the contract, or there is nothing of it at such a path."""
    if said.status >= 400 and said.body["message"] != "There is nothing at this path.":
        is_error(said, said.status)
    assert said.status < 500, said.text


@pytest.mark.parametrize(("operation", "place"), list(places()))
async def test_in_a_member(contract: Contract, operation: str, place: str) -> None:
    for value in VALUES.values():
        good = await contract.made(operation)
        answered(await contract.ask(good, data=written(good, place, value)))


@pytest.mark.parametrize("operation", SERVED)
async def test_in_a_parameter(contract: Contract, operation: str) -> None:
    good = await contract.made(operation)
    for place in OPERATIONS[operation]["parameters"]:
        where, _, name = place.partition(" ")
        if ":" in name:  # is no name of a header; see test_headers
            continue
        for value in IN_PATHS.values():
            if where == "header":
                text = "ä" * 100 if value == "%ff%fe" else value
                answered(await contract.ask(given(place, text)(good, contract)))
            else:
                call = given(place, "here-it-goes")(good, contract)
                answered(await contract.ask(call, written=("here-it-goes", value)))


@pytest.mark.parametrize("operation", WITH_BODY)
async def test_as_a_body(contract: Contract, operation: str) -> None:
    good = await contract.made(operation)
    for data in BODIES.values():
        answered(await contract.ask(good, data=data))


@pytest.mark.parametrize("operation", WITH_BODY)
@pytest.mark.parametrize(("prefix", "content_type"), HONEST)
async def test_what_honest_clients_differ_in(
    contract: Contract, operation: str, prefix: bytes, content_type: str
) -> None:
    good = await contract.made(operation)
    data = prefix + json.dumps(good.body, ensure_ascii=False).encode()
    said = await contract.ask(good, data=data, headers={"Content-Type": content_type})
    assert said.status < 300, said.text
