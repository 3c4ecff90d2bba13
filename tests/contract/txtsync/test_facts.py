"""Our declarations say on the wire what both published versions of the contract say.

Rule: 1.2 is compared whole, 1.1 as far as the catalogue tells: names, types, what is needed, in which place.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.contract.facts import condense
from tests.contract.txtsync.calls import OPERATIONS, PUBLISHED, VERSIONS, facts

from viesti.api.contract.swagger import document
from viesti.api.txtsync.declared import NATIVE, operations


def ours(version: str, **options: Any) -> dict[str, Any]:
    """The facts of our own document."""
    return condense(document(operations(version), title="TxtSync", version=version, base_path="/", **options))


def published(operation: dict[str, Any]) -> dict[str, Any]:
    """What the catalogue tells of an operation: no hidden headers, no formats of numbers, no answer to a
    trigger, whose callback it tells instead."""
    made = {name: operation[name] for name in ("method", "path", "trigger") if name in operation}
    made["parameters"] = {
        place: _told(fact)
        for place, fact in operation["parameters"].items()
        if fact.get("visibility") != "internal"
    }
    if "trigger" in operation:
        return made | {"notification": _each(operation["notification"])}
    if "body" in operation:
        made["body"] = {"members": _each(operation["body"]["members"])}
    return made | {"answers": {status: _each(members) for status, members in operation["answers"].items()}}


def _each(members: dict[str, Any]) -> dict[str, Any]:
    return {place: _told(fact) for place, fact in members.items()}


def _told(fact: dict[str, Any]) -> dict[str, Any]:
    told = {name: fact[name] for name in ("type", "required") if name in fact}
    return told | ({"format": "date-time"} if fact.get("format") == "date-time" else {})


def without_limits(value: Any) -> Any:
    """Without the lengths that are our limits; the original has none."""
    if not isinstance(value, dict):
        return value
    return {name: without_limits(each) for name, each in value.items() if name != "max_length"}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_is_declared(version: str) -> None:
    assert set(OPERATIONS) == set(ours(version)["operations"])
    assert ours(version)["base_path"] == facts("1.2")["base_path"]


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_is_declared_as_it_is_defined(name: str) -> None:
    assert without_limits(ours("1.2")["operations"][name]) == OPERATIONS[name]


@pytest.mark.parametrize("name", sorted(PUBLISHED["1.1"]))
def test_an_operation_is_declared_as_it_is_published(name: str) -> None:
    assert published(ours("1.1")["operations"][name]) == PUBLISHED["1.1"][name]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_ours_alone_is_told_apart(version: str) -> None:
    """Extensions are in the tolerant document only."""
    strict, tolerant = ours(version)["operations"], ours(version, tolerant=True)["operations"]
    for name, operation in tolerant.items():
        assert strict[name]["parameters"].keys() <= operation["parameters"].keys()
        assert strict[name]["answers"].keys() <= operation["answers"].keys()


def test_the_versions_differ_only_where_they_were_published_so() -> None:
    """The facts themselves: what is served is a superset of both but for four answers."""
    differ = {
        name
        for name, of in PUBLISHED["1.1"].items()
        if "answers" in of and _shape(of) != _shape(published(OPERATIONS[name]))
    }
    assert differ == {"SendBulkSMS", "UpdateContact", "GetContactByExternalReference"}


def _shape(operation: dict[str, Any]) -> str:
    kind: str = operation["answers"]["200"]["."]["type"]
    return kind


def test_the_calls_beyond_the_connector_have_names_of_their_own() -> None:
    names = [operation.id for operation in NATIVE]
    assert len(names) == len(set(names))
    assert not set(names) & set(OPERATIONS)
