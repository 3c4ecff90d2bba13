"""The OpenAPI 3.1 document says what is served: by the example's declarations, and of each of our APIs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.unit.api.contract.example import PERSON, REMOVE, SEND

from viesti.api.contract import examples
from viesti.api.contract.errors import errors_of
from viesti.api.contract.face import Credentials, Face, Section
from viesti.api.contract.openapi import document
from viesti.api.contract.operation import AnyOperation
from viesti.api.contract.schema import answered, asked
from viesti.api.contract.swagger import ERROR
from viesti.api.contract.values import (
    About,
    Listed,
    Member,
    Moment,
    Number,
    OneOrMore,
    Scalars,
    Text,
    Thing,
    Truth,
    Value,
    Whole,
)
from viesti.api.faces import FACES

BASE_URL = "https://sms.example.com"
EXAMPLE = Face(
    "example", "Example", "1.0", "An example.", "/v1", (Section("Things", "All.", (SEND, REMOVE)),),
    tuple(Credentials), {"Gateway.Send": "Send"}, ERROR,
)  # fmt: skip
OPERATIONS = [pytest.param(face, one, id=f"{face.key} {one.id}") for face in FACES for one in face.operations]


class Written(msgspec.Struct, frozen=True):
    always: str
    at: datetime
    empty_or_at: str
    perhaps: str | msgspec.UnsetType = msgspec.UNSET
    null: int | None = None


class Sparse(msgspec.Struct, frozen=True, omit_defaults=True):
    always: str
    perhaps: int | None = None


ASKED: list[tuple[Value, dict[str, Any]]] = [
    (Text(), {"type": "string"}),
    (
        Text(least=1, max_length=9, format="uuid"),
        {"type": "string", "format": "uuid", "maxLength": 9, "minLength": 1},
    ),
    (Text(choices=("a",), more=("b",), blank=True), {"type": "string", "enum": ["a", "b", ""]}),
    (Text(default="filled in by designers"), {"type": "string"}),
    (Whole(), {"type": "integer", "format": "int32"}),
    (
        Whole(format="int64", least=0, most=9),
        {"type": "integer", "format": "int64", "minimum": 0, "maximum": 9},
    ),
    (Number(), {"type": "number"}),
    (Truth(default=True, choices=(True, False)), {"type": "boolean"}),
    (Moment(), {"type": "string", "format": "date-time"}),
    (
        Scalars(),
        {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
    ),
    (OneOrMore(Text()), {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
    (
        Listed(Text(), least=1, each=About("One", "One of them.")),
        {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "title": "One", "description": "One of them."},
        },
    ),
]
# What null adds to a member that may be left out.
NULLED: list[tuple[Value, dict[str, Any]]] = [
    (Text(), {"type": ["string", "null"]}),
    (Text(choices=("a",)), {"type": ["string", "null"], "enum": ["a", None]}),
    (
        OneOrMore(Text()),
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}]},
    ),
]


@pytest.mark.parametrize(("value", "schema"), ASKED)
def test_what_is_asked(value: Value, schema: dict[str, Any]) -> None:
    assert asked(value) == schema


@pytest.mark.parametrize(("value", "schema"), NULLED)
def test_null_is_taken_where_a_member_may_be_left_out(value: Value, schema: dict[str, Any]) -> None:
    needed, lenient, optional = (
        Member("needed", "", value, required=True),
        Member("lenient", "", value, required=True, lenient=True),
        Member("optional", "", value),
    )
    made = asked(Thing((needed, lenient, optional)))
    assert made["required"] == ["needed"]
    assert made["properties"]["needed"] == asked(value)
    assert made["properties"]["lenient"] == made["properties"]["optional"] == schema


def test_an_answer_promises_what_its_struct_always_writes() -> None:
    names = ("always", "at", "empty_or_at", "perhaps", "null")
    values = dict.fromkeys(names, Text()) | {"at": Moment(), "empty_or_at": Moment(), "null": Whole()}
    made = answered(Thing(tuple([Member(name, name, values[name]) for name in names]), Written))
    assert made["required"] == ["always", "at", "empty_or_at", "null"]
    shown = made["properties"]
    assert shown["at"] == {"type": "string", "format": "date-time"}
    assert shown["empty_or_at"] == {"type": "string", "anyOf": [{"format": "date-time"}, {"const": ""}]}
    assert shown["null"]["type"] == ["integer", "null"]
    sparse = answered(
        Thing((Member("always", "always", Text()), Member("perhaps", "perhaps", Whole())), Sparse)
    )
    assert sparse["required"] == ["always"]
    assert sparse["properties"]["perhaps"]["type"] == "integer"


def test_an_operation_as_it_is_served() -> None:
    made = document(EXAMPLE, BASE_URL + "/")
    assert made["servers"] == [{"url": f"{BASE_URL}/v1"}]
    send = made["paths"]["/things/{Customer}/{Group Service}"]["post"]
    assert (send["operationId"], send["tags"]) == ("Send", ["Things"])
    assert [(p["name"], p["in"], p["required"]) for p in send["parameters"]] == [
        ("Customer", "path", True),
        ("Group Service", "path", True),
        ("Region", "query", False),
        ("Allow-Reply", "header", False),
        ("Limit", "query", False),
    ]
    assert send["parameters"][-1]["x-viesti-extension"] is True
    body = send["requestBody"]["content"]["application/json"]
    assert body["schema"]["required"] == ["Content", "Recipients"]
    assert body["schema"]["properties"]["note"] == {"type": ["string", "null"], "x-viesti-extension": True}
    assert body["example"] == {"Content": "Your table", "Recipients": [{"Address": "+358401234567"}]}
    assert send["security"] == [
        {"basic": []},
        {"oauth2": ["Gateway.Send"]},
        {"personalAccessToken": ["Gateway.Send"]},
    ]
    assert set(send["responses"]) == {
        "200", "400", "401", "403", "404", "405", "408", "409", "413", "429", "500", "503",
    }  # fmt: skip
    assert send["responses"]["429"] == {"$ref": "#/components/responses/TooManyRequests"}
    assert "retry-after" in made["components"]["responses"]["TooManyRequests"]["headers"]
    assert set(send["responses"]["200"]["headers"]) == {
        "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
    }  # fmt: skip


def test_what_an_unguessable_id_opens_needs_no_credentials_and_no_body_is_too_large() -> None:
    remove = document(EXAMPLE, BASE_URL)["paths"]["/things/{Customer}/fixed"]["delete"]
    assert remove["security"][0] == {}
    assert remove["deprecated"] is True
    assert "content" not in remove["responses"]["204"]
    assert errors_of(REMOVE) == {400, 404, 405, 429, 500, 503}


@pytest.mark.parametrize(("face", "one"), [each for each in OPERATIONS if each.values[1].trigger])
def test_a_trigger_calls_the_address_that_it_was_given(face: Face, one: AnyOperation) -> None:
    made = document(face, BASE_URL)["paths"][one.path][one.method.lower()]
    ((expression, call),) = made["callbacks"]["event"].items()
    place = re.fullmatch(r"{\$request\.body#/(.+)}", expression)
    assert place
    value = made["requestBody"]["content"]["application/json"]["example"]
    for name in place[1].split("/"):
        value = value[name]
    assert value.startswith("https://")
    signed = [(each["name"], each["required"]) for each in call["post"]["parameters"]]
    assert signed == [("webhook-id", True), ("webhook-timestamp", False), ("webhook-signature", False)]
    good = [reply["headers"] for status, reply in made["responses"].items() if status.startswith("2")]
    assert good and all("location" in headers for headers in good)


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.key)
def test_the_document_is_a_good_one_and_whole(face: Face) -> None:
    made = document(face, BASE_URL)
    assert not list(OpenAPIV31SpecValidator(made).iter_errors())
    found = {one["operationId"] for path in made["paths"].values() for one in path.values()}
    assert found == {one.id for one in face.operations}
    assert len(found) == len(face.operations)
    scopes = {one.scope for one in face.operations if one.scope}
    assert Credentials.OAUTH2 not in face.credentials or scopes <= set(face.scopes)


def shown(one: AnyOperation) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Each example with the schema that it is of."""
    for parameter in one.parameters:
        yield parameter.name, asked(parameter.value), examples.of_parameter(parameter)
    if one.body:
        yield "body", asked(one.body), examples.body(one.body)
    for reply in one.replies:
        if reply.value is not None:
            yield str(reply.status), answered(reply.value), examples.answer(reply.value)
    if one.trigger:
        yield "call", answered(one.trigger.notification), examples.answer(one.trigger.notification)


@pytest.mark.parametrize(("face", "one"), OPERATIONS)
def test_examples_are_what_the_schema_allows(face: Face, one: AnyOperation) -> None:
    checker = Draft202012Validator.FORMAT_CHECKER
    for place, schema, example in shown(one):
        Draft202012Validator.check_schema(schema)
        faults = list(Draft202012Validator(schema, format_checker=checker).iter_errors(example))
        assert not faults, (face.key, place, faults[0].message)


def test_a_person_is_an_object_with_values_of_ones_own() -> None:
    assert examples.body(PERSON) == {"Address": "+358401234567"}
