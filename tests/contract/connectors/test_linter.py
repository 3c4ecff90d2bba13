"""The linter names each breach that is planted in an exported package (that there is none in one as it is
exported, `tests/unit/connector/test_without_fault.py` says)."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest
from tests.contract.connectors.breaches import FILES, PARTS
from tests.contract.connectors.exported import CONNECTORS
from tests.contract.connectors.found import NotThere, found
from tests.unit.connector.check.good import Draft

from viesti.connector.base_url import BaseUrl
from viesti.connector.check.linter import check
from viesti.connector.check.package import Package
from viesti.connector.compare import condense
from viesti.connector.export import files
from viesti.connector.options import ExportOptions
from viesti.connector.products import PRODUCTS

PACKAGES = {name: CONNECTORS[name] for name in ("SmartDialog", "TxtSync 1.1")} | {"Viesti": ("viesti", "")}


@cache
def package(name: str) -> dict[str, bytes]:
    product, contract = PACKAGES[name]
    options = ExportOptions(base=BaseUrl("https", "sms.example.org"), contract=contract)
    return files(PRODUCTS[product], options)


def named(draft: Draft) -> set[str]:
    return {finding.rule for finding in check(Package(draft.packed()))}


def parts() -> list[Any]:
    """Each breach of a definition with each product that has such a thing."""
    made = []
    for name in PACKAGES:
        document = Draft(package(name)).d
        facts = condense(document)
        for rule, what, where, which, plant in PARTS:
            try:
                found(document, facts, where, which)
            except NotThere:
                continue
            made.append(pytest.param(name, rule, (where, which, plant), id=f"{name}: {rule}: {what}"))
    return made


@pytest.mark.parametrize(("name", "rule", "breach"), parts())
def test_a_breach_of_a_definition_is_named(name: str, rule: str, breach: Any) -> None:
    draft = Draft(package(name))
    where, which, plant = breach
    plant(found(draft.d, condense(draft.d), where, which))
    assert named(draft) == {rule}


def in_files() -> list[Any]:
    made = []
    for name in PACKAGES:
        for rule, what, plant in FILES:
            try:
                plant(copy.deepcopy(Draft(package(name))))
            except KeyError:
                continue  # it has no OAuth
            made.append(pytest.param(name, rule, plant, id=f"{name}: {rule}: {what}"))
    return made


@pytest.mark.parametrize(("name", "rule", "plant"), in_files())
def test_a_breach_of_a_file_is_named(name: str, rule: str, plant: Any) -> None:
    draft = Draft(package(name))
    plant(draft)
    assert named(draft) == {rule}
