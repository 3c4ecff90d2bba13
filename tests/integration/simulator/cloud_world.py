"""A Cloud API on a real socket, with somebody who calls it and somebody who takes its webhooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from tests.fakes.webhook_taker import WebhookTaker

from viesti.simulator.behaviour import Span
from viesti.simulator.whatsapp.run import CloudNumber, WhatsApp

NUMBER = CloudNumber()
PERSON = "358401234567"
AT_ONCE = Span()


class Clock:
    """A time of day that a test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **time: float) -> None:
        self.time += timedelta(**time)


class Caller:
    """Somebody with the token."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self._http, self._base = http, base

    async def __call__(
        self, method: str, path: str, token: str = NUMBER.token, **more: Any
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        async with self._http.request(
            method, f"{self._base}/v25.0/{path}", headers=headers, **more
        ) as answer:
            return answer.status, await answer.json()

    async def send(self, to: str, **message: Any) -> tuple[int, Any]:
        body = {"messaging_product": "whatsapp", "to": to, **message}
        return await self("POST", f"{NUMBER.phone_number_id}/messages", json=body)

    async def text(self, to: str, text: str, **more: Any) -> tuple[int, Any]:
        return await self.send(to, type="text", text={"body": text}, **more)

    async def template(self, to: str, name: str, *parameters: str, language: str = "fi") -> tuple[int, Any]:
        texts = [{"type": "text", "text": parameter} for parameter in parameters]
        components = [{"type": "body", "parameters": texts}] if texts else []
        template = {"name": name, "language": {"code": language}, "components": components}
        return await self.send(to, type="template", template=template)


class World:
    """A Cloud API, somebody who calls it and somebody who takes its webhooks."""

    def __init__(self, whatsapp: WhatsApp, call: Caller, hook: WebhookTaker, clock: Clock) -> None:
        self.whatsapp, self.call, self.hook, self.clock = whatsapp, call, hook, clock


CloudStarter = Callable[..., Awaitable[World]]


def code(answer: tuple[int, Any]) -> tuple[int, int]:
    """The HTTP status and Graph's code of a refusal."""
    return answer[0], answer[1]["error"]["code"]
