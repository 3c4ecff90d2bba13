"""The carrier that lives in memory keeps the contract of a channel."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from tests.fakes.carrier import Recorder

from viesti.channels import registry
from viesti.domain.channel import AddressKind, Channel, NotStored, Outgoing, SessionState
from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Refused, Unknown
from viesti.domain.status import PartState
from viesti.net.client import OutgoingClient

Opened = Callable[..., Awaitable[Channel]]


def outgoing(destination: str, text: str = "hello", **changes: Any) -> Outgoing:
    kind = AddressKind.INTERNATIONAL
    return Outgoing(1, 1, destination, kind, "Viesti", AddressKind.ALPHANUMERIC, text, **changes)


@pytest.fixture
def sink() -> Recorder:
    return Recorder()


@pytest_asyncio.fixture
async def opened(sink: Recorder) -> AsyncIterator[Opened]:
    channels: list[Channel] = []

    async def open_channel(chance: float = 0.5, **options: Any) -> Channel:
        channel = registry.create(
            "loopback",
            9,
            {"receipt_delay": 0.001, **options},
            sink,
            client=OutgoingClient(),
            clock=lambda: dt.datetime.now(dt.UTC),
            monotonic=lambda: 0.0,
            jitter=lambda: chance,
        )
        channels.append(channel)
        await channel.start()
        return channel

    yield open_channel
    for channel in channels:
        await channel.stop(0)


async def test_is_bound_at_once(opened: Opened, sink: Recorder) -> None:
    channel = await opened(window=5)
    assert sink.states == [("loop1", SessionState.BOUND, "in memory")]
    assert (channel.capacity(), sink.rooms) == (5, 1)


async def test_every_part_has_a_reference_and_a_receipt(opened: Opened, sink: Recorder) -> None:
    channel = await opened()
    message = outgoing("358401234567", "x" * 400, parts_done=frozenset({2}))
    assert channel.parts_of(message) == 3
    channel.send([message])
    assert sink.reports == []  # never before send has returned
    assert channel.capacity() == 997
    (report,) = (await sink.reported(1)).values()
    assert (report.parts_total, [part.number for part in report.parts]) == (3, [1, 3])
    await sink.until(lambda: len(sink.receipts) == 2)
    accepted = [part.outcome for part in report.parts]
    assert [Accepted(receipt.references[0]) for receipt in sink.receipts] == accepted
    assert {receipt.state for receipt in sink.receipts} == {PartState.DELIVERED}
    assert channel.capacity() == 1000


@pytest.mark.parametrize(
    ("ending", "answer", "state"),
    [
        ("1", Refused(Failure.INVALID_DESTINATION, detail="loopback number ...0000001"), None),
        ("2", Accepted, PartState.UNDELIVERABLE),
        ("3", Accepted, PartState.EXPIRED),
        ("4", Deferred(Failure.CARRIER_BUSY, detail="loopback number ...0000004"), None),
        ("5", Unknown("loopback number ...0000005"), None),
        ("7", Accepted, PartState.REJECTED),
    ],
)
async def test_magic_numbers(
    opened: Opened, sink: Recorder, ending: str, answer: Any, state: PartState | None
) -> None:
    channel = await opened()
    channel.send([outgoing(f"35840000000{ending}")])
    (report,) = (await sink.reported(1)).values()
    outcome = report.parts[0].outcome
    assert isinstance(outcome, answer) if answer is Accepted else outcome == answer
    if state is not None:
        await sink.until(lambda: sink.receipts)
        assert sink.receipts[0].state is state


@pytest.mark.parametrize(
    ("chance", "state"),
    [(0.1, PartState.UNDELIVERABLE), (0.25, PartState.EXPIRED), (0.31, PartState.DELIVERED)],
)
async def test_outcome_mix(opened: Opened, sink: Recorder, chance: float, state: PartState) -> None:
    channel = await opened(chance=chance, undelivered=0.2, expired=0.1)
    channel.send([outgoing("358401234567")])
    await sink.until(lambda: sink.receipts)
    assert sink.receipts[0].state is state


async def test_what_was_not_stored_comes_again(
    opened: Opened, sink: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viesti.channels.loopback.channel._RETRY", 0.001)

    async def fail_once() -> None:
        if len(sink.receipts) == 1:
            raise NotStored

    sink.storing = fail_once
    channel = await opened()
    channel.send([outgoing("358401234567")])
    await sink.until(lambda: len(sink.receipts) == 2)
    assert sink.receipts[0] == sink.receipts[1]


async def test_stopped(opened: Opened, sink: Recorder) -> None:
    channel = await opened()
    await channel.stop(0)
    assert channel.capacity() == 0
    channel.send([outgoing("358401234567")])
    (report,) = (await sink.reported(1)).values()
    assert report.parts[0].outcome == Deferred(Failure.CHANNEL_STOPPED)
