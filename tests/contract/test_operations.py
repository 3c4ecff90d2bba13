"""Every operation with good, missing, wrong and foreign data: the status, exact names, casing and types.

Rule: the cases come from the facts, not from our declarations; a case that must be answered otherwise than
its kind is in `OTHERWISE`, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.contract.bend import (
    MOMENTS,
    WRONG,
    Change,
    Said,
    dropped,
    given,
    members,
    padded,
    put,
    renamed,
    same,
    with_unknown,
    without,
)
from tests.contract.calls import (
    OPERATIONS,
    SCOPES,
    SERVED,
    Contract,
    conforms,
    is_error,
    success,
)
from tests.integration.api.conftest import BODY_LIMIT

pytestmark = pytest.mark.integration

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
OTHERWISE: dict[tuple[str, str], int] = (
    {
        # A property is known by its name; the facts only fail to say that it needs one.
        (operation, f"customContactProperties[].name {how}"): 400
        for operation in ("CreateGroupContact", "UpdateGroupContact")
        for how in ("missing", "null")
    }
    | {
        # A button is of some type, and has what Meta asks of that; the facts only fail to say so.
        ("CreateWhatsappTemplate", f"Buttons[].Type {how}"): 400
        for how in ("missing", "null", "call", "url")
    }
    | {
        # A template with places is sent with their values, which the facts can't know.
        ("SendWhatsappTemplateMessage", case): 400
        for case in (
            "optional members left out",
            *(
                f"{place} {how}"
                for place in ("BodyParameters", "HeaderParameters")
                for how in ("missing", "null")
            ),
        )
    }
)


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
    yield Case(operation, "valid", same, good)
    if scope:
        yield Case(operation, "no token", same, 401, token=None)
        yield Case(operation, "a token that is none", same, 401, token="vsa_nobody's")
        yield Case(operation, "all scopes but its own", same, 403, token=f"all but {scope}")
        yield Case(operation, "its own scope alone", same, good, token=f"only {scope}")
    else:
        yield Case(operation, "no token", same, good, token=None)
        yield Case(operation, "a token that is none", same, good, token="vsa_nobody's")
    yield Case(operation, "another method", same, 405, options={"method": "PATCH"})


def _of_parameters(operation: str) -> Iterator[Case]:
    good = success(operation)
    for place, fact in OPERATIONS[operation]["parameters"].items():
        where, _, name = place.partition(" ")
        if where != "path":
            status = 400 if fact["required"] else good
            yield Case(operation, f"{place} missing", without(place), status, name)
            yield Case(operation, f"{place} empty", given(place, ""), status, name)
        if place in IDS:
            yield from _of_id(operation, place)
        if fact["type"] == "boolean":
            for word in ("true", "False", "TRUE", " false "):
                yield Case(operation, f"{place} {word!r}", given(place, word), good)
            yield Case(operation, f"{place} wrong", given(place, "perhaps"), 400, name)
    for place in ("header ServiceType", "query Region"):
        if place in OPERATIONS[operation]["parameters"]:
            wrong = given(place, "Neverland")
            yield Case(operation, f"{place} unknown", wrong, 400, place.partition(" ")[2])
    for place in ("path Phone", "path Recipient"):
        if place in OPERATIONS[operation]["parameters"]:
            wrong = given(place, "nobody")
            yield Case(operation, f"{place} no number", wrong, 400, place.partition(" ")[2])
    for place in ("path Sender", "path IdentityNumber"):
        if place in OPERATIONS[operation]["parameters"]:
            unknown = given(place, "358400000000")
            yield Case(operation, f"{place} unknown", unknown, 404, place.partition(" ")[2])


def _of_id(operation: str, place: str) -> Iterator[Case]:
    name = place.partition(" ")[2].replace("Pipeline-Id", "Action-Id")  # the two say one thing together
    yield Case(operation, f"{place} garbage", given(place, "x"), 404, name)
    guid = "01234567-89ab-cdef-0123-456789abcdef"
    yield Case(operation, f"{place} unknown", given(place, guid), 404, name)
    yield Case(operation, f"{place} of another kind", _id_of(place, IDS[place]), 404, name)


def _of_body(operation: str) -> Iterator[Case]:
    good = success(operation)
    for name, data in (("no JSON", b"{"), ("empty", b""), ("a list", b"[]"), ("null", b"null")):
        yield Case(operation, f"body {name}", same, 400, options={"data": data})
    yield Case(operation, "body too large", same, 413, options={"data": b" " * (BODY_LIMIT + 1)})
    for name, rename in (("lower", str.lower), ("UPPER", str.upper), ("sWAPPED", str.swapcase)):
        yield Case(operation, f"names in {name} case", renamed(rename), good)
    yield Case(operation, "unknown members", with_unknown, good)
    everything = [
        place
        for place, fact in members(OPERATIONS[operation])
        if fact.get("required") is False and "." not in place
    ]
    yield Case(operation, "optional members left out", dropped(everything), good)


def _of_members(operation: str) -> Iterator[Case]:
    good = success(operation)
    for place, fact in members(OPERATIONS[operation]):
        at = place.replace("[]", "[0]")
        if "required" in fact:
            status = 400 if fact["required"] else good
            named = at if fact["required"] else None
            yield Case(operation, f"{place} missing", dropped([place]), status, named)
            yield Case(operation, f"{place} null", put(place, None), status, named)
        for number, value in enumerate(WRONG[fact["type"]]):
            yield Case(operation, f"{place} wrong {number}", put(place, value), 400, at)
        if fact["type"] == "string" and "enum" in fact:
            yield Case(operation, f"{place} another word", put(place, "Neverland"), 400, at)
            for word in fact["enum"]:
                yield Case(operation, f"{place} {word.lower()}", put(place, word.lower()), good)
        if fact.get("format") == "date-time":
            for written in MOMENTS:
                yield Case(operation, f"{place} {written!r}", put(place, written), good)
        if "max_length" in fact:
            longest = fact["max_length"]
            yield Case(operation, f"{place} long", padded(place, longest), good)
            yield Case(operation, f"{place} too long", put(place, "x" * (longest + 1)), 400, at)
        if f"body {place}" in IDS:
            for name, value in (("garbage", "x"), ("unknown", "01234567-89ab-cdef-0123-456789abcdef")):
                yield Case(operation, f"{place} {name}", put(place, value), 404, at)
            kind = IDS[f"body {place}"]
            yield Case(operation, f"{place} of another kind", _body_id_of(place, kind), 404, at)


def _id_of(place: str, kind: str) -> Change:
    return lambda call, contract: call.given(place, getattr(contract.acme, kind))


def _body_id_of(place: str, kind: str) -> Change:
    return lambda call, contract: put(place, getattr(contract.acme, kind))(call, contract)


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
