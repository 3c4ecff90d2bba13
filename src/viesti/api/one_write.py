"""Head and body of an answer leave in one system call.

Rule: octets are put together and never reordered, changed or kept: what is written in one round of the event
loop leaves at its end, and at once when it is much, or the connection is closed.

uvicorn writes the head and the body of an answer by themselves, and the event loop sends each at once: two
system calls of ours and, as the first wakes the caller with half an answer, two of his.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HELD = 1 << 16  # octets; more is sent at once, so that the transport's own limits are felt


class OneWriteProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, writing by way of `Together`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(Together(transport, self.loop))


class Together(asyncio.Transport):
    """A transport that gathers what is written."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._call_soon = loop.call_soon
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: Any) -> None:
        if not self._held:
            self._call_soon(self._send)
        self._held.append(data)
        self._size += len(data)
        if self._size > MOST_HELD:
            self._send()

    def _send(self) -> None:
        if self._held:
            held, self._held, self._size = self._held, [], 0
            self._transport.writelines(held)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._send()
        self._transport.set_protocol(protocol)
