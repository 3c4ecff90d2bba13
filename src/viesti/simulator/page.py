"""The handset page and its JSON: look at phones, write as one, make trouble, read the ledger.

Rule: the page is a window on the running message centre and keeps nothing. Changes are taken as JSON only,
which a form on a stranger's page can't send.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from viesti.simulator.faults import FaultsBody, changed, shown
from viesti.simulator.live import Live, Meter
from viesti.simulator.smsc import Smsc
from viesti.simulator.treatment import MAGIC

PAGES = Path(__file__).parent / "pages"
LISTED = 100
MAX_BODY = 64 * 1024
STATE_EVERY = 1.0  # seconds between state events when nothing happens
PAUSE = 0.25  # seconds a stream gathers changes before it tells more
SECURITY_HEADERS = {
    b"content-security-policy": b"default-src 'self'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
}


class ReplyBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a handset writes."""

    to: str
    text: str


Shape = TypeVar("Shape")


def create_page(smsc: Smsc, live: Live) -> Starlette:
    """The web application over a message centre."""
    page = _Page(smsc, live)
    routes = [
        Route("/", page.index),
        Route("/api/handsets", page.handsets),
        Route("/api/handsets/{number}", page.handset),
        Route("/api/handsets/{number}/reply", page.reply, methods=["POST"]),
        Route("/api/state", page.state),
        Route("/api/faults", page.faults, methods=["POST"]),
        Route("/api/magic", page.magic),
        Route("/api/events", page.events),
        Route("/ledger", page.ledger),
        Route("/ledger/reset", page.ledger_reset, methods=["POST"]),
        Mount("/", StaticFiles(directory=PAGES)),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(_SecurityHeaders)],
        exception_handlers={HTTPException: _problem},
    )


class _Page:
    def __init__(self, smsc: Smsc, live: Live) -> None:
        self._smsc = smsc
        self._centre = smsc.centre
        self._live = live
        self._meter = Meter()

    async def index(self, _: Request) -> Response:
        return FileResponse(PAGES / "index.html")

    async def handsets(self, _: Request) -> Response:
        handsets = self._centre.handsets
        return _json({"total": len(handsets), "handsets": handsets.summaries(LISTED)})

    async def handset(self, request: Request) -> Response:
        number = request.path_params["number"]
        messages = self._centre.handsets.conversation(number)
        parties = dict.fromkeys(message.party for message in reversed(messages) if message.party.isdecimal())
        return _json(
            {
                "number": number,
                "received": self._centre.handsets.received(number),
                "parties": list(parties),
                "messages": messages,
            }
        )

    async def reply(self, request: Request) -> Response:
        number = request.path_params["number"]
        body = await _body(request, ReplyBody)
        to = body.to.strip().removeprefix("+")
        if not number.isdecimal() or not 1 <= len(number) <= 20:
            raise HTTPException(400, "The handset's number must be 1 to 20 digits.")
        if not 1 <= len(to) <= 20:
            raise HTTPException(400, "'to' must be a number or short code of 1 to 20 digits.")
        if not body.text:
            raise HTTPException(400, "'text' is empty.")
        reply = self._centre.reply(number, to, body.text)
        if isinstance(reply, str):
            raise HTTPException(409, reply)
        return _json({"to": reply.to, "parts": reply.parts_total, "state": reply.state}, 202)

    async def state(self, _: Request) -> Response:
        return _json(self._state())

    async def faults(self, request: Request) -> Response:
        body = await _body(request, FaultsBody)
        behaviour = changed(self._centre.behaviour, body)
        if isinstance(behaviour, str):
            raise HTTPException(400, behaviour)
        self._centre.behaviour = behaviour
        if body.drop_links:
            self._smsc.drop_links()
        return _json(self._state())

    async def magic(self, _: Request) -> Response:
        endings = [{"ending": magic.ending, "meaning": magic.meaning} for magic in MAGIC]
        return _json({"on": self._centre.behaviour.magic, "endings": endings})

    async def ledger(self, _: Request) -> Response:
        ledger = self._centre.ledger
        if ledger is None:
            raise HTTPException(404, "The ledger is off. Start the simulator with a ledger pattern.")
        return _json(
            {
                "total": ledger.total,
                "refused": ledger.refused,
                "distinct": len(ledger.keys()),
                "doubled": ledger.doubled(),
                "entries": [
                    [entry.source, entry.destination, entry.key, count]
                    for entry, count in ledger.entries().items()
                ],
            }
        )

    async def ledger_reset(self, request: Request) -> Response:
        await _body(request, _Nothing)
        if self._centre.ledger is not None:
            self._centre.ledger.reset()
        return _json({})

    async def events(self, _: Request) -> Response:
        headers = {"X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers=headers)

    async def _stream(self) -> AsyncIterator[bytes]:
        watcher = self._live.watch()
        try:
            while not self._live.closed:
                numbers = watcher.take()
                if numbers is None or numbers:
                    yield _event("changed", {"numbers": numbers})
                yield _event("state", self._state())
                await asyncio.sleep(PAUSE)
                try:
                    async with asyncio.timeout(STATE_EVERY - PAUSE):
                        await watcher.stirred.wait()
                except TimeoutError:
                    continue
        finally:
            self._live.leave(watcher)

    def _state(self) -> dict[str, Any]:
        counts, behaviour = self._centre.counts, self._centre.behaviour
        now = asyncio.get_running_loop().time()
        return {
            "address": self._smsc.address,
            "sessions": self._smsc.sessions(),
            "rate": round(self._meter.rate(counts.taken + counts.refused, now), 2),
            "taken": counts.taken,
            "refused": counts.refused,
            "receipts_pending": self._centre.mail.receipts_pending,
            "waiting": self._centre.mail.waiting(),
            "faults": shown(behaviour),
        }


class _Nothing(msgspec.Struct):
    """A body that says nothing."""


async def _body(request: Request, shape: type[Shape]) -> Shape:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "Send a JSON body with Content-Type: application/json.")
    octets = b""
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > MAX_BODY:
            raise HTTPException(413, f"The body is longer than {MAX_BODY} octets.")
    try:
        return msgspec.json.decode(octets or b"{}", type=shape)
    except msgspec.DecodeError as problem:
        raise HTTPException(400, f"{problem}.") from None


async def _problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    return _json({"message": problem.detail}, problem.status_code)


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def _event(name: str, value: Any) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(value))


class _SecurityHeaders:
    """Adds SECURITY_HEADERS; plain ASGI, because streams must pass unbuffered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *SECURITY_HEADERS.items()]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
