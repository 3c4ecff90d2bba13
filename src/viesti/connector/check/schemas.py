"""What the importer's two JSON schemas and a validator of OpenAPI 2.0 find.

`data/*.schema.json` hold the facts of the published schemas (names, types, choices) without their texts, and
with what they leave out although importers take it: scriptOperations, connectionParameterSets and a redirect
URL of the connector's own. Rule: each finding is at the innermost place that explains it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from viesti.connector.check.node import Fault, escaped
from viesti.connector.check.package import PROPERTIES, Package
from viesti.connector.check.references import references_astray
from viesti.connector.check.rule import Rule

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

# By these members the branches of a choice are told apart.
_TELLING = frozenset(("in", "type", "flow", "templateId", "identityProvider", "$ref"))
_LONGEST_VALUE = 60


@cache
def _validator(name: str) -> Validator:
    from jsonschema import Draft4Validator, Draft7Validator

    schema = json.loads(files("viesti.connector.check").joinpath("data", name).read_text(encoding="utf-8"))
    draft = Draft4Validator if "draft-04" in schema["$schema"] else Draft7Validator
    made: Validator = draft(schema)
    return made


@lru_cache(maxsize=4)
def definition_schema(package: Package) -> tuple[Fault, ...]:
    return tuple(_faults(_validator("definition.schema.json").iter_errors(package.definition.value)))


def properties_schema(package: Package) -> Iterator[Fault]:
    whole = package.document(PROPERTIES).value
    return _faults(_validator("properties.schema.json").iter_errors(whole))


def openapi(package: Package) -> Iterator[Fault]:
    """What is left to the validator of OpenAPI 2.0. It asks for a document of the right structure whose
    references lead somewhere; what has rules of ours, which say the place, is not said again."""
    from openapi_spec_validator import OpenAPIV2SpecValidator
    from openapi_spec_validator.validation.exceptions import (
        DuplicateOperationIDError,
        ParameterDuplicateError,
        UnresolvableParameterError,
    )

    ours = (DuplicateOperationIDError, ParameterDuplicateError, UnresolvableParameterError)
    if definition_schema(package) or any(references_astray(package)):
        return
    try:
        for error in OpenAPIV2SpecValidator(package.definition.value).iter_errors():
            default = not error.absolute_path and error.validator in ("type", "enum")
            if not (isinstance(error, ours) or default):
                yield _fault(_innermost(error))
    except Exception as error:  # the validator's own
        yield Fault("", f"the validator gives up: {_short(str(error))}.")


def _faults(errors: Iterable[ValidationError]) -> Iterator[Fault]:
    told: set[str] = set()
    for error in errors:
        inner = _innermost(error)
        if inner.validator == "oneOf" and _pointer(inner) in told:
            continue  # no branch fits what is wrong by itself
        told.add(_pointer(inner))
        if inner.validator == "additionalProperties" and isinstance(inner.instance, dict):
            yield from _unknown_members(inner)
        else:
            yield _fault(inner)


def _innermost(error: ValidationError) -> ValidationError:
    """Of a choice none of whose branches fits, the error in the branch that was meant."""
    while error.context:
        branches: dict[object, list[ValidationError]] = {}
        for each in error.context:
            branches.setdefault(each.schema_path[0] if each.schema_path else 0, []).append(each)
        meant = min(branches.values(), key=_distance)
        error = max(meant, key=lambda each: len(each.absolute_path))
    return error


def _distance(errors: Sequence[ValidationError]) -> tuple[bool, int, int]:
    """How far a branch is from what is written: another kind of thing first of all."""
    other = any(
        len(e.path) == 1 and e.path[0] in _TELLING and e.validator in ("enum", "type") for e in errors
    )
    lacks = sum(e.validator == "required" for e in errors)
    unknown = sum(len(_extra(e)) for e in errors)
    return other, lacks * 2 + unknown, len(errors)


def _extra(error: ValidationError) -> list[str]:
    if error.validator != "additionalProperties" or not isinstance(error.instance, dict):
        return []
    import re

    schema: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    patterns = schema.get("patternProperties", {})
    return [
        name
        for name in error.instance
        if name not in schema.get("properties", {}) and not any(re.search(p, name) for p in patterns)
    ]


def _unknown_members(error: ValidationError) -> Iterator[Fault]:
    for name in _extra(error):
        yield Fault(f"{_pointer(error)}/{escaped(name)}", f"`{name}` is not known here.")


def _fault(error: ValidationError) -> Fault:
    return Fault(_pointer(error), f"{_short(error.message)}.")


def _pointer(error: ValidationError) -> str:
    return "".join(f"/{escaped(str(step))}" for step in error.absolute_path)


def _short(message: str) -> str:
    """A message whose values are long is cut in the middle; its end says what is wrong."""
    message = " ".join(message.split()).rstrip(".")
    return message if len(message) <= 3 * _LONGEST_VALUE else f"{message[:60]}...{message[-100:]}"


RULES = (
    Rule(
        "definition-schema",
        "The definition is built as importers expect it (their JSON schema).",
        "Write it as OpenAPI 2.0 and its x-ms- extensions have it.",
        definition_schema,
    ),
    Rule(
        "openapi",
        "The definition is valid OpenAPI 2.0.",
        "Mend it by the specification.",
        openapi,
    ),
)
PROPERTIES_RULES = (
    Rule(
        "properties-schema",
        "The properties are built as importers expect them (their JSON schema).",
        "Write them as the schema of apiProperties.json has it.",
        properties_schema,
    ),
)
