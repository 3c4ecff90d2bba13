"""Sends messages to one recipient each, one at a time, at an interval: what one caller among a crowd sees.

Rule: the next one is sent when its time has come and the one before it is answered; a number counts as
accepted only when its 200 was read whole.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections import Counter
from typing import Any

from bench.agent import Commands, serve
from bench.ledger import DIGITS

LENGTH = b"content-length:"


class Caller:
    """One customer's kept connection."""

    def __init__(self, port: int, key: str, secret: str) -> None:
        self._port = port
        credentials = base64.b64encode(f"{key}:{secret}".encode()).decode()
        self._head = (
            f"POST /sms/send HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Basic {credentials}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, number: int) -> int:
        """Send to this number; gives the status of the answer, 0 for none."""
        written = f"{number:0{DIGITS}}"
        body = json.dumps({"From": "Bench", "To": f"+35840{written}", "Message": f"Now! #{written}"})
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            writer.write(f"{self._head}{len(body)}\r\n\r\n{body}".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(LENGTH))
            await reader.readexactly(int(length[len(LENGTH) :]))
            return int(head[9:12])
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            return 0

    def close(self) -> None:
        """End the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Singles:
    """One run: the customers take turns, number by number."""

    def __init__(self, callers: list[Caller], first: int, count: int, interval: float) -> None:
        self._callers = callers
        self._first, self._count, self._interval = first, count, interval
        self.sent_at: dict[int, float] = {}
        self.answered_at: dict[int, float] = {}
        self.absent: list[int] = []
        self.statuses: Counter[int] = Counter()
        self.stopping = False

    async def run(self) -> None:
        """Send them all, or until `stopping`; what is under way then is still waited for."""
        due = time.monotonic()
        for number in range(self._first, self._first + self._count):
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if self.stopping:
                return
            due = max(due + self._interval, time.monotonic())
            self.sent_at[number] = time.monotonic()
            status = await self._callers[number % len(self._callers)].send(number)
            self.statuses[status] += 1
            if status == 200:
                self.answered_at[number] = time.monotonic()
            else:
                self.absent.append(number)


async def begin() -> tuple[dict[str, Any], Commands]:
    running: list[tuple[Singles, list[Caller], asyncio.Task[None]]] = []

    async def start(
        port: int, clients: list[tuple[str, str]], first: int, interval: float, count: int = 1 << 20
    ) -> None:
        callers = [Caller(port, key, secret) for key, secret in clients]
        singles = Singles(callers, first, count, interval)
        running.append((singles, callers, asyncio.create_task(singles.run())))

    async def finish(stop: bool = False) -> dict[str, Any]:
        """Wait until all are sent, or send no more."""
        singles, callers, task = running.pop()
        singles.stopping = stop
        await task
        for caller in callers:
            caller.close()
        return {
            "sent_at": singles.sent_at,
            "answered_at": singles.answered_at,
            "absent": singles.absent,
            "statuses": dict(singles.statuses),
        }

    return {}, {"start": start, "finish": finish}


if __name__ == "__main__":
    serve(begin)
