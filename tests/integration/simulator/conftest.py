"""Simulators started for a test and stopped after it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import aiohttp
import pytest
from tests.fakes.webhook_taker import WebhookTaker
from tests.integration.simulator.cloud_world import AT_ONCE, NUMBER, Caller, Clock, CloudStarter, World

from viesti.protocols.smpp.session import SessionOptions
from viesti.protocols.smpp.timers import TimerOptions
from viesti.simulator.behaviour import Behaviour, Span
from viesti.simulator.centre import CentreOptions
from viesti.simulator.run import Simulator, SimulatorOptions, start
from viesti.simulator.smsc import SmscOptions
from viesti.simulator.whatsapp.run import CloudBehaviour, WhatsApp, WhatsAppOptions, start_whatsapp

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


@pytest.fixture
async def cloud() -> AsyncIterator[CloudStarter]:
    """Starts a world; keywords are fields of CloudBehaviour. Statuses come at once."""
    running: list[WhatsApp] = []
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http,
        WebhookTaker(NUMBER.verify_token, NUMBER.app_secret) as hook,
    ):

        async def begin(**behaviour: Any) -> World:
            clock = Clock()
            quick = dict.fromkeys(("delivery_delay", "read_delay", "approval_delay", "webhook_hold"), AT_ONCE)
            chosen = CloudBehaviour(**{**quick, "webhook_retries": (0.01,), **behaviour})
            options = WhatsAppOptions(numbers=(NUMBER,), behaviour=chosen, port=0)
            whatsapp = await start_whatsapp(options, clock, Random(7))
            assert isinstance(whatsapp, WhatsApp)
            running.append(whatsapp)
            assert await whatsapp.subscribe(hook.url)
            return World(whatsapp, Caller(http, whatsapp.base_url), hook, clock)

        yield begin
        for one in running:
            await one.stop()
