"""Makes requests over kept connections: so many a second, or as fast as can be. Presses short links, as
browsers would.

Rule: a visit's time runs from the moment it was due, not from when a connection was free, so that a server
that falls behind shows it. A visit counts when its answer, which has no body, was read whole.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, cast

from bench.agent import Commands, serve
from bench.generator import percentile

AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
END = b"\r\n\r\n"  # of an answer without a body


class Visits:
    """One run of what `request(n)` gives for the n-th visit; `most` of them, if that is said."""

    def __init__(
        self, request: Callable[[int], bytes], connections: int, until: float, most: int | None = None
    ) -> None:
        self._request = request
        self._until = until
        self._most = most
        self._waiting: deque[float] = deque()  # when those were due that wait for a connection
        self._idle: list[Visitor] = []
        self._connections = connections
        self._last_sent = False
        self._over = asyncio.Event()
        self.closed_loop = False
        self.sent = 0
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()

    async def run(self, port: int, rate: float) -> None:
        """So many a second, or with a rate of 0 as fast as they are answered."""
        loop = asyncio.get_running_loop()
        self.closed_loop = not rate
        making = (
            loop.create_connection(lambda: Visitor(self), "127.0.0.1", port) for _ in range(self._connections)
        )
        visitors = [visitor for _, visitor in await asyncio.gather(*making)]
        self._idle = list(visitors)
        began = due = time.monotonic()
        if self.closed_loop:
            for visitor in visitors:
                self.free(visitor)
            if self._most is None:
                await asyncio.sleep(self._until - began)
        else:
            while due < self._until and not self._all_sent(len(self._waiting)):
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                self._waiting.append(due)
                self._next()
                due += 1 / rate
        self._last_sent = True
        self._tell_when_over()
        await self._over.wait()
        for visitor in visitors:
            visitor.close()

    def free(self, visitor: Visitor) -> None:
        """A visitor has nothing to do."""
        self._tell_when_over()
        if not self.closed_loop:
            self._idle.append(visitor)
        elif time.monotonic() < self._until and not self._all_sent():
            self._send(visitor, time.monotonic())
            return
        self._next()

    def lost(self) -> None:
        """A connection broke over a visit."""
        self.statuses[0] += 1
        self._tell_when_over()

    def _all_sent(self, waiting: int = 0) -> bool:
        return self._most is not None and self.sent + waiting >= self._most

    def _tell_when_over(self) -> None:
        if self._last_sent and len(self.latencies) + self.statuses[0] >= self.sent and not self._waiting:
            self._over.set()

    def _next(self) -> None:
        while self._waiting and self._idle:
            self._send(self._idle.pop(), self._waiting.popleft())

    def _send(self, visitor: Visitor, due: float) -> None:
        visitor.send(self._request(self.sent), due)
        self.sent += 1


class Visitor(asyncio.Protocol):
    """A connection."""

    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        self._transport: asyncio.Transport | None = None
        self._due = 0.0
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def connection_lost(self, _error: Exception | None) -> None:
        if self._due:
            self._visits.lost()

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()

    def send(self, head: bytes, due: float) -> None:
        """Press a link."""
        assert self._transport is not None
        self._due = due
        self._transport.write(head)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._buffer.endswith(END):
            return
        self._visits.statuses[int(self._buffer[9:12])] += 1
        self._visits.latencies.append(time.monotonic() - self._due)
        self._due, self._buffer = 0.0, b""
        self._visits.free(self)


def told(visits: Visits, began: float) -> dict[str, Any]:
    """What came of a run that is over."""
    ordered = sorted(visits.latencies)
    return {
        "sent": visits.sent,
        "began": began,
        "seconds": time.monotonic() - began,
        "statuses": dict(visits.statuses),
        "p50": percentile(ordered, 0.50),
        "p99": percentile(ordered, 0.99),
        "max": ordered[-1] if ordered else 0.0,
    }


async def begin() -> tuple[dict[str, Any], Commands]:
    async def visit(
        port: int, paths: list[str], seconds: float, rate: float = 0.0, connections: int = 32
    ) -> dict[str, Any]:
        """These paths, again from the first when there are more visits than paths."""
        heads = [
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: {AGENT}\r\n"
            "Accept: text/html,*/*;q=0.8\r\nAccept-Language: fi\r\n\r\n".encode()
            for path in paths
        ]
        began = time.monotonic()
        visits = Visits(lambda n: heads[n % len(heads)], connections, began + seconds)
        await visits.run(port, rate)
        return told(visits, began)

    return {}, {"visit": visit}


if __name__ == "__main__":
    serve(begin)
