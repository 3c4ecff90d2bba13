"""Batches: what comes while one is written makes the next, and each giver hears of his own."""

from __future__ import annotations

import asyncio

import pytest

from viesti.services.batches import Batches


class Writer:
    """Writes when allowed; keeps what it wrote; fails for batches that hold a 0."""

    def __init__(self) -> None:
        self.written: list[list[int]] = []
        self.may = asyncio.Event()
        self.began = asyncio.Event()

    async def __call__(self, items: list[int]) -> None:
        self.began.set()
        await self.may.wait()
        if 0 in items:
            raise ValueError("nought")
        self.written.append(items)


def make(writer: Writer, rows: int = 10) -> Batches[int]:
    batches: Batches[int] = Batches("test", writer, rows=rows, wait_seconds=0)
    batches.start()
    return batches


async def test_what_comes_during_a_write_is_the_next_batch() -> None:
    writer = Writer()
    batches = make(writer)
    first = batches.give(1)
    await writer.began.wait()
    others = [batches.give(number) for number in (2, 3, 4)]
    assert not first.done()
    writer.may.set()
    await asyncio.gather(first, *others)
    assert writer.written == [[1], [2, 3, 4]]
    await batches.stop()


async def test_no_batch_is_larger_than_its_rows() -> None:
    writer = Writer()
    writer.may.set()
    batches = make(writer, rows=4)
    await asyncio.gather(*(batches.give(number) for number in range(1, 11)))
    assert [len(batch) for batch in writer.written] == [4, 4, 2]
    await batches.stop()


async def test_a_failed_batch_is_told_to_its_givers_and_the_next_goes_on() -> None:
    writer = Writer()
    batches = make(writer)
    failing = batches.give(0)
    await writer.began.wait()
    fine = batches.give(1)
    writer.may.set()
    with pytest.raises(ValueError, match="nought"):
        await failing
    await fine
    assert writer.written == [[1]]
    await batches.stop()


async def test_givers_of_a_batch_share_what_they_wait_for() -> None:
    writer = Writer()
    batches = make(writer, rows=2)
    first, second, third = (batches.give(number) for number in (1, 2, 3))
    assert first is second
    assert third is not first
    writer.may.set()
    await third
    assert first.done()
    await batches.stop()


async def test_stop_writes_everything_first() -> None:
    writer = Writer()
    batches = make(writer)
    for number in range(1, 6):
        batches.put(number)
    stopping = asyncio.create_task(batches.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    writer.may.set()
    await stopping
    assert [item for batch in writer.written for item in batch] == [1, 2, 3, 4, 5]


async def test_it_says_when_it_is_full() -> None:
    batches: Batches[int] = Batches("test", Writer(), rows=10, wait_seconds=0, limit=2)
    assert not batches.full
    batches.put(1)
    batches.put(2)
    assert batches.full
    assert len(batches) == 2


async def test_a_batch_that_somebody_waits_for_is_closed_at_once() -> None:
    writer = Writer()
    writer.may.set()
    waited_for = True
    batches: Batches[int] = Batches("test", writer, rows=10, wait_seconds=3600, hurry=lambda: waited_for)
    batches.start()
    async with asyncio.timeout(10):
        await batches.give(1)
    assert writer.written == [[1]]
    await batches.stop()
