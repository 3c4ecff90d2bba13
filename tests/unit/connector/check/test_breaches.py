"""Each planted breach is named, by its own rule and by no other; and each rule has its breach."""

from __future__ import annotations

import pytest
from tests.unit.connector.check import breaches_definition, breaches_package, breaches_values
from tests.unit.connector.check.changes import Change
from tests.unit.connector.check.good import Draft, good

from viesti.connector.check.linter import check, rules
from viesti.connector.check.package import Package

BREACHES = (*breaches_package.BREACHES, *breaches_definition.BREACHES, *breaches_values.BREACHES)


@pytest.mark.parametrize(
    ("rule", "change"), [pytest.param(rule, change, id=f"{rule}: {what}") for rule, what, change in BREACHES]
)
def test_a_breach_is_named_by_its_rule_alone(rule: str, change: Change) -> None:
    draft = Draft(good())
    change(draft)
    assert {finding.rule for finding in check(Package(draft.packed()))} == {rule}


def test_each_rule_has_its_breach() -> None:
    assert {rule for rule, _, _ in BREACHES} == set(rules())
