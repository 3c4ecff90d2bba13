"""What the calls of the Cloud API have in common: whose they are, their bodies, and the answers' form.

Rule: a body that can't be read is a Problem, never an exception.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.simulator.whatsapp.problem import Problem

MAX_JSON = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """One call, told apart: the object, the edge after it, and the number its token is of."""

    request: Request
    method: str
    object: str
    edge: str
    number: CloudNumber


def render(value: Any, status: int = 200) -> Response:
    """A JSON answer, in ASCII as Graph writes it."""
    octets = json.dumps(value, separators=(",", ":")).encode("ascii")
    return Response(octets, status, media_type="application/json")


def chosen(node: dict[str, Any], fields: str | None) -> dict[str, Any]:
    """The members that were asked for; the id always."""
    if not fields:
        return node
    wanted = {field.strip() for field in fields.split(",")} | {"id"}
    return {name: value for name, value in node.items() if name in wanted}


async def octets_of(request: Request, most: int) -> bytes | Problem:
    """The whole body; a Problem when it is longer than `most`."""
    octets = bytearray()
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > most:
            return Problem(100, f"The body is longer than {most} octets.")
    return bytes(octets)


async def json_of(request: Request) -> Any:
    """The members of a body; a Problem when it is no JSON object."""
    octets = await octets_of(request, MAX_JSON)
    if isinstance(octets, Problem):
        return octets
    try:
        body = json.loads(octets or b"{}")
    except ValueError:
        return Problem(100, "The body is no JSON.")
    return body if isinstance(body, dict) else Problem(100, "The body must be a JSON object.")
