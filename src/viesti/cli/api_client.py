"""Viesti's API as a program on the outside sees it: JSON over HTTP with a key and a secret.

Rule: it goes through the same door as every customer; nothing here knows the store.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from viesti.cli.wiring import Problem
from viesti.net.client import ClientOptions, HttpFailure, OutgoingClient

# Whoever uses this names the server himself, so it may be anywhere; answers may list many recipients.
OPTIONS = ClientOptions(allow_private=True, total_timeout=30.0, max_body=8 << 20)
NO_CONTENT = 204
NATIVE = "/viesti/v1"  # api/native; importing it takes longer than a call


@dataclass(frozen=True, slots=True)
class ApiClient:
    """Calls the API at `base` through a started `client`; raises Problem with what the API said."""

    client: OutgoingClient
    base: str
    key: str
    secret: str

    async def send(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """POST /sms/send; gives the SMS objects, one for each recipient."""
        sent: list[dict[str, Any]] = await self.call("POST", "/sms/send", body)
        return sent

    async def message(self, identifier: int) -> dict[str, Any]:
        """GetMessage: a message, or one recipient of it, and where it stands."""
        found: dict[str, Any] = await self.call("GET", f"{NATIVE}/messages/{identifier}")
        return found

    async def timeline(self, identifier: int) -> dict[str, Any]:
        """GetMessageTimeline: its history in steps."""
        found: dict[str, Any] = await self.call("GET", f"{NATIVE}/messages/{identifier}/timeline")
        return found

    async def inbound(self, limit: int) -> list[dict[str, Any]]:
        """ListInboundMessages: the newest messages from handsets, newest first."""
        found: list[dict[str, Any]] = (await self.call("GET", f"{NATIVE}/inbound?limit={limit}"))["messages"]
        return found

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One call; gives the JSON of a good answer."""
        basic = b64encode(f"{self.key}:{self.secret}".encode()).decode()
        return await call(self.client, method, self.base + path, {"Authorization": f"Basic {basic}"}, body)


async def call(
    client: OutgoingClient,
    method: str,
    url: str,
    credentials: Mapping[str, str],
    body: Mapping[str, Any] | None = None,
) -> Any:
    """One call with these headers; gives the JSON of a good answer, None of one without. Raises Problem with
    what the API said."""
    headers, octets = dict(credentials), b""
    if body is not None:
        headers["Content-Type"] = "application/json"
        octets = msgspec.json.encode(body)
    answer = await client.request(method, url, headers, octets)
    if isinstance(answer, HttpFailure):
        why = f"{answer.kind.value}: {answer.detail}"
        raise Problem(f"The API at {_base(url)} gave no answer ({why}); does it run there?")
    if answer.status == NO_CONTENT:
        return None
    try:
        said = msgspec.json.decode(answer.body)
    except msgspec.DecodeError as error:
        raise Problem(f"What answered at {_base(url)} with status {answer.status} is not Viesti.") from error
    if answer.status >= 300:
        sentence = said.get("message") if isinstance(said, dict) else None
        raise Problem(f"The API answered {answer.status}: {sentence or 'no reason given'}")
    return said


def _base(url: str) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))
