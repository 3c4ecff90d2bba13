"""Our channel, opened to whatever listens on a port, and our message centre, for clients of others."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random
from typing import Any

import pytest
from tests.fakes.carrier import Recorder
from tests.interop.peer import Peer

from viesti.channels.smpp.channel import SmppChannel, create
from viesti.domain.channel import AddressKind, Outgoing, SessionState
from viesti.simulator.behaviour import Behaviour, Span
from viesti.simulator.centre import CentreOptions
from viesti.simulator.identity import Account
from viesti.simulator.run import Simulator, SimulatorOptions, start
from viesti.simulator.smsc import SmscOptions

Opened = Callable[..., Awaitable[SmppChannel]]
Simulated = Callable[..., Awaitable[Simulator]]


def outgoing(number: int, text: str = "hello", **changes: Any) -> Outgoing:
    """A message to a recipient of its own."""
    values: dict[str, Any] = {
        "recipient_id": number << 6,
        "attempt": 1,
        "destination": f"35840{number:07}",
        "destination_kind": AddressKind.INTERNATIONAL,
        "sender": "358457390000",
        "sender_kind": AddressKind.INTERNATIONAL,
        "text": text,
    }
    return Outgoing(**{**values, **changes})


@pytest.fixture
def sink() -> Recorder:
    return Recorder()


@pytest.fixture
async def centre() -> AsyncIterator[Peer]:
    """npm smpp as the message centre, listening on `port`."""
    async with Peer("centre.js") as peer:
        peer.port = (await peer.event("listening"))["port"]
        yield peer


@pytest.fixture
async def opened(sink: Recorder) -> AsyncIterator[Opened]:
    """Opens a channel to a port of this machine and waits until `bound` sessions are."""
    channels = []

    async def open_channel(port: int, bound: int = 1, **options: Any) -> SmppChannel:
        values = {
            "host": "127.0.0.1",
            "port": port,
            "system_id": "viesti",
            "password": "secret",
            "reconnect_first": 0.02,
            **options,
        }
        channel = create(
            7,
            values,
            sink,
            clock=lambda: dt.datetime.now(dt.UTC),
            monotonic=time.monotonic,
            jitter=lambda: 0.0,
        )
        sink.recorded = channel.recorded
        channels.append(channel)
        await channel.start()
        if bound:
            await sink.in_state(SessionState.BOUND, bound)
        return channel

    yield open_channel
    for channel in channels:
        await channel.stop(0.5)


@pytest.fixture
async def simulated() -> AsyncIterator[Simulated]:
    """Starts our message centre with one account, demo:secret; keywords are fields of Behaviour."""
    running: list[Simulator] = []

    async def begin(**behaviour: Any) -> Simulator:
        options = SimulatorOptions(
            smsc=SmscOptions(port=0),
            centre=CentreOptions(accounts=(Account("demo", "secret"),), retry_delay=0.01),
            behaviour=Behaviour(**{"receipt_delay": Span(), **behaviour}),
            page_port=None,
        )
        one = await start(options, lambda: dt.datetime.now(dt.UTC), Random(5))
        assert isinstance(one, Simulator)
        running.append(one)
        return one

    yield begin
    for one in running:
        await one.stop(grace=1.0)
