"""How generated calls are run and judged, for each face that has a document.

Rule: the same calls in every run, and what an answer must hold to is the same for all faces.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import negative_data_rejection, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.contract.bend import Call

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
_APART = {
    204: [content_type_conformance],  # it has no body
    413: [negative_data_rejection],  # it is refused, too, though not for what is bad in it
}


def judge(case: Case, answer: Any) -> None:
    """Hold the answer against the document that the call was made from."""
    apart = _APART.get(answer.status_code, [])
    case.validate_response(answer, checks=_CHECKS, excluded_checks=apart)


async def aside(function: Callable[[], None], examples: int) -> None:
    """Run what waits for answers beside the loop that gives them, with so many examples."""
    bounded = settings(
        max_examples=examples, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    await asyncio.to_thread(bounded(function))


def ids(call: Call, *places: str) -> dict[str, Any]:
    """The parameters of a good call in these places (path, header), as schemathesis takes them."""
    names = {"path": "path_parameters", "header": "headers"}
    found: dict[str, dict[str, str]] = {}
    for place, value in call.parameters.items():
        where, _, name = place.partition(" ")
        if where in places:
            found.setdefault(names[where], {})[name] = value
    return dict(found)
