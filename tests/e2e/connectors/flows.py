"""Flows whose triggers are called: a platform's callback addresses, and what comes there.

Rule: it answers as Logic Apps does, and reads no body; that is for the client, by the definition.
"""

from __future__ import annotations

import asyncio
from itertools import count

from tests.fakes.endpoint import Endpoint, Received, answer

PATIENCE = 20.0
QUERY = "api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=aB-_%2B0"


class Flow:
    """A flow: the URL it is called at, and the bodies it was called with."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bodies: list[bytes] = []
        self._came = asyncio.Event()

    def take(self, received: Received) -> None:
        self.bodies.append(received.body)
        self._came.set()

    def about(self, whom: str) -> list[bytes]:
        """Those of the bodies that name somebody."""
        return [body for body in self.bodies if whom.encode() in body]

    async def called(self, whom: str, times: int = 1) -> bytes:
        """Wait until it was called so often about somebody; gives the last of these bodies."""
        async with asyncio.timeout(PATIENCE):
            while len(self.about(whom)) < times:
                self._came.clear()
                await self._came.wait()
        return self.about(whom)[times - 1]


class Flows:
    """All flows of a platform, at one endpoint. Start it with `async with`."""

    def __init__(self) -> None:
        self._flows: dict[str, Flow] = {}
        self._numbers = count(1)
        self._endpoint = Endpoint(self._reply)

    async def __aenter__(self) -> Flows:
        await self._endpoint.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._endpoint.__aexit__(None, None, None)

    def make(self) -> Flow:
        """A new flow."""
        target = f"/workflows/{next(self._numbers)}/triggers/manual/paths/invoke?{QUERY}"
        self._flows[target] = Flow(self._endpoint.url + target)
        return self._flows[target]

    def _reply(self, received: Received) -> bytes:
        method, target, _ = received.line.split(" ")
        if method != "POST" or target not in self._flows:
            return answer("404 Not Found", b'{"error":{"code":"WorkflowNotFound"}}')
        self._flows[target].take(received)
        return answer("202 Accepted", x_ms_workflow_run_id="08585")
