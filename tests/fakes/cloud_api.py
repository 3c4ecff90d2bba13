"""The Cloud API as the WhatsApp channel meets it, on a real socket, with answers that the test decides.

Rule: it keeps what came with the moment it came, so a test sees what was on the wire; the simulator, which
knows Meta's rules, is another thing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from tests.fakes.carrier import Changing
from tests.fakes.endpoint import Endpoint, Received, answer

Send = Callable[[dict[str, Any]], bytes | None]

PHONE, WABA, IDENTITY, TOKEN = "111222333", "444555666", "358401111111", "EAAtoken"
NUMBER = {"display_phone_number": "+358 40 1111111", "verified_name": "Viesti", "quality_rating": "GREEN"}
OPTIONS = {
    "phone_number_id": PHONE,
    "waba_id": WABA,
    "identity": IDENTITY,
    "token": TOKEN,
    "app_secret": "secret",
    "verify_token": "verify",
}


def as_json(status: str, body: object, **headers: str) -> bytes:
    """An answer with a JSON body."""
    return answer(status, json.dumps(body).encode(), Content_Type="application/json", **headers)


def error(code: int, status: str = "400 Bad Request", subcode: int = 0, **headers: str) -> bytes:
    """An error of the API's."""
    body = {"message": f"(#{code}) No", "code": code, "error_data": {"details": "why"}, "fbtrace_id": "T1"}
    return as_json(status, {"error": body | ({"error_subcode": subcode} if subcode else {})}, **headers)


class CloudApi(Changing):
    """`sends` are the messages that came, `moments` when; `send`, `look` and `upload` make answers (None
    is silence, b'' a closed connection)."""

    def __init__(self) -> None:
        super().__init__()
        self.sends: list[dict[str, Any]] = []
        self.moments: list[float] = []
        self.uploads: list[Received] = []
        self.looks: list[Received] = []
        self.send: Send = self.accept
        self.look: Callable[[], bytes | None] = lambda: as_json("200 OK", NUMBER)
        self.upload: Callable[[], bytes | None] = lambda: as_json("200 OK", {"id": f"up{len(self.uploads)}"})
        self.files: dict[str, Callable[[], bytes]] = {}  # answers by path, for who has the token
        self.endpoint = Endpoint(self._reply)

    async def __aenter__(self) -> CloudApi:
        await self.endpoint.__aenter__()
        return self

    async def __aexit__(self, *exception: Any) -> None:
        await self.endpoint.__aexit__(*exception)

    async def sent(self, count: int) -> list[dict[str, Any]]:
        """Returns once so many messages have come."""
        await self.until(lambda: len(self.sends) >= count)
        return self.sends

    def accept(self, body: dict[str, Any]) -> bytes:
        """Taken, with a wamid that holds who it was for."""
        to = body.get("to", body.get("recipient"))
        return as_json("200 OK", {"messages": [{"id": f"wamid.{to}.{len(self.sends)}"}]})

    def _reply(self, received: Received) -> bytes | None:
        method, path, _ = received.line.split(" ")
        if received.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(190, "401 Unauthorized")
        try:
            if method == "POST" and path == f"/v25.0/{PHONE}/messages":
                self.moments.append(asyncio.get_running_loop().time())
                self.sends.append(json.loads(received.body))
                return self.send(self.sends[-1])
            if method == "POST" and path == f"/v25.0/{PHONE}/media":
                self.uploads.append(received)
                return self.upload()
            if method == "GET" and path.startswith(f"/v25.0/{PHONE}?fields="):
                self.looks.append(received)
                return self.look()
            if method == "GET" and path in self.files:
                return self.files[path]()
            return error(100, "400 Bad Request", subcode=33)
        finally:
            self.changed()
