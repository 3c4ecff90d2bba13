"""Reading by declaration: every kind of value, right and wrong, with the place of what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from tests.unit.api.contract.example import BODY, SEND, Asked, Person

from viesti.api.answer import FieldError
from viesti.api.contract.parameters import parameters_reader
from viesti.api.contract.reading import SHOWN, digest, members_reader, refused

READ = members_reader(BODY)
PARAMETERS = parameters_reader(SEND.parameters)
GOOD: dict[str, Any] = {"Content": "Hello", "Recipients": [{"Address": "1"}]}


def read(**members: Any) -> tuple[dict[str, Any], list[str]]:
    problems: list[FieldError] = []
    fields = READ(members, "", problems)
    return fields, [f"{each.field}: {each.message}" for each in problems]


@pytest.mark.parametrize(
    ("members", "field", "value"),
    [
        ({"content": "Hi"}, "content", "Hi"),
        ({"CONTENT": "Hi"}, "content", "Hi"),
        ({"content": "no", "Content": "yes"}, "content", "yes"),
        ({"Content": "yes", "CONTENT": "no"}, "content", "yes"),
        ({"Content": ""}, "content", ""),
        ({"Protocol": "sms"}, "protocol", "SMS"),
        ({"Protocol": None}, "protocol", None),
        ({"Whatever": {"deep": [1]}}, "whatever", None),
        ({"active": False}, "active", False),
        ({"ACTIVE": None}, "active", None),
        ({"birthyear": 1980}, "birth_year", 1980),
        ({"SendDateTime": ""}, "send_at", None),
        ({"SendDateTime": "2030-01-02T03:04:05"}, "send_at", datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ({"SendDateTime": "2030-01-02T03:04:05.1234567+02:00"}, "send_at",
         datetime(2030, 1, 2, 1, 4, 5, 123456, tzinfo=UTC)),
        ({"recipients": [{"ADDRESS": "1", "personalization": {"a": "x", "B": 1, "c": 1.5, "d": 10.0,
                                                              "e": True, "f": None}}]}, "people",
         (Person("1", {"a": "x", "B": "1", "c": "1.5", "d": "10", "e": "true", "f": None}),)),
    ],
)  # fmt: skip
def test_what_is_right(members: dict[str, Any], field: str, value: object) -> None:
    given = {name: each for name, each in GOOD.items() if name.lower() not in {n.lower() for n in members}}
    fields, problems = read(**given, **members)
    assert problems == []
    assert fields.get(field) == value


@pytest.mark.parametrize(
    ("members", "problems"),
    [
        ({}, ["Content: It must be there.", "Recipients: It must be there."]),
        ({**GOOD, "Content": None}, ["Content: It must be there."]),
        ({**GOOD, "Content": 5}, ["Content: It must be a text."]),
        ({**GOOD, "Content": "x" * 11}, ["Content: It is longer than 10 characters."]),
        ({**GOOD, "Content": "a\0"}, ["Content: A NUL character can't be stored."]),
        ({**GOOD, "Recipients": {}}, ["Recipients: It must be a list."]),
        ({**GOOD, "Recipients": []}, ["Recipients: There must be at least 1 in it."]),
        ({**GOOD, "Recipients": ["1"]}, ["Recipients[0]: It must be an object."]),
        ({**GOOD, "Recipients": [{"Address": "1"}, {}, {"address": ""}]},
         ["Recipients[1].Address: It must be there.", "Recipients[2].Address: It must not be empty."]),
        ({**GOOD, "Recipients": [{"Address": "1", "Personalization": []}]},
         ["Recipients[0].Personalization: It must be an object."]),
        ({**GOOD, "Recipients": [{"Address": "1", "Personalization": {"a": {}, "b": "\0"}}]},
         ["Recipients[0].Personalization.a: It must be a text, a number, true, false or null.",
          "Recipients[0].Personalization.b: A NUL character can't be stored."]),
        ({**GOOD, "Protocol": "Fax"}, ["Protocol: It must be one of SMS, Test."]),
        ({**GOOD, "Protocol": "whatsapp"}, ["Protocol: Not yet."]),
        ({**GOOD, "active": "true"}, ["active: It must be true or false."]),
        ({**GOOD, "active": 1}, ["active: It must be true or false."]),
        ({**GOOD, "birthYear": True}, ["birthYear: It must be a whole number."]),
        ({**GOOD, "birthYear": 1980.0}, ["birthYear: It must be a whole number."]),
        ({**GOOD, "birthYear": 1899}, ["birthYear: It must be from 1900 to 2200."]),
        ({**GOOD, "SendDateTime": 5}, ["SendDateTime: It must be a text with a date and time."]),
        ({**GOOD, "SendDateTime": "soon"},
         ["SendDateTime: It is not a date and time such as 2026-03-01T09:30:00Z."]),
        ({**GOOD, "SendDateTime": "0001-01-01T00:00:00+14:00"},
         ["SendDateTime: It is not a date and time such as 2026-03-01T09:30:00Z."]),
    ],
)  # fmt: skip
def test_what_is_wrong(members: dict[str, Any], problems: list[str]) -> None:
    assert read(**members)[1] == problems


def parameters(query: bytes = b"", customer: str = "c", **headers: str) -> tuple[dict[str, Any], list[str]]:
    problems: list[FieldError] = []
    scope = {"query_string": query, "path_params": {"customer": customer, "group": "+358 1%2B"}}
    sent = {name.replace("_", "-").encode(): text.encode() for name, text in headers.items()}
    fields = PARAMETERS(scope, sent, problems)
    return fields, [f"{each.field}: {each.message}" for each in problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [("True", True), ("true", True), (" FALSE ", False), ("", None), ("   ", None)],
)
def test_a_header_as_designers_print_it(written: str, value: bool | None) -> None:
    fields, problems = parameters(allow_reply=written)
    assert problems == []
    assert fields.get("reply") is value


def test_a_path_is_not_unescaped_again_and_a_query_is() -> None:
    fields, problems = parameters(b"region=%46I&LIMIT=5&region=SE&other=1")
    assert problems == []
    assert fields == {"customer": "c", "group": "+358 1%2B", "region": "FI", "limit": 5}


@pytest.mark.parametrize(
    ("query", "headers", "problems"),
    [
        (b"", {"allow_reply": "yes"}, ["Allow-Reply: It must be true or false."]),
        (b"Limit=x", {}, ["Limit: It must be a whole number."]),
        (b"Limit=0", {}, ["Limit: It must be from 1 to 2147483647."]),
        (b"Limit=" + b"9" * 5000, {}, ["Limit: It must be a whole number."]),
        (b"Region=FIN", {}, ["Region: It is longer than 2 characters."]),
        (b"&".join([b"a=1"] * 200), {}, []),
    ],
)
def test_wrong_parameters(query: bytes, headers: dict[str, str], problems: list[str]) -> None:
    assert parameters(query, **headers)[1] == problems


def test_an_empty_path_parameter_is_missing() -> None:
    assert parameters(customer="")[1] == ["Customer: It must be there."]


def test_not_more_is_told_than_anybody_reads() -> None:
    fields, _ = read(**GOOD)
    assert fields["people"] == (Person("1"),)
    problems: list[FieldError] = []
    READ({**GOOD, "Recipients": [{}] * (SHOWN + 7)}, "", problems)
    refusal = refused(problems)
    assert (refusal.status, len(refusal.errors)) == (400, SHOWN + 1)
    assert refusal.errors[-1] == FieldError("", "And 7 more.")
    assert refusal.message.endswith("And 7 more.")


def test_a_digest_says_what_was_asked_and_not_how() -> None:
    def asked(**members: Any) -> bytes:
        fields, problems = read(**members)
        assert problems == []
        return digest(Asked(customer="c", group="g", **fields))

    one = asked(Content="Hi", Recipients=[{"Address": "1", "Personalization": {"a": "1", "b": "2"}}])
    same = asked(recipients=[{"personalization": {"b": "2", "a": "1"}, "address": "1"}], content="Hi", New=1)
    assert one == same
    assert one != asked(Content="Hi", Recipients=[{"Address": "1", "Personalization": {"a": "1"}}])
    assert one != asked(**{**GOOD, "active": False})
    assert asked(**GOOD) != asked(**GOOD, active=False)


def test_fields_left_out_have_the_defaults_of_what_is_read() -> None:
    fields, _ = read(**GOOD)
    asked = Asked(customer="c", group="g", **fields)
    assert (asked.active, asked.protocol, asked.send_at) == (msgspec.UNSET, "SMS", None)
