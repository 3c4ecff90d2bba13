"""What no honest client sends, in every place of every operation: refused with a sentence, or taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.calls import OPERATIONS, SERVED, Call, Contract, is_error
from tests.contract.test_operations import _given, _members, _put

pytestmark = pytest.mark.integration

# As JSON, so that it can be what no JSON library of an honest client writes.
VALUES = {
    "half of a surrogate pair": r'"\ud800"',
    "a NUL": r'"a\u0000b"',
    "a number beyond all": "1" + "0" * 400,
    "a float beyond all": "1e400",
    "no number": "NaN",
    "very deep": "[" * 20_000,
    "very deep and closed": "[" * 900 + "]" * 900,
    "an object in an object": '{"a":' * 900 + "1" + "}" * 900,
    "a long text": json.dumps("x" * 90_000),
    "controls": r'"\u0001\u001b[31m\u202e\r\n"',
    "an invalid escape": r'"\x"',
    "markup": '"<script>$(name)%{status}\'; drop table messages; --"',
}
IN_PATHS = {
    "a NUL": "%00",
    "no UTF-8": "%ff%fe",
    "a slash": "%2F..%2F..%2Fetc%2Fpasswd",
    "twice escaped": "%252B358401234567",
    "very long": "a" * 8_000,
    "half of a surrogate pair": "%ed%a0%80",
    "a line's end": "%0d%0aX-Header:%20x",
}
BODIES = {
    "no UTF-8": b'{"Content": "\xff"}',
    "UTF-16": '{"Content": "x"}'.encode("utf-16"),
    "two objects": b"{}{}",
    "a name twice": b'{"Sender": "Acme", "Sender": 7, "sender": []}',
    "very deep": b'{"a":' * 15_000,
    "a NUL after it": b"{}\0",
}


def members() -> Iterator[Any]:
    for operation in SERVED:
        if "body" in OPERATIONS[operation]:
            for place, _ in _members(operation):
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


@pytest.mark.parametrize(("operation", "place"), list(members()))
async def test_in_a_member(contract: Contract, operation: str, place: str) -> None:
    good = await made(contract, operation)
    for value in VALUES.values():
        call = _put(place, "\0here\0")(good, contract)
        data = json.dumps(call.body).replace(json.dumps("\0here\0"), value)
        answered(await contract.ask(call, data=data.encode()))


@pytest.mark.parametrize(
    "operation", [name for name in SERVED if "Send" in name and "Discussion" not in name]
)
async def test_in_values_and_their_names(contract: Contract, operation: str) -> None:
    good = await made(contract, operation)
    for value in VALUES.values():
        for personalization in (f'{{"name": {value}}}', f'{{{value}: "x"}}'):
            call = _put("Recipients[].Personalization", "\0here\0")(good, contract)
            data = json.dumps(call.body).replace(json.dumps("\0here\0"), personalization)
            answered(await contract.ask(call, data=data.encode()))


@pytest.mark.parametrize("operation", SERVED)
async def test_in_a_parameter(contract: Contract, operation: str) -> None:
    good = await contract.made(operation)
    facts = OPERATIONS[operation]
    for place in facts["parameters"]:
        where, _, _ = place.partition(" ")
        for value in IN_PATHS.values():
            if where == "path":
                call = _given(place, "here-it-goes")(good, contract)
                answered(await contract.ask(call, written=("here-it-goes", value)))
            elif where == "query":
                answered(
                    await contract.ask(
                        _given(place, "hereitgoes")(good, contract), written=("hereitgoes", value)
                    )
                )
            else:
                text = "ä" * 100 if value == "%ff%fe" else value
                answered(await contract.ask(_given(place, text)(good, contract)))


@pytest.mark.parametrize("operation", [name for name in SERVED if "body" in OPERATIONS[name]])
async def test_as_a_body(contract: Contract, operation: str) -> None:
    good = await contract.made(operation)
    for data in BODIES.values():
        answered(await contract.ask(good, data=data))


@pytest.mark.parametrize("operation", [name for name in SERVED if "body" in OPERATIONS[name]])
@pytest.mark.parametrize(
    ("prefix", "content_type"),
    [
        (b"", "application/json; charset=utf-8"),
        (b"", "text/plain"),
        (b"", ""),
        (b"\xef\xbb\xbf", "application/json"),
        (b" \r\n\t", "application/json"),
    ],
)
async def test_what_honest_clients_differ_in(
    contract: Contract, operation: str, prefix: bytes, content_type: str
) -> None:
    good = await contract.made(operation)
    data = prefix + json.dumps(good.body, ensure_ascii=False).encode()
    said = await contract.ask(good, data=data, headers={"Content-Type": content_type})
    assert said.status < 300, said.text
