"""What is described otherwise than it is read: kept names, hidden headers, leftovers of an original."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from viesti.api.answer import FieldError
from viesti.api.contract.operation import ANY_CALLER, Operation, Parameter, Reply, Trigger
from viesti.api.contract.parameters import parameters_reader
from viesti.api.contract.reading import members_reader, reader
from viesti.api.contract.swagger import document
from viesti.api.contract.values import About, Member, Number, OneOrMore, Text, Thing


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    to: tuple[str, ...] = ()
    sender: str = ""
    zapier: str = ""


BODY = Thing(
    (
        Member("To", "to", OneOrMore(Text(least=1)), required=True, lenient=True),
        Member("From", "sender", Text(), required=True, lenient=True),
    )
)
OPERATION = Operation(
    "Send",
    "POST",
    "/send",
    About(),
    Asked,
    (Reply(200, Text(), "Sent."), Reply(201, Text(), "Made.", extension=True)),
    ANY_CALLER,
    parameters=(
        Parameter("Content-Type:", "header", "", Text(default="application/json"), True),
        Parameter("x-zapier", "header", "zapier", Text(), True, lenient=True),
    ),
    body=BODY,
)
LEFTOVER = replace(
    OPERATION, path="/left/{any}", described=False, trigger=Trigger(Thing((Member("A", "a", Number()),)))
)


def test_what_is_left_out_is_no_problem() -> None:
    problems: list[FieldError] = []
    sent = {b"content-type:": b"text/html"}
    fields = parameters_reader(OPERATION.parameters)({"query_string": b""}, sent, problems)
    fields |= members_reader(BODY)({}, "", problems)
    assert (fields, problems) == ({}, [])
    assert parameters_reader(OPERATION.parameters)({}, {b"x-zapier": b"true"}, problems) == {"zapier": "true"}


@pytest.mark.parametrize(
    ("tolerant", "required"), [(False, [True, True, ["To", "From"]]), (True, [True, False, None])]
)
def test_it_is_described_as_required(tolerant: bool, required: list[Any]) -> None:
    send = document((OPERATION,), title="T", base_path="/", tolerant=tolerant)["paths"]["/send"]["post"]
    kind, zapier, body = send["parameters"]
    found = [kind["required"], zapier["required"], body["schema"].get("required")]
    # A parameter that is never read is in requests as its default, whatever is asked for.
    assert found == ([False, *required[1:]] if tolerant else required)
    assert ("201" in send["responses"]) is tolerant


def test_a_leftover_tells_only_what_is_sent() -> None:
    paths = document((OPERATION, LEFTOVER), title="T", base_path="/")["paths"]
    assert paths["/left/{any}"] == {
        "x-ms-notification-content": {"schema": {"type": "object", "properties": {"A": {"type": "number"}}}}
    }


@pytest.mark.parametrize(
    ("value", "read", "problems"),
    [
        ("1", ("1",), []),
        (["1", "2"], ("1", "2"), []),
        ([], (), []),
        ("", None, ["To: It must not be empty."]),
        (["1", ""], None, ["To[1]: It must not be empty."]),
        (5, None, ["To: It must be a text."]),
        ({}, None, ["To: It must be a text."]),
    ],
)
def test_one_or_more(value: Any, read: object, problems: list[str]) -> None:
    told: list[FieldError] = []
    found = reader(BODY.members[0].value)(value, "To", told)
    assert [f"{each.field}: {each.message}" for each in told] == problems
    assert problems or found == read


@pytest.mark.parametrize(("value", "good"), [(1, True), (1.5, True), (True, False), ("1", False)])
def test_numbers(value: Any, good: bool) -> None:
    told: list[FieldError] = []
    reader(Number())(value, "n", told)
    assert (told == []) is good
