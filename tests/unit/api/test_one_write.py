"""What is written leaves together, whole and in order."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from viesti.api.one_write import MOST_HELD, Together


class Inner(asyncio.Transport):
    """Keeps what a socket would get, call by call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[bytes] = []
        self.closed = False

    def writelines(self, list_of_data: Any) -> None:
        assert not self.closed
        self.calls.append(b"".join(list_of_data))

    def close(self) -> None:
        self.closed = True


async def test_head_and_body_are_one_call_at_the_end_of_the_round() -> None:
    inner = Inner()
    together = Together(inner, asyncio.get_running_loop())
    together.write(b"head ")
    together.write(b"body")
    assert inner.calls == []
    await asyncio.sleep(0)
    assert inner.calls == [b"head body"]
    together.write(b"next")
    await asyncio.sleep(0)
    assert inner.calls == [b"head body", b"next"]


async def test_closing_sends_what_is_held_first() -> None:
    inner = Inner()
    together = Together(inner, asyncio.get_running_loop())
    together.write(b"all of it")
    together.close()
    assert (inner.calls, inner.closed) == ([b"all of it"], True)
    await asyncio.sleep(0)
    assert inner.calls == [b"all of it"]


async def test_much_is_not_held() -> None:
    inner = Inner()
    Together(inner, asyncio.get_running_loop()).write(bytes(MOST_HELD + 1))
    assert [len(call) for call in inner.calls] == [MOST_HELD + 1]


@given(st.lists(st.one_of(st.binary(max_size=MOST_HELD), st.none()), max_size=12))
def test_nothing_is_lost_or_reordered(writes: list[bytes | None]) -> None:
    """None: a round of the event loop passes."""

    async def run() -> Inner:
        inner = Inner()
        together = Together(inner, asyncio.get_running_loop())
        for write in writes:
            if write is None:
                await asyncio.sleep(0)
            else:
                together.write(write)
        together.close()
        return inner

    inner = asyncio.run(run())
    assert b"".join(inner.calls) == b"".join(write or b"" for write in writes)
