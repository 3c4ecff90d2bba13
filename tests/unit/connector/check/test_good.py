"""A package without a fault has none found, and whatever is put into one, the linter gives findings."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some
from tests.unit.connector.check.good import DEFINITION, PROPERTIES, good

from viesti.connector.check.linter import check, rules
from viesti.connector.check.package import Package

JUNK = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-9, 9)
    | some.sampled_from(["", "$ref", "#/definitions/Person"]),
    lambda below: (
        some.lists(below, max_size=2)
        | some.dictionaries(
            some.sampled_from(["$ref", "type", "name", "in", "schema", "items"]), below, max_size=3
        )
    ),
    max_leaves=5,
)


def test_a_good_package_has_no_fault() -> None:
    assert [finding.line for finding in check(Package(good()))] == []


def test_rules_are_sentences_and_say_what_to_do() -> None:
    for rule in rules().values():
        assert rule.sentence.endswith(".") or rule.sentence.endswith(")"), rule.id
        assert rule.remedy.endswith("."), rule.id


@settings(max_examples=60, deadline=None)
@given(data=some.data(), junk=JUNK)
def test_any_value_in_any_place_is_survived(data: Any, junk: Any) -> None:
    files = good()
    name = data.draw(some.sampled_from([DEFINITION, PROPERTIES, "settings.json"]))
    document = json.loads(files[name])
    places = list(_places(document))
    holder, key = data.draw(some.sampled_from(places))
    holder[key] = junk
    for finding in check(Package(files | {name: json.dumps(document).encode()})):
        assert finding.line.isprintable()


def _places(value: Any) -> Any:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])
