"""Every operation with good, missing, wrong and foreign data: the status, exact names, casing and types.

Rule: the cases come from the facts, not from our declarations; a case that must be answered otherwise than
its kind is in `OTHERWISE`, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest
from tests.contract.calls import (
    OPERATIONS,
    SCOPES,
    SERVED,
    Call,
    Contract,
    Said,
    conforms,
    is_error,
    success,
)
from tests.integration.api.conftest import BODY_LIMIT

pytestmark = pytest.mark.integration

# What is no value of a type.
WRONG: dict[str, tuple[Any, ...]] = {
    "string": (7, True, ["x"], {"x": "y"}),
    "integer": ("7", 7.5, True, []),
    "boolean": ("true", 1, []),
    "array": ("x", {"0": "x"}, 1),
    "object": ("x", [], 1),
}
# Ways in which clients write the same time; the last is what flows say for now.
MOMENTS = (
    "",
    "2026-01-02",
    "2026-01-02T03:04:05",
    "2026-01-02 03:04:05Z",
    "2026-01-02T03:04:05+02:00",
    "2026-01-02T03:04:05.678Z",
    "2026-01-02T03:04:05.6789012Z",
)
# Parameters and members that are ids, and a kind of id that does not belong there.
IDS = {
    "header Customer-Id": "one_way",
    "header CustomerId": "one_way",
    "header Customer": "two_way",
    "path Customer-Id": "one_way",
    "path Customer": "group",
    "header Service-Id": "customer",
    "path Service": "customer",
    "path Group Service": "customer",
    "path ParentMessageId": "thread",
    "body ThreadId": "contact",
    "path Pipeline-Id": "two_way",
    "path Action-Id": "two_way",
}
# (operation, case) -> the status, where it is not that of its kind.
OTHERWISE: dict[tuple[str, str], int] = {
    # A property is known by its name; the facts only fail to say that it needs one.
    (operation, f"customContactProperties[].name {how}"): 400
    for operation in ("CreateGroupContact", "UpdateGroupContact")
    for how in ("missing", "null")
}

Change: TypeAlias = Callable[[Call, Contract], Call]


@dataclass(frozen=True, slots=True)
class Case:
    """A call bent in one way. `place`: what an error must name; `again`: the call is as good as before."""

    operation: str
    name: str
    change: Change
    status: int
    place: str | None = None
    token: str | None = "bo"
    options: dict[str, Any] | None = None

    @property
    def expected(self) -> int:
        return OTHERWISE.get((self.operation, self.name), self.status)


def cases() -> Iterator[Case]:
    for operation in SERVED:
        yield from _as_it_is(operation)
        yield from _of_parameters(operation)
        if "body" in OPERATIONS[operation]:
            yield from _of_body(operation)
            yield from _of_members(operation)


def _as_it_is(operation: str) -> Iterator[Case]:
    """Who may make a good call, and how."""
    good, scope = success(operation), SCOPES[operation]
    yield Case(operation, "valid", _same, good)
    if scope:
        yield Case(operation, "no token", _same, 401, token=None)
        yield Case(operation, "a token that is none", _same, 401, token="vsa_nobody's")
        yield Case(operation, "all scopes but its own", _same, 403, token=f"all but {scope}")
        yield Case(operation, "its own scope alone", _same, good, token=f"only {scope}")
    else:
        yield Case(operation, "no token", _same, good, token=None)
        yield Case(operation, "a token that is none", _same, good, token="vsa_nobody's")
    yield Case(operation, "another method", _same, 405, options={"method": "PATCH"})


def _of_parameters(operation: str) -> Iterator[Case]:
    good = success(operation)
    for place, fact in OPERATIONS[operation]["parameters"].items():
        where, _, name = place.partition(" ")
        if where != "path":
            status = 400 if fact["required"] else good
            yield Case(operation, f"{place} missing", _without(place), status, name)
            yield Case(operation, f"{place} empty", _given(place, ""), status, name)
        if place in IDS:
            yield from _of_id(operation, place)
        if fact["type"] == "boolean":
            for word in ("true", "False", "TRUE", " false "):
                yield Case(operation, f"{place} {word!r}", _given(place, word), good)
            yield Case(operation, f"{place} wrong", _given(place, "perhaps"), 400, name)
    for place in ("header ServiceType", "query Region"):
        if place in OPERATIONS[operation]["parameters"]:
            wrong = _given(place, "Neverland")
            yield Case(operation, f"{place} unknown", wrong, 400, place.partition(" ")[2])
    for place in ("path Phone", "path Recipient"):
        if place in OPERATIONS[operation]["parameters"]:
            wrong = _given(place, "nobody")
            yield Case(operation, f"{place} no number", wrong, 400, place.partition(" ")[2])
    if "path Sender" in OPERATIONS[operation]["parameters"]:
        yield Case(operation, "path Sender unknown", _given("path Sender", "358400000000"), 404, "Sender")


def _of_id(operation: str, place: str) -> Iterator[Case]:
    name = place.partition(" ")[2].replace("Pipeline-Id", "Action-Id")  # the two say one thing together
    yield Case(operation, f"{place} garbage", _given(place, "x"), 404, name)
    guid = "01234567-89ab-cdef-0123-456789abcdef"
    yield Case(operation, f"{place} unknown", _given(place, guid), 404, name)
    yield Case(operation, f"{place} of another kind", _id_of(place, IDS[place]), 404, name)


def _of_body(operation: str) -> Iterator[Case]:
    good = success(operation)
    for name, data in (("no JSON", b"{"), ("empty", b""), ("a list", b"[]"), ("null", b"null")):
        yield Case(operation, f"body {name}", _same, 400, options={"data": data})
    yield Case(operation, "body too large", _same, 413, options={"data": b" " * (BODY_LIMIT + 1)})
    for name, rename in (("lower", str.lower), ("UPPER", str.upper), ("sWAPPED", str.swapcase)):
        yield Case(operation, f"names in {name} case", _renamed(rename), good)
    yield Case(operation, "unknown members", _with_unknown, good)
    everything = [
        place for place, fact in _members(operation) if fact.get("required") is False and "." not in place
    ]
    yield Case(operation, "optional members left out", _dropped(everything), good)


def _of_members(operation: str) -> Iterator[Case]:
    good = success(operation)
    for place, fact in _members(operation):
        at = place.replace("[]", "[0]")
        if "required" in fact:
            status = 400 if fact["required"] else good
            named = at if fact["required"] else None
            yield Case(operation, f"{place} missing", _dropped([place]), status, named)
            yield Case(operation, f"{place} null", _put(place, None), status, named)
        for number, value in enumerate(WRONG[fact["type"]]):
            yield Case(operation, f"{place} wrong {number}", _put(place, value), 400, at)
        if fact["type"] == "string" and "enum" in fact:
            yield Case(operation, f"{place} another word", _put(place, "Neverland"), 400, at)
            for word in fact["enum"]:
                yield Case(operation, f"{place} {word.lower()}", _put(place, word.lower()), good)
        if fact.get("format") == "date-time":
            for written in MOMENTS:
                yield Case(operation, f"{place} {written!r}", _put(place, written), good)
        if "max_length" in fact:
            longest = fact["max_length"]
            yield Case(operation, f"{place} long", _padded(place, longest), good)
            yield Case(operation, f"{place} too long", _put(place, "x" * (longest + 1)), 400, at)
        if f"body {place}" in IDS:
            for name, value in (("garbage", "x"), ("unknown", "01234567-89ab-cdef-0123-456789abcdef")):
                yield Case(operation, f"{place} {name}", _put(place, value), 404, at)
            kind = IDS[f"body {place}"]
            yield Case(operation, f"{place} of another kind", _body_id_of(place, kind), 404, at)


def _members(operation: str) -> list[tuple[str, dict[str, Any]]]:
    """The members of the body, by place."""
    members = OPERATIONS[operation]["body"]["members"]
    return [(place, fact) for place, fact in members.items() if place != "."]


def _same(call: Call, _: Contract) -> Call:
    return call


def _without(place: str) -> Change:
    return lambda call, _: call.without(place)


def _given(place: str, value: str) -> Change:
    return lambda call, _: call.given(place, value)


def _id_of(place: str, kind: str) -> Change:
    return lambda call, contract: call.given(place, getattr(contract.acme, kind))


def _body_id_of(place: str, kind: str) -> Change:
    return lambda call, contract: _put(place, getattr(contract.acme, kind))(call, contract)


def _put(place: str, value: Any) -> Change:
    def change(call: Call, _: Contract) -> Call:
        bent = call.bent()
        holder, last = _holder(bent.body, place)
        holder[last] = value
        return bent

    return change


def _padded(place: str, length: int) -> Change:
    def change(call: Call, contract: Contract) -> Call:
        holder, last = _holder(call.body, place)
        return _put(place, holder[last].ljust(length, "x"))(call, contract)

    return change


def _dropped(places: list[str]) -> Change:
    def change(call: Call, _: Contract) -> Call:
        bent = call.bent()
        for place in places:
            holder, last = _holder(bent.body, place)
            del holder[last]
        return bent

    return change


def _holder(body: Any, place: str) -> tuple[Any, Any]:
    """The object or list that the place is in, and its name or number there; of lists the first."""
    *steps, last = re.findall(r"[^.\[\]]+|\[\]", place)
    for step in steps:
        body = body[0 if step == "[]" else step]
    return body, 0 if last == "[]" else last


def _renamed(rename: Callable[[str], str]) -> Change:
    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                rename(name): each if name == "Personalization" else walk(each)
                for name, each in value.items()
            }
        return [walk(each) for each in value] if isinstance(value, list) else value

    return lambda call, _: call.bent(body=walk(call.body))


def _with_unknown(call: Call, _: Contract) -> Call:
    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            grown = {name: each if name == "Personalization" else walk(each) for name, each in value.items()}
            return grown | {"$later": [{"a": None}], "": 1}
        return [walk(each) for each in value] if isinstance(value, list) else value

    return call.bent(body=walk(call.body))


CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.operation}: {case.name}")
async def test_case(contract: Contract, case: Case) -> None:
    call = case.change(await contract.made(case.operation), contract)
    said = await contract.ask(call, case.token, **(case.options or {}))
    if case.expected < 400:
        conforms(case.operation, said)
    else:
        is_error(said, case.expected, case.place)
        _tells_how_to_come_in(said)


def _tells_how_to_come_in(said: Said) -> None:
    """What the standards ask of 401, 403 for a scope, and 405."""
    if said.status in (401, 403):
        assert said.headers["WWW-Authenticate"].startswith("Bearer")
    if said.status == 405:
        assert said.headers["Allow"]


def test_the_table_has_every_operation_of_the_facts_that_is_served() -> None:
    assert {case.operation for case in CASES} == set(SERVED) <= set(SCOPES) <= set(OPERATIONS)
    assert len({(case.operation, case.name) for case in CASES}) == len(CASES)
    assert set(OTHERWISE) <= {(case.operation, case.name) for case in CASES}
