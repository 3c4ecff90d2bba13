"""Sends messages over kept connections, each request as soon as the one before it is answered.

Rule: every request carries its own sequence number, and a number counts as accepted only when its 200 was
read whole.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections import Counter
from itertools import count
from math import ceil
from typing import Any, cast

from bench.agent import Commands, serve
from bench.ledger import DIGITS

LENGTH = b"content-length: "
MARK = "@" * DIGITS


class Load:
    """One run: what to send, and what came of it."""

    def __init__(
        self, head: bytes, body: bytes, first: int, count: int | None, until: float, per_request: int
    ) -> None:
        self._head = head
        self._body = body
        self.first = self.next = first
        self._end = None if count is None else first + count
        self._until = until
        self.per_request = per_request
        self.latencies: list[float] = []
        self.absent: list[int] = []
        self.statuses: Counter[int] = Counter()
        self.first_sent_at = 0.0
        self.last_answered_at = 0.0
        self.example = ""

    def take(self, now: float) -> tuple[int, bytes] | None:
        """The next sequence number and its request; None when the run is over."""
        if now >= self._until or (self._end is not None and self.next >= self._end):
            return None
        number = self.next
        self.next += self.per_request
        return number, self._request(number)

    def _request(self, number: int) -> bytes:
        if self.per_request == 1:
            body = self._body.replace(MARK.encode(), b"%0*d" % (DIGITS, number))
        else:
            numbers = ",".join(f'"+35840{one:0{DIGITS}}"' for one in range(number, number + self.per_request))
            body = self._body.replace(f'"+35840{MARK}"'.encode(), f"[{numbers}]".encode())
        return b"%bContent-Length: %d\r\n\r\n%b" % (self._head, len(body), body)

    def refuse(self, number: int) -> None:
        """This request was not accepted, or nobody knows."""
        self.absent.extend(range(number, number + self.per_request))


class Connection(asyncio.Protocol):
    def __init__(self, load: Load) -> None:
        self.over = asyncio.get_running_loop().create_future()
        self._load = load
        self._transport: asyncio.Transport | None = None
        self._number = -1
        self._sent_at = 0.0
        self._buffer = bytearray()
        self._need = 0  # octets of the answer, once its head has come

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._send(time.monotonic())

    def connection_lost(self, _error: Exception | None) -> None:
        if self._number >= 0:
            self._load.refuse(self._number)
            self._load.statuses[0] += 1
        if not self.over.done():
            self.over.set_result(None)

    def data_received(self, data: bytes) -> None:
        answer: bytes | bytearray = data
        if self._buffer:
            self._buffer += data
            answer = self._buffer
        if not self._need:
            head = answer.find(b"\r\n\r\n")
            at = answer.find(LENGTH, 0, head) + len(LENGTH)
            if head >= 0:
                self._need = head + 4 + int(answer[at : answer.index(b"\r", at)])
        if not self._need or len(answer) < self._need:
            if not self._buffer:
                self._buffer += data
            return
        now = time.monotonic()
        load = self._load
        status = int(answer[9:12])
        load.statuses[status] += 1
        if status == 200:
            load.latencies.append(now - self._sent_at)
            load.last_answered_at = now
        else:
            load.refuse(self._number)
            load.example = load.example or bytes(answer[:600]).decode("latin-1")
        self._number = -1
        self._need = 0
        if self._buffer:
            self._buffer.clear()
        self._send(now)

    def _send(self, now: float) -> None:
        assert self._transport is not None
        taken = self._load.take(now)
        if taken is None:
            self._transport.close()
            return
        self._number, request = taken
        self._sent_at = now
        self._load.first_sent_at = self._load.first_sent_at or now
        self._transport.write(request)


def percentile(ordered: list[float], part: float) -> float:
    """A percentile of ordered values (nearest rank); 0 of none."""
    return ordered[max(0, ceil(len(ordered) * part) - 1)] if ordered else 0.0


async def begin() -> tuple[dict[str, Any], Commands]:
    runs = count()

    async def run(
        port: int,
        key: str,
        secret: str,
        connections: int,
        first: int = 0,
        count: int | None = None,
        seconds: float = 3600.0,
        per_request: int = 1,
        dlr_url: str = "",
        text: str = "",
        smartdialog: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Each run has a text of its own: the same again is looked at as a loop. `smartdialog`: send to its
        dialect, with these headers; else to TxtSync's. `text`: another one than usual, with `MARK` where the
        number goes."""
        address = f"+35840{MARK}"
        text = text or f"Your code is {4711 + next(runs)}, good bye #{MARK}"
        members: dict[str, Any]
        if smartdialog is None:
            credentials = base64.b64encode(f"{key}:{secret}".encode()).decode()
            path, headers = "/sms/send", {"Authorization": f"Basic {credentials}"}
            members = {"From": "Bench", "To": address, "Message": text}
        else:
            path, headers = "/api-integrations/v1/messages", smartdialog
            members = {"Sender": "Bench", "Content": text, "Protocol": "SMS"}
            members["Recipients"] = [{"Address": address}]
        if dlr_url:
            members["DlrUrl"] = f"{dlr_url}?n={MARK}"
        sent = {"Host": f"127.0.0.1:{port}", **headers, "Content-Type": "application/json"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        head = f"POST {path} HTTP/1.1\r\n{lines}".encode()
        body = json.dumps(members).encode()
        load = Load(head, body, first, count, time.monotonic() + seconds, per_request)
        loop = asyncio.get_running_loop()
        made = await asyncio.gather(
            *(loop.create_connection(lambda: Connection(load), "127.0.0.1", port) for _ in range(connections))
        )
        await asyncio.gather(*(connection.over for _, connection in made))
        ordered = sorted(load.latencies)
        return {
            "first": load.first,
            "end": load.next,
            "absent": load.absent,
            "statuses": dict(load.statuses),
            "example": load.example,
            "first_sent_at": load.first_sent_at,
            "last_answered_at": load.last_answered_at,
            "p50": percentile(ordered, 0.50),
            "p95": percentile(ordered, 0.95),
            "p99": percentile(ordered, 0.99),
            "max": ordered[-1] if ordered else 0.0,
        }

    return {}, {"run": run}


if __name__ == "__main__":
    serve(begin)
