"""The customer's end of the demo: a small web server that takes delivery reports and inbound messages.

Rule: it does what a real receiver should: it answers at once, and believes nothing that is not signed.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from viesti.api.serve import listen, serve_api
from viesti.protocols.webhook.signature import ID, SIGNATURE, TIMESTAMP, SignatureCheck, secret_key, verify

HOST = "127.0.0.1"
SIGNED_IN = "/signed-in"  # where people come back to who signed in for the demo's connector
KEPT = 200  # calls that are remembered

# What anybody may write into an address is shown as text, and kept by no browser.
_OWN = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Call:
    """A callback as it came. `values`: its query for a report, its `data` for an inbound message."""

    at: datetime
    method: str
    path: str
    query: str
    values: dict[str, Any]
    signed: bool


class _Envelope(msgspec.Struct):
    data: dict[str, Any]


class Receiver:
    """Keeps what it was called with; `heard` is told each call."""

    def __init__(
        self, callback_secret: str, exchange: Callable[[str], str], now: Callable[[], datetime]
    ) -> None:
        """`exchange(code)`: how the code of somebody who signed in becomes a token."""
        self._exchange = exchange
        self._key = secret_key(callback_secret)
        self._now = now
        self.calls: deque[Call] = deque(maxlen=KEPT)
        self.heard: Callable[[Call], None] = lambda _: None

    @asynccontextmanager
    async def serving(self, port: int) -> AsyncIterator[None]:
        """Serve on this machine while the block runs. Raises `PortTaken`."""
        app = Starlette(
            routes=[
                Route("/", self._list),
                Route(SIGNED_IN, self._signed_in),
                Route("/{path:path}", self._take, methods=["GET", "POST"]),
            ]
        )
        stop = asyncio.Event()
        listening: socket.socket = listen(HOST, port)
        server = asyncio.create_task(serve_api(app, listening, stop, drain_seconds=1), name="receiver")
        try:
            yield
        finally:
            stop.set()
            await server

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        query = request.url.query
        values: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
        if request.method == "POST":
            try:
                values = msgspec.json.decode(body, type=_Envelope).data
            except msgspec.DecodeError:
                return PlainTextResponse("This is no event.\n", 400)
        call = Call(
            self._now(),
            request.method,
            "/" + request.path_params["path"],
            query,
            values,
            self._signed(request, body),
        )
        self.calls.append(call)
        self.heard(call)
        return PlainTextResponse("OK\n")

    def _signed(self, request: Request, body: bytes) -> bool:
        identifier, timestamp, signature = (
            request.headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE)
        )
        now = int(self._now().timestamp())
        found = verify([self._key], identifier, timestamp, signature, body, now)
        return found is SignatureCheck.GENUINE

    async def _signed_in(self, request: Request) -> Response:
        code = request.query_params.get("code")
        if code is None:
            why = request.query_params.get("error_description") or request.query_params.get("error")
            return PlainTextResponse(f"No code came back: {why or 'nobody has signed in'}.\n", headers=_OWN)
        told = (
            f"This is the code the connector would get: {code}\n\n"
            f"Within two minutes it changes it for tokens:\n\n{self._exchange(code)}\n"
        )
        return PlainTextResponse(told, headers=_OWN)

    async def _list(self, _: Request) -> Response:
        return PlainTextResponse("".join(map(_line, reversed(self.calls))) or "Nothing has come yet.\n")


def _line(call: Call) -> str:
    signed = "signed" if call.signed else "unsigned"
    told = call.query if call.method == "GET" else msgspec.json.encode(call.values).decode()
    return f"{call.at:%H:%M:%S} {call.method} {call.path} {signed} {told}\n"
