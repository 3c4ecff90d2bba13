"""JSON in and out of the handset page.

Rule: changes are taken as JSON (or a file's own type) only, which a form on a stranger's page can't send.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

MAX_BODY = 64 * 1024
Shape = TypeVar("Shape")


async def octets_of(request: Request, most: int = MAX_BODY) -> bytes:
    """The whole body. Raises HTTPException when it is longer than `most`."""
    octets = bytearray()
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > most:
            raise HTTPException(413, f"The body is longer than {most} octets.")
    return bytes(octets)


async def body_of(request: Request, shape: type[Shape]) -> Shape:
    """The JSON body as a `shape`. Raises HTTPException with one sentence when it is not one."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "Send a JSON body with Content-Type: application/json.")
    try:
        return msgspec.json.decode(await octets_of(request) or b"{}", type=shape)
    except msgspec.DecodeError as problem:
        raise HTTPException(400, f"{problem}.") from None


def answer(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


async def problem(_: Request, problem: Exception) -> Response:
    """The answer to an HTTPException."""
    assert isinstance(problem, HTTPException)
    return answer({"message": problem.detail}, problem.status_code)


def handset_number(request: Request) -> str:
    """The number in the path. Raises HTTPException when it can't be a handset's."""
    number = str(request.path_params["number"])
    if not number.isdecimal() or not 1 <= len(number) <= 20:
        raise HTTPException(400, "The handset's number must be 1 to 20 digits.")
    return number
