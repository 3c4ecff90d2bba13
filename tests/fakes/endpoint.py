"""An HTTP endpoint of a customer, on a real socket, that keeps the bytes it was sent.

Rule: it parses nothing it does not need, so a test sees what was on the wire and not a library's view of it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True, slots=True)
class Received:
    """One request: its first line, its headers by lower-case name, its body, and the connection it came
    over."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int


def answer(status: str = "200 OK", body: bytes = b"", **headers: str) -> bytes:
    """The bytes of an answer; `_` in a header's name stands for '-'."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Endpoint:
    """Answers each request with what `reply` makes of it; None is silence, b'' closes the connection."""

    def __init__(
        self,
        reply: Callable[[Received], bytes | None] = lambda _: answer(),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.names: list[str | None] = []  # the TLS names asked for
        self.arrived = asyncio.Event()
        self._reply = reply
        self._tls = tls
        self._writers: set[asyncio.StreamWriter] = set()
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: self.names.append(name)

    async def __aenter__(self) -> Endpoint:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """The endpoint's root, without a slash."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = self.connections
        self._writers.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {
                    name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                received = Received(head[0], headers, body, connection)
                self.received.append(received)
                self.arrived.set()
                reply = self._reply(received)
                if reply == b"":
                    return
                if reply is not None:
                    writer.write(reply)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()
