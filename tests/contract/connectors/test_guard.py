"""The breaking-change guard: exports keep all that the originals have, and the guard sees what is lost.

Rule: flows go on working when their connector is swapped. What comes along is welcome; nothing else is.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.contract.connectors.exported import CONNECTORS, exported, lost, pickable
from tests.contract.connectors.found import NotThere, found
from tests.contract.connectors.planted import PLANTED

from viesti.connector.compare import KINDS


@pytest.mark.parametrize("connector", CONNECTORS)
def test_an_exported_connector_keeps_all_that_the_original_has(connector: str) -> None:
    assert [change.line for change in lost(connector, exported(connector))] == []


def cases() -> list[Any]:
    """Each planted change with each connector that has such a thing."""
    made = []
    for kind, what, where, which, plant in PLANTED:
        for connector in CONNECTORS:
            try:
                found(exported(connector), pickable(connector), where, which)
            except NotThere:
                continue
            made.append(pytest.param(connector, kind, where, which, plant, id=f"{connector}: {what}"))
    return made


@pytest.mark.parametrize(("connector", "kind", "where", "which", "plant"), cases())
def test_the_guard_sees_what_is_lost(connector: str, kind: str, where: str, which: Any, plant: Any) -> None:
    document = exported(connector)
    plant(found(document, pickable(connector), where, which))
    assert kind in {change.kind.id for change in lost(connector, document)}


def test_each_kind_that_breaks_flows_is_planted() -> None:
    """But for those that no original can have: it has neither new bodies nor new choices."""
    elsewhere = {
        "path-casing",
        "body-removed",
        "body-added-required",
        "answer-body-removed",
        "choices-limited",
    }
    breaking = {kind.id for kind in KINDS.values() if kind.breaking}
    assert breaking - {kind for kind, *_ in PLANTED} == elsewhere | {"lookup-operation-gone"}
