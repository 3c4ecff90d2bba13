"""Reads request bodies: no larger than allowed, no longer than allowed, and as JSON whatever they call
themselves.

Rule: nothing past the limit is kept, and what is wrong with a body is said by its place in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from dataclasses import dataclass
from types import coroutine
from typing import Any, TypeVar

import msgspec
from starlette.types import Receive

from viesti.api.answer import Refusal

_T = TypeVar("_T")

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ClientGone(Exception):  # noqa: N818  nobody is left to be answered
    """The caller hung up before his request was whole."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How much is read, and for how long."""

    octets: int = 16 << 20
    seconds: float = 30.0


async def read_body(receive: Receive, declared: bytes | None, limits: BodyLimits) -> bytes | Refusal:
    """The whole body. `declared`: the Content-Length header. Raises `ClientGone`."""
    if declared is not None and declared.isdigit() and (len(declared) > 18 or int(declared) > limits.octets):
        return _too_large(limits)
    reading = _read(receive, limits)
    try:
        # To its first wait. Most bodies are here already, and a timer costs more than all else here.
        waits_for = reading.send(None)
    except StopIteration as done:
        whole: bytes | Refusal = done.value
        return whole
    try:
        async with asyncio.timeout(limits.seconds):
            return await _go_on(reading, waits_for)
    except TimeoutError:
        return Refusal(408, f"The body did not arrive within {limits.seconds:g} seconds.")


@coroutine
def _go_on(started: Coroutine[Any, Any, _T], waits_for: Any) -> Generator[Any, Any, _T]:
    """The rest of a coroutine that has been run to its first wait."""
    try:
        yield waits_for
    except BaseException:
        started.close()
        raise
    return (yield from started.__await__())


async def _read(receive: Receive, limits: BodyLimits) -> bytes | Refusal:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limits.octets:
            return _too_large(limits)
        if not message.get("more_body", False):
            return b"".join((*chunks, chunk)) if chunks else chunk
        chunks.append(chunk)


def parse_object(body: bytes) -> dict[str, Any] | Refusal:
    """The JSON object a body holds. Whatever else it is, the refusal says where it goes wrong."""
    if body.startswith(_BYTE_ORDER_MARK):
        body = body[len(_BYTE_ORDER_MARK) :]
    if not body.strip():
        return Refusal(400, "The body is empty; a JSON object is expected.")
    try:
        value = msgspec.json.decode(body)
    except UnicodeDecodeError as error:
        return Refusal(400, f"The body is not UTF-8: {error.reason}.")
    except msgspec.DecodeError as error:
        return Refusal(400, f"The body is not JSON: {error}.")
    except RecursionError:
        return Refusal(400, "The body is nested too deeply.")
    if not isinstance(value, dict):
        return Refusal(400, "The body is JSON, but not an object.")
    return value


def _too_large(limits: BodyLimits) -> Refusal:
    return Refusal(
        413, f"The body is larger than {limits.octets} octets.", headers=((b"connection", b"close"),)
    )
