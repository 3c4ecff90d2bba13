"""One connection that carries one request after the other (HTTP/1.1, RFC 9112).

Rule: one exchange at a time, never pipelined; a connection is used again only when its last exchange ended
exactly where the answer said, and nothing came that was not asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

from viesti.net.answer import FailureKind, Headers, HttpAnswer, HttpFailure

MAX_HEAD = 32_768  # octets of header fields
_PER_OCTET = 8  # framing allowed for each octet of a chunked body: one alone in its chunk takes five

NOT_READABLE = HttpFailure(FailureKind.NOT_HTTP, "it is not HTTP/1.1", sent=True)
TOO_LONG = HttpFailure(FailureKind.NOT_HTTP, "its head is too long", sent=True)
LATE = HttpFailure(FailureKind.TIMEOUT, "no answer in time", sent=True)
CLOSED = HttpFailure(FailureKind.BROKEN, "closed before the answer was whole", sent=True)
ENDED = HttpFailure(FailureKind.BROKEN, "the client was closed", sent=True)


class Connection(asyncio.Protocol):
    """A connection of the pool's. `done(connection)` is called when an exchange has ended and another may
    follow, `lost(connection)` once when none may."""

    def __init__(
        self, max_body: int, done: Callable[[Connection], None], lost: Callable[[Connection], None]
    ) -> None:
        self._max_body = self._limit = max_body
        self._done = done
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[HttpAnswer | HttpFailure] | None = None
        self.usable = False
        self.closed = False
        self.exchanges = 0
        self.untouched = True  # nothing of the last answer has come
        self.idle_since = 0.0
        self._whole = False
        self._begin()

    async def exchange(
        self, request: bytes, deadline: float, max_body: int | None = None
    ) -> HttpAnswer | HttpFailure:
        """Send and wait for the answer until `deadline` (the loop's time). When it is lost and `untouched`,
        the request may not have been read at all. `max_body`: of this answer, instead of any."""
        assert self._transport is not None and self.usable  # the caller has looked
        self.exchanges += 1
        self.untouched = True
        self._begin()
        self._limit = self._max_body if max_body is None else max_body
        answer: asyncio.Future[HttpAnswer | HttpFailure] = self._loop.create_future()
        self._answer = answer
        timer = self._loop.call_at(deadline, self._end, LATE)
        self._transport.write(request)
        try:
            return await answer
        except asyncio.CancelledError:
            self.abort()
            raise
        finally:
            timer.cancel()

    def abort(self, why: HttpFailure = CLOSED) -> None:
        """Close at once; an exchange under way ends with `why`."""
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(why)
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self.usable = True

    def data_received(self, data: bytes) -> None:
        if self._answer is None:  # nobody asked: what comes next could be taken for an answer
            self.abort()
            return
        self.untouched = False
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._keep = False
            if not self._whole:
                self._end(TOO_LONG if self._head > MAX_HEAD else NOT_READABLE)
                return
        if self._whole:
            self._end(self._result())
        elif self._received - self._size > MAX_HEAD + _PER_OCTET * self._size:
            self._end(TOO_LONG)

    def eof_received(self) -> None:
        self._gone()

    def connection_lost(self, _error: Exception | None) -> None:
        self._gone()
        self._transport = None
        self.closed = True
        self._lost(self)

    # What the parser finds in the answer.

    def on_message_begin(self) -> None:
        if self._whole:  # a second answer
            self._keep = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head += len(name) + len(value)
        if self._head > MAX_HEAD:
            raise ValueError
        if not self._in_body and not self._whole:  # else it is a trailer
            self._fields.append((name, value))
            if len(name) in (14, 17):  # the lengths of these two names
                self._framed |= name.lower() in (b"content-length", b"transfer-encoding")

    def on_headers_complete(self) -> None:
        if not self._whole:
            self._status = self._parser.get_status_code()
            if self._status == 101:
                raise ValueError  # we asked for no other protocol
            self._in_body = True

    def on_body(self, body: bytes) -> None:
        if self._whole:
            return
        self._size += len(body)
        self._body.append(body)
        if self._size > self._limit:
            self._whole = self._truncated = True

    def on_message_complete(self) -> None:
        if self._whole:
            return
        if self._status < 200:  # an interim answer; the one we wait for follows
            self._begin_head()
        else:
            self._whole = True
            self._keep = self._parser.should_keep_alive()

    # The exchange.

    def _begin(self) -> None:
        self._begin_head()
        self._body: list[bytes] = []
        self._size = self._received = self._head = 0
        self._whole = False
        self._truncated = self._keep = False

    def _begin_head(self) -> None:
        self._fields: list[tuple[bytes, bytes]] = []
        self._status = 0
        self._in_body = self._framed = False

    def _result(self) -> HttpAnswer:
        body = b"".join(self._body)[: self._limit]
        return HttpAnswer(self._status, Headers(self._fields), body, self._truncated)

    def _end(self, result: HttpAnswer | HttpFailure) -> None:
        transport, answer, self._answer = self._transport, self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(result)
        # With a part of the request unsent, its rest would be taken for the next request.
        if self.usable and self._keep and transport and not transport.get_write_buffer_size():
            self._done(self)
        else:
            self.abort()

    def _gone(self) -> None:
        """The other end says no more: the end of an answer that is as long as the connection, else a loss."""
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(self._result() if self._in_body and not self._framed else CLOSED)
        self.usable = False
