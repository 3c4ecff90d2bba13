"""Simulators started for a test and stopped after it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from viesti.protocols.smpp.session import SessionOptions
from viesti.protocols.smpp.timers import TimerOptions
from viesti.simulator.behaviour import Behaviour, Span
from viesti.simulator.centre import CentreOptions
from viesti.simulator.run import Simulator, SimulatorOptions, start
from viesti.simulator.smsc import SmscOptions

Starter = Callable[..., Awaitable[Simulator]]


@pytest.fixture
async def simulator() -> AsyncIterator[Starter]:
    """Starts a simulator on free ports; keywords are fields of Behaviour, or whole options."""
    running: list[Simulator] = []

    async def begin(
        centre: CentreOptions | None = None,
        smsc: SmscOptions | None = None,
        page: bool = False,
        window: int = 10,
        response: float = 30.0,
        ledger: str | None = None,
        **behaviour: Any,
    ) -> Simulator:
        session = SessionOptions(window=window, timers=TimerOptions(response=response))
        options = SimulatorOptions(
            smsc=replace(smsc or SmscOptions(session=session), port=0),
            centre=centre or CentreOptions(retry_delay=0.01),
            behaviour=Behaviour(**{"receipt_delay": Span(0.0, 0.0), **behaviour}),
            ledger=re.compile(ledger) if ledger else None,
            page_port=0 if page else None,
        )
        one = await start(options, lambda: datetime.now(UTC), Random(5))
        assert isinstance(one, Simulator)
        running.append(one)
        return one

    yield begin
    for one in running:
        await one.stop(grace=1.0)
