"""Reading a body: in one message, in several, too slow, cut off."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message

from viesti.api.answer import Refusal
from viesti.api.body import BodyLimits, ClientGone, read_body

LIMITS = BodyLimits(octets=10, seconds=0.05)


class Connection:
    """Gives messages in order, waiting before each when it is `slow`; then nothing more comes."""

    def __init__(self, *messages: Message, slow: bool = False) -> None:
        self._messages = list(messages)
        self._slow = slow
        self._more = asyncio.Event()
        self.waiting = asyncio.Event()

    async def receive(self) -> Message:
        if not self._messages:
            self.waiting.set()
            await self._more.wait()
        if self._slow:
            await asyncio.sleep(0)
        return self._messages.pop(0)


def chunk(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([chunk(b"abc")], b"abc"),
        ([chunk(b"abc", more=True), chunk(b"def")], b"abcdef"),
        ([chunk(b"abc", more=True), chunk(b"", more=True), chunk(b"", more=False)], b"abc"),
        ([chunk(b"0123456789", more=True), chunk(b"0")], 413),
        ([chunk(b"abc", more=True)], 408),
        ([], 408),
    ],
)
async def test_a_body_is_read_whole_or_refused(
    messages: list[Message], expected: bytes | int, slow: bool
) -> None:
    body = await read_body(Connection(*messages, slow=slow).receive, None, LIMITS)
    assert (body.status if isinstance(body, Refusal) else body) == expected


@pytest.mark.parametrize(
    ("declared", "refused"), [(b"10", False), (b"11", True), (b"9" * 30, True), (b"ten", False)]
)
async def test_a_declared_length_is_refused_unread(declared: bytes, refused: bool) -> None:
    body = await read_body(Connection(chunk(b"abc")).receive, declared, LIMITS)
    assert isinstance(body, Refusal) is refused


@pytest.mark.parametrize("slow", [False, True])
async def test_a_caller_who_hangs_up_is_told_nothing(slow: bool) -> None:
    with pytest.raises(ClientGone):
        await read_body(Connection({"type": "http.disconnect"}, slow=slow).receive, None, LIMITS)


@pytest.mark.parametrize("messages", [[], [chunk(b"abc", more=True)]])
async def test_reading_can_be_cancelled(messages: list[Message]) -> None:
    connection = Connection(*messages)
    reading = asyncio.create_task(read_body(connection.receive, None, BodyLimits()))
    await connection.waiting.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
