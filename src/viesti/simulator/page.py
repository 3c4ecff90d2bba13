"""The handset page and its JSON: look at phones, write as one, make trouble, read the ledger.

Rule: the page is a window on the running message centre and Cloud API, either of which may be absent, and
keeps nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from viesti.simulator.faults import FaultsBody, changed, shown
from viesti.simulator.handset import Shown as ShownText
from viesti.simulator.handset import Summary
from viesti.simulator.live import Live, Meter
from viesti.simulator.smsc import Smsc
from viesti.simulator.treatment import MAGIC
from viesti.simulator.web_json import answer, body_of, handset_number, problem
from viesti.simulator.whatsapp import show
from viesti.simulator.whatsapp.page import WhatsAppPage
from viesti.simulator.whatsapp.run import WhatsApp

PAGES = Path(__file__).parent / "pages"
LISTED = 100
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


def create_page(smsc: Smsc | None, whatsapp: WhatsApp | None, live: Live) -> Starlette:
    """The web application over a message centre, a Cloud API, or both."""
    page = _Page(smsc, whatsapp, live)
    routes: list[BaseRoute] = [
        Route("/", page.index),
        Route("/api/handsets", page.handsets),
        Route("/api/handsets/{number}", page.handset),
        Route("/api/state", page.state),
        Route("/api/events", page.events),
    ]
    if page.whatsapp is not None:
        routes += page.whatsapp.routes
    if smsc is not None:
        centre = _CentrePage(smsc, page)
        routes += [
            Route("/api/handsets/{number}/reply", centre.reply, methods=["POST"]),
            Route("/api/faults", centre.faults, methods=["POST"]),
            Route("/api/magic", centre.magic),
            Route("/ledger", centre.ledger),
            Route("/ledger/reset", centre.ledger_reset, methods=["POST"]),
        ]
    return Starlette(
        routes=[*routes, Mount("/", StaticFiles(directory=PAGES))],
        middleware=[Middleware(_SecurityHeaders)],
        exception_handlers={HTTPException: problem},
    )


class _Page:
    """What is the same whatever there is."""

    def __init__(self, smsc: Smsc | None, whatsapp: WhatsApp | None, live: Live) -> None:
        self._smsc, self._cloud = smsc, whatsapp
        self.whatsapp = WhatsAppPage(whatsapp) if whatsapp is not None else None
        self._live = live
        self._meter = Meter()

    async def index(self, _: Request) -> Response:
        return FileResponse(PAGES / "index.html")

    async def handsets(self, _: Request) -> Response:
        found: dict[str, Summary] = {}
        numbers: set[str] = set()
        if self._smsc is not None:
            handsets = self._smsc.centre.handsets
            found = {one.number: one for one in handsets.summaries(LISTED)}
            numbers |= set(handsets.numbers())
        if self._cloud is not None:
            numbers |= set(self._cloud.cloud.record.phones())
            for one in show.summaries(self._cloud, LISTED):
                found[one.number] = one if one.number not in found else found[one.number].joined(one)
        listed = sorted(found.values(), key=lambda one: one.at.timestamp() if one.at else 0.0, reverse=True)
        return answer({"total": len(numbers), "handsets": listed[:LISTED]})

    async def handset(self, request: Request) -> Response:
        number = request.path_params["number"]
        messages: list[ShownText | show.Shown] = []
        received = 0
        if self._smsc is not None:
            messages += self._smsc.centre.handsets.conversation(number)
            received += self._smsc.centre.handsets.received(number)
        if self._cloud is not None:
            messages += show.conversation(self._cloud, number)
            received += self._cloud.cloud.record.received(number)
        messages.sort(key=lambda message: message.at)
        parties = dict.fromkeys(message.party for message in reversed(messages) if message.party.isdecimal())
        whole: dict[str, Any] = {
            "number": number,
            "received": received,
            "parties": list(parties),
            "messages": messages,
        }
        if self._cloud is not None and number.isdecimal():
            whole["person"] = show.person(self._cloud, number)
        return answer(whole)

    async def state(self, _: Request) -> Response:
        return answer(self.current())

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
                yield _event("state", self.current())
                await asyncio.sleep(PAUSE)
                try:
                    async with asyncio.timeout(STATE_EVERY - PAUSE):
                        await watcher.stirred.wait()
                except TimeoutError:
                    continue
        finally:
            self._live.leave(watcher)

    def current(self) -> dict[str, Any]:
        """The state of all there is."""
        now: dict[str, Any] = {"taken": 0, "refused": 0}
        if self._smsc is not None:
            centre = self._smsc.centre
            now |= {
                "address": self._smsc.address,
                "sessions": self._smsc.sessions(),
                "taken": centre.counts.taken,
                "refused": centre.counts.refused,
                "receipts_pending": centre.mail.receipts_pending,
                "waiting": centre.mail.waiting(),
                "faults": shown(centre.behaviour),
            }
        if self._cloud is not None and self.whatsapp is not None:
            its = show.state(self._cloud)
            now |= {
                "whatsapp": its | {"faults": self.whatsapp.faults()},
                "taken": now["taken"] + its["taken"],
                "refused": now["refused"] + its["refused"],
            }
        total = now["taken"] + now["refused"]
        return now | {"rate": round(self._meter.rate(total, asyncio.get_running_loop().time()), 2)}


class _CentrePage:
    """What concerns the message centre alone."""

    def __init__(self, smsc: Smsc, page: _Page) -> None:
        self._smsc, self._centre, self._page = smsc, smsc.centre, page

    async def reply(self, request: Request) -> Response:
        number = handset_number(request)
        body = await body_of(request, ReplyBody)
        to = body.to.strip().removeprefix("+")
        if not 1 <= len(to) <= 20:
            raise HTTPException(400, "'to' must be a number or short code of 1 to 20 digits.")
        if not body.text:
            raise HTTPException(400, "'text' is empty.")
        reply = self._centre.reply(number, to, body.text)
        if isinstance(reply, str):
            raise HTTPException(409, reply)
        return answer({"to": reply.to, "parts": reply.parts_total, "state": reply.state}, 202)

    async def faults(self, request: Request) -> Response:
        body = await body_of(request, FaultsBody)
        behaviour = changed(self._centre.behaviour, body)
        if isinstance(behaviour, str):
            raise HTTPException(400, behaviour)
        self._centre.behaviour = behaviour
        if body.drop_links:
            self._smsc.drop_links()
        return answer(self._page.current())

    async def magic(self, _: Request) -> Response:
        endings = [{"ending": magic.ending, "meaning": magic.meaning} for magic in MAGIC]
        return answer({"on": self._centre.behaviour.magic, "endings": endings})

    async def ledger(self, _: Request) -> Response:
        ledger = self._centre.ledger
        if ledger is None:
            raise HTTPException(404, "The ledger is off. Start the simulator with a ledger pattern.")
        return answer(
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
        await body_of(request, _Nothing)
        if self._centre.ledger is not None:
            self._centre.ledger.reset()
        return answer({})


class _Nothing(msgspec.Struct):
    """A body that says nothing."""


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
