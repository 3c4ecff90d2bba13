"""What no honest client sends, in every place of every operation: refused with a sentence, or taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.bend import Call, given, members
from tests.contract.calls import OPERATIONS, SERVED, Contract, is_error
from tests.contract.hostile import BODIES, HONEST, IN_PATHS, VALUES, written

pytestmark = pytest.mark.integration


def places() -> Iterator[Any]:
    for operation in SERVED:
        if "body" in OPERATIONS[operation]:
            for place, _ in members(OPERATIONS[operation]):
                yield pytest.param(operation, place, id=f"{operation} {place}")


async def made(contract: Contract, operation: str) -> Call:
    """A good call that may be made again with something else in it."""
    good = await contract.made(operation)
    return good.bent(body={name: value for name, value in good.body.items() if name != "RequestId"})


def answered(said: Any) -> None:
    """It is an answer of the contract."""
    if said.status >= 400:
        is_error(said, said.status)
    assert said.status < 500, said.text


@pytest.mark.parametrize(("operation", "place"), list(places()))
async def test_in_a_member(contract: Contract, operation: str, place: str) -> None:
    good = await made(contract, operation)
    for value in VALUES.values():
        answered(await contract.ask(good, data=written(good, place, value)))


@pytest.mark.parametrize(
    "operation", [name for name in SERVED if "Send" in name and "Discussion" not in name]
)
async def test_in_values_and_their_names(contract: Contract, operation: str) -> None:
    good = await made(contract, operation)
    for value in VALUES.values():
        for personalization in (f'{{"name": {value}}}', f'{{{value}: "x"}}'):
            data = written(good, "Recipients[].Personalization", personalization)
            answered(await contract.ask(good, data=data))


@pytest.mark.parametrize("operation", SERVED)
async def test_in_a_parameter(contract: Contract, operation: str) -> None:
    good = await contract.made(operation)
    facts = OPERATIONS[operation]
    for place in facts["parameters"]:
        where, _, _ = place.partition(" ")
        for value in IN_PATHS.values():
            if where == "path":
                call = given(place, "here-it-goes")(good, contract)
                answered(await contract.ask(call, written=("here-it-goes", value)))
            elif where == "query":
                answered(
                    await contract.ask(
                        given(place, "hereitgoes")(good, contract), written=("hereitgoes", value)
                    )
                )
            else:
                text = "ä" * 100 if value == "%ff%fe" else value
                answered(await contract.ask(given(place, text)(good, contract)))


@pytest.mark.parametrize("operation", [name for name in SERVED if "body" in OPERATIONS[name]])
async def test_as_a_body(contract: Contract, operation: str) -> None:
    good = await contract.made(operation)
    for data in BODIES.values():
        answered(await contract.ask(good, data=data))


@pytest.mark.parametrize("operation", [name for name in SERVED if "body" in OPERATIONS[name]])
@pytest.mark.parametrize(("prefix", "content_type"), HONEST)
async def test_what_honest_clients_differ_in(
    contract: Contract, operation: str, prefix: bytes, content_type: str
) -> None:
    good = await contract.made(operation)
    data = prefix + json.dumps(good.body, ensure_ascii=False).encode()
    said = await contract.ask(good, data=data, headers={"Content-Type": content_type})
    assert said.status < 300, said.text
