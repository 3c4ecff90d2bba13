"""Takes the HTTP callbacks: answers 200 with nothing, counts by the sequence number in the URL or the body.

Delivery reports (GET) and webhooks (POST) have a ledger each.

Rule: as little HTTP as its one client speaks: requests one after the other on kept connections, bodies with
a Content-Length.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

from bench.agent import Commands, serve
from bench.ledger import DIGITS, Ledger

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
LENGTH = b"\r\ncontent-length:"


class Connection(asyncio.Protocol):
    def __init__(self, ledgers: dict[str, Ledger]) -> None:
        self._reports = ledgers["GET"]
        self._webhooks = ledgers["POST"]
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        answered = 0
        while (head := data.find(b"\r\n\r\n")) >= 0:
            end = head + 4
            if data.startswith(b"GET"):
                mark = data.find(b"n=", 0, head) + 2  # the number, or an address that ends in it
                value_end = data.find(b"&", mark, head)
                if value_end < 0:
                    value_end = data.find(b" ", mark, head)
                mark = max(mark, value_end - DIGITS)
                ledger = self._reports
            else:
                at = data[:head].lower().find(LENGTH)
                if at >= 0:
                    line_end = data.find(b"\r\n", at + 2)
                    end += int(data[at + len(LENGTH) : line_end])
                if len(data) < end:
                    break
                mark = data.find(b"#", head, end) + 1
                ledger = self._webhooks
            ledger.note(data[mark : mark + DIGITS], time.monotonic())
            answered += 1
            data = data[end:]
        self._rest = data
        if answered and self._transport:
            self._transport.write(ANSWER * answered)


async def begin() -> tuple[dict[str, Any], Commands]:
    ledgers = {"GET": Ledger(), "POST": Ledger()}
    server = await asyncio.get_running_loop().create_server(lambda: Connection(ledgers), "127.0.0.1", 0)

    async def reset() -> None:
        for ledger in ledgers.values():
            ledger.reset()

    async def stats(method: str = "GET") -> dict[str, Any]:
        return ledgers[method].summary()

    async def dump(method: str = "GET") -> dict[str, Any]:
        return ledgers[method].dump()

    hello = {"port": server.sockets[0].getsockname()[1]}
    return hello, {"reset": reset, "stats": stats, "ledger": dump}


if __name__ == "__main__":
    serve(begin)
