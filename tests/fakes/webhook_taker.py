"""A place that Meta's webhooks go to: verified, kept, answered as a test wants."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any

from aiohttp import web

PATIENCE = 10.0


class WebhookTaker:
    """An HTTP server that takes webhooks; `url` is what to subscribe. `answers` are given first, then 200."""

    def __init__(self, verify_token: str, app_secret: str) -> None:
        self.verify_token, self.app_secret = verify_token, app_secret
        self.bodies: list[dict[str, Any]] = []  # those answered 200
        self.octets: list[bytes] = []
        self.answers: list[int] = []
        self.forged = 0  # with a signature that does not fit
        self.url = ""
        self._came = asyncio.Event()

    async def __aenter__(self) -> WebhookTaker:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_get("/hook", self._verify)
        app.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def values(self) -> list[dict[str, Any]]:
        """The value of every change, in the order of arrival."""
        return [
            change["value"] for body in self.bodies for entry in body["entry"] for change in entry["changes"]
        ]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What people wrote."""
        return [message for value in self.values for message in value.get("messages", ())]

    @property
    def statuses(self) -> list[dict[str, Any]]:
        """What became of messages."""
        return [status for value in self.values for status in value.get("statuses", ())]

    async def until(self, found: Callable[[], Any]) -> Any:
        """Wait until `found()` is true, looking after each webhook; gives it."""
        async with asyncio.timeout(PATIENCE):
            while not (value := found()):
                self._came.clear()
                await self._came.wait()
        return value

    async def _verify(self, request: web.Request) -> web.Response:
        asked = request.query
        if (asked.get("hub.mode"), asked.get("hub.verify_token")) != ("subscribe", self.verify_token):
            return web.Response(status=403)
        return web.Response(text=asked["hub.challenge"])

    async def _take(self, request: web.Request) -> web.Response:
        octets = await request.read()
        digest = hmac.new(self.app_secret.encode(), octets, hashlib.sha256).hexdigest()
        if request.headers.get("X-Hub-Signature-256") != f"sha256={digest}":
            self.forged += 1
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.octets.append(octets)
            self.bodies.append(json.loads(octets))
        self._came.set()
        return web.Response(status=status)
