"""Every operation with good, missing, wrong and foreign data, by applications of both published versions: the
status, exact names, casing and types.

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
    put,
    renamed,
    same,
    with_unknown,
    without,
)
from tests.contract.txtsync.calls import (
    OPERATIONS,
    SERVED,
    VERSIONS,
    Contract,
    conforms,
    is_error,
    success,
)
from tests.integration.api.conftest import BODY_LIMIT

pytestmark = pytest.mark.integration

UNKNOWN = {
    "UpdateContact": "1",
    "DeleteContact": "1",
    "GetContactByExternalReference": "nobody-s",
    "UpdateContactByExternalReference": "nobody-s",
    "DeleteContactByExternalReference": "nobody-s",
}
GARBAGE = ("x", "-1", "0", "1e3", "9" * 30, "1.0", "%20", "ä")
NUMBERS = {"SendSMS": "To", "SendBulkSMS": "To[]", "AddContact": "MobileNumber"}
# (operation, case) -> the status, where it is not that of its kind.
OTHERWISE: dict[tuple[str, str], int] = {
    # Who is to be reached without a number and without a tag is nobody.
    ("SendBulkSMS", "optional members left out"): 400,
}


@dataclass(frozen=True, slots=True)
class Case:
    """A call bent in one way. `place`: what an error must name; `caller`: without its version."""

    operation: str
    name: str
    change: Change
    status: int
    place: str | None = None
    caller: str | None = ""
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
    good = success(operation)
    yield Case(operation, "valid", same, good)
    free = operation == "DeleteTrigger"  # its id is enough
    yield Case(operation, "no credentials", same, good if free else 401, caller=None)
    yield Case(operation, "a wrong secret", same, good if free else 401, caller="a wrong secret")
    yield Case(operation, "nobody's key", same, good if free else 401, caller="nobody's key")
    yield Case(operation, "a disabled application", same, good if free else 403, caller="off")
    yield Case(operation, "another method", same, 405, options={"method": "PATCH"})
    yield Case(operation, "a key for the gateway", given("header x-api-key", "any"), good)


def _of_parameters(operation: str) -> Iterator[Case]:
    """Headers are constants of the designer and never demanded; a search may be by either parameter."""
    good = success(operation)
    for place in OPERATIONS[operation]["parameters"]:
        if place.startswith("path"):
            continue
        yield Case(operation, f"{place} missing", without(place), good)
        if place != "header Content-Type:":  # which no client can write so; see test_headers
            yield Case(operation, f"{place} empty", given(place, ""), good)
        if place.lower().endswith("content-type"):
            for kind in ("text/plain", "application/x-www-form-urlencoded", "json", ": application/json"):
                yield Case(operation, f"{place} {kind!r}", given(place, kind), good)
        if place.endswith("x-zapier"):
            for word in ("True", "false", "perhaps"):
                yield Case(operation, f"{place} {word!r}", given(place, word), good)
    if operation in UNKNOWN:
        yield Case(operation, "path id unknown", given("path id", UNKNOWN[operation]), 404)
        for number, value in enumerate(GARBAGE):
            yield Case(operation, f"path id garbage {number}", given("path id", value), 404)
    if operation == "DeleteTrigger":
        for number, value in enumerate(("x", "00", "01234567-89ab-cdef-0123-456789abcdef", "ä")):
            garbage = given("path hook_Id", value)
            yield Case(operation, f"path hook_Id garbage {number}", garbage, 404, "hook_Id")


def _of_body(operation: str) -> Iterator[Case]:
    good = success(operation)
    for name, data in (("no JSON", b"{"), ("empty", b""), ("a list", b"[]"), ("null", b"null")):
        yield Case(operation, f"body {name}", same, 400, options={"data": data})
    yield Case(operation, "body too large", same, 413, options={"data": b" " * (BODY_LIMIT + 1)})
    for name, rename in (("lower", str.lower), ("UPPER", str.upper), ("sWAPPED", str.swapcase)):
        yield Case(operation, f"names in {name} case", renamed(rename), good)
    yield Case(operation, "unknown members", with_unknown, good)
    everything = [place for place, fact in members(OPERATIONS[operation]) if fact.get("required") is False]
    yield Case(operation, "optional members left out", dropped(everything), good)
    for place in everything:
        yield Case(operation, f"{place} alone left out", dropped([place]), good)


def _of_members(operation: str) -> Iterator[Case]:
    good = success(operation)
    for place, fact in members(OPERATIONS[operation]):
        at = place.replace("[]", "[0]")
        if fact.get("required"):
            yield Case(operation, f"{place} missing", dropped([place]), 400, at)
            yield Case(operation, f"{place} null", put(place, None), 400, at)
        elif "required" in fact:
            yield Case(operation, f"{place} null", put(place, None), good)
        for number, value in enumerate(WRONG[fact["type"]]):
            yield Case(operation, f"{place} wrong {number}", put(place, value), 400, at)
        if fact.get("format") == "date-time":
            for written in MOMENTS:
                yield Case(operation, f"{place} {written!r}", put(place, written), good)
            for number, written in enumerate(("soon", "2026-13-01", "12", "2026-01-02T25:00:00Z")):
                yield Case(operation, f"{place} no moment {number}", put(place, written), 400, at)
    if place := NUMBERS.get(operation):
        at = place.replace("[]", "[0]")
        for number, written in enumerate(("", "nobody", "+12", "+" + "3" * 30)):
            yield Case(operation, f"{place} no number {number}", put(place, written), 400, at)


CASES = list(cases())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.operation}: {case.name}")
async def test_case(contract: Contract, case: Case, version: str) -> None:
    call = case.change(await contract.made(case.operation), contract)
    caller = f"acme {version}" if case.caller == "" else case.caller
    said = await contract.ask(call, caller, **(case.options or {}))
    if case.expected < 400:
        conforms(version, case.operation, said)
    else:
        is_error(said, case.expected, case.place)
        _tells_how_to_come_in(said)


def _tells_how_to_come_in(said: Said) -> None:
    """What the standards ask of 401 and 405."""
    if said.status == 401:
        assert said.headers["WWW-Authenticate"].startswith("Basic")
    if said.status == 405:
        assert said.headers["Allow"]


def test_the_table_has_every_operation_of_the_facts() -> None:
    assert {case.operation for case in CASES} == set(SERVED)
    assert len({(case.operation, case.name) for case in CASES}) == len(CASES)
    assert set(OTHERWISE) <= {(case.operation, case.name) for case in CASES}
