from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.net.answer import FailureKind, HttpAnswer, HttpFailure
from viesti.net.connection import MAX_HEAD, Connection

MAX_BODY = 100


class Wire(asyncio.Transport):
    """The far side of a connection, without a socket."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.unsent = 0
        self.aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += data

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def abort(self) -> None:
        self.aborted = True


class Call:
    """One exchange on a fresh connection."""

    def __init__(self) -> None:
        self.returned = 0
        self.connection = Connection(MAX_BODY, self._done, lambda _: None)
        self.wire = Wire()
        self.connection.connection_made(self.wire)
        self._task = asyncio.ensure_future(
            self.connection.exchange(b"GET / HTTP/1.1\r\n\r\n", asyncio.get_running_loop().time() + 5)
        )

    def _done(self, _: Connection) -> None:
        self.returned += 1

    async def answer(self, *pieces: bytes, end: bool = False) -> HttpAnswer | HttpFailure:
        """What the pieces, and the end of the connection, make of the call."""
        await asyncio.sleep(0)
        for piece in pieces:
            if not self.wire.aborted:
                self.connection.data_received(piece)
        if end:
            self.connection.eof_received()
            self.connection.connection_lost(None)
        return await self._task


OK = b"HTTP/1.1 200 OK\r\n"
# Octets, whether the connection ends behind them, status, body, and whether it may be used again.
ANSWERS: list[tuple[bytes, bool, int, bytes, bool]] = [
    (OK + b"Content-Length: 3\r\n\r\nabc", False, 200, b"abc", True),
    (OK + b"Content-Length: 0\r\n\r\n", False, 200, b"", True),
    (OK + b"content-LENGTH:3\r\nX:\r\n\r\nabc", False, 200, b"abc", True),
    (b"HTTP/1.1 204 No Content\r\n\r\n", False, 204, b"", True),
    (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", False, 304, b"", True),
    (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", False, 200, b"abc", True),
    (OK + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n", False, 200, b"abc", True),
    (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na", False, 200, b"a", True),
    (b"HTTP/1.1 103 Early\r\nA: b\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na", False, 200, b"a", True),
    (OK + b"Content-Length: 3\r\nConnection: close\r\n\r\nabc", False, 200, b"abc", False),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", False, 200, b"abc", False),
    (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na", False, 200, b"a", True),
    (OK + b"\r\nabc", True, 200, b"abc", False),
    (OK + b"\r\n", True, 200, b"", False),
    (OK + b"Content-Length: 101\r\n\r\n" + b"x" * 101, False, 200, b"x" * 100, False),
    (OK + b"Content-Length: 1\r\n\r\na" + OK + b"Content-Length: 1\r\n\r\nb", False, 200, b"a", False),
    (OK + b"Content-Length: 1\r\n\r\na??", False, 200, b"a", False),
]  # fmt: skip


@pytest.mark.parametrize(("octets", "end", "status", "body", "again"), ANSWERS)
async def test_an_answer(octets: bytes, end: bool, status: int, body: bytes, again: bool) -> None:
    call = Call()
    answer = await call.answer(octets, end=end)
    assert isinstance(answer, HttpAnswer)
    assert (answer.status, answer.body, answer.truncated) == (status, body, len(octets) > 140)
    assert (call.returned == 1) == again
    assert call.connection.usable == again
    assert call.wire.aborted == (not again and not end)


@given(st.sampled_from(ANSWERS[:14]), st.sets(st.integers(1, 80)))
async def test_pieces_change_nothing(case: tuple[bytes, bool, int, bytes, bool], cuts: set[int]) -> None:
    octets, end, status, body, again = case
    marks = [0, *sorted(cuts), len(octets)]
    pieces = [octets[a:b] for a, b in pairwise(marks) if octets[a:b]]
    call = Call()
    answer = await call.answer(*pieces, end=end)
    assert isinstance(answer, HttpAnswer)
    assert (answer.status, answer.body, call.returned == 1) == (status, body, again)


@pytest.mark.parametrize(
    ("pieces", "end", "kind"),
    [
        ([], True, FailureKind.BROKEN),
        ([b"HTTP/1.1 200"], True, FailureKind.BROKEN),
        ([OK], True, FailureKind.BROKEN),
        ([OK + b"Content-Length: 3\r\n\r\nab"], True, FailureKind.BROKEN),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"], True, FailureKind.BROKEN),
        ([b"HTTP/1.1 100 Continue\r\n\r\n"], True, FailureKind.BROKEN),
        ([b"GET / HTTP/1.1\r\n\r\n"], False, FailureKind.NOT_HTTP),
        ([b"HTTP/3.1 200 OK\r\n\r\n"], False, FailureKind.NOT_HTTP),
        ([OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n"], False, FailureKind.NOT_HTTP),
        ([OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"], False, FailureKind.NOT_HTTP),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\nx\r\n"], False, FailureKind.NOT_HTTP),
        ([OK + b"A : b\r\n\r\n"], False, FailureKind.NOT_HTTP),
        (
            [b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"],
            False,
            FailureKind.NOT_HTTP,
        ),
        ([OK, *[b"X: " + b"y" * 1000 + b"\r\n"] * 40], False, FailureKind.NOT_HTTP),
        ([OK + b"X: ", *[b"y" * 1000] * 40], False, FailureKind.NOT_HTTP),
        ([b"HTTP/1.1 200 ", *[b"y" * 1000] * 40], False, FailureKind.NOT_HTTP),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\n1;", *[b"y" * 1000] * 40], False, FailureKind.NOT_HTTP),
        (
            [OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ", *[b"y" * 1000] * 40],
            False,
            FailureKind.NOT_HTTP,
        ),
        ([b"HTTP/1.1 103 Early\r\nX: y\r\n\r\n"] * 2000, False, FailureKind.NOT_HTTP),
    ],
)
async def test_no_answer(pieces: list[bytes], end: bool, kind: FailureKind) -> None:
    call = Call()
    failure = await call.answer(*pieces, end=end)
    assert isinstance(failure, HttpFailure)
    assert failure.kind is kind
    assert not call.connection.usable
    assert call.returned == 0
    assert call.connection._received <= MAX_HEAD + 1100  # no more is taken in than tells


async def test_what_nobody_asked_for_ends_the_connection() -> None:
    call = Call()
    await call.answer(OK + b"Content-Length: 0\r\n\r\n")
    assert call.connection.usable
    call.connection.data_received(OK)
    assert not call.connection.usable
    assert call.wire.aborted


async def test_an_answer_that_did_not_wait_for_the_request_ends_the_connection() -> None:
    call = Call()
    call.wire.unsent = 10
    answer = await call.answer(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
    assert cast(HttpAnswer, answer).status == 413
    assert call.returned == 0
    assert call.wire.aborted


async def test_header_names_in_any_case_and_the_first_of_two() -> None:
    answer = await Call().answer(
        OK + b"Retry-After: 1\r\nretry-after: 2\r\nX: \xe4\r\nContent-Length: 0\r\n\r\n"
    )
    assert isinstance(answer, HttpAnswer)
    assert [answer.headers[name] for name in ("Retry-After", "RETRY-AFTER", "x")] == ["1", "1", "ä"]
    assert sorted(answer.headers) == ["content-length", "retry-after", "x"]
    assert answer.headers.get("Y") is None
