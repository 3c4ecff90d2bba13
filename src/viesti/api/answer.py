"""What goes back to a caller: an answer, and the one JSON shape of every error.

Rule: an error names what is wrong in a sentence, and the field when there is one; never how the server is
made.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

Headers = tuple[tuple[bytes, bytes], ...]

JSON = b"application/json"
NO_CONTENT = 204
_BODILESS = frozenset((NO_CONTENT, 304))
# Decimal as a JSON number, digit by digit: no float in between. Times are UTC and end in 'Z'.
_encoder = msgspec.json.Encoder(decimal_format="number")

# The `code` of each status that we answer with an error.
CODES: Mapping[int, str] = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    409: "conflict",
    413: "body_too_large",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}


class Answer(msgspec.Struct, frozen=True):
    """A whole response."""

    status: int
    body: bytes
    headers: Headers = ()
    content_type: bytes = JSON


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, by the name the caller used."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that is not served."""

    status: int
    message: str
    errors: tuple[FieldError, ...] = ()
    headers: Headers = ()


Render = Callable[[Refusal], Answer]
Handler = Callable[[Scope, Receive], Awaitable[Answer | Refusal]]


def encode(value: Any) -> bytes:
    """JSON of records, times and amounts."""
    return _encoder.encode(value)


def answer_json(value: Any, status: int = 200, headers: Headers = ()) -> Answer:
    """A JSON answer."""
    return Answer(status, encode(value), headers)


def error_members(refusal: Refusal) -> dict[str, Any]:
    """The members of an error's JSON."""
    return {
        "errorMessage": refusal.message,
        "message": refusal.message,
        "code": CODES.get(refusal.status, HTTPStatus(refusal.status).phrase.lower().replace(" ", "_")),
        "errors": [{"field": error.field, "message": error.message} for error in refusal.errors],
    }


def render_error(refusal: Refusal) -> Answer:
    """The error as most faces show it."""
    return answer_json(error_members(refusal), refusal.status, refusal.headers)


def sentences(errors: Iterable[FieldError]) -> str:
    """All problems in one line, for clients that show only one."""
    return " ".join(f"{error.field}: {error.message}" if error.field else error.message for error in errors)


async def send_answer(answer: Answer, send: Send, more_headers: Headers = ()) -> None:
    """Put an answer on the wire."""
    headers = [*answer.headers, *more_headers]
    if answer.status not in _BODILESS:  # which have no length (RFC 9110, 8.6)
        length = b"%d" % len(answer.body)
        headers[:0] = (b"content-type", answer.content_type), (b"content-length", length)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


class Endpoint:
    """A handler as an ASGI application, so that Starlette adds no request and response objects of its own."""

    def __init__(self, handler: Handler, render: Render = render_error) -> None:
        self._handler = handler
        self.render = render

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        outcome = await self._handler(scope, receive)
        await send_answer(self.render(outcome) if isinstance(outcome, Refusal) else outcome, send)
