"""SIGKILL while messages flow: every accepted message reaches the message centre, counted there."""

from __future__ import annotations

import asyncio

import pytest
from tests.e2e.installation import SESSIONS, WINDOW, Installation

pytestmark = pytest.mark.e2e

MESSAGES = 600


@pytest.mark.parametrize("role", ["api", "engine", "postgres", "everything"])
async def test_nothing_accepted_is_lost(role: str) -> None:
    async with Installation() as installation:
        sending = asyncio.create_task(installation.send_until(MESSAGES))
        await installation.until(
            lambda: _reached(installation, MESSAGES // 3), 60, "a third of the messages to be accepted"
        )
        installation.kill("" if role == "everything" else role)
        if role == "everything":
            await installation.start()
        await asyncio.wait_for(sending, 120)
        await installation.everything_delivered()
        await _doubles_are_few_and_marked(installation, role)


async def test_sigterm_drains_in_under_ten_seconds_and_leaves_no_doubt() -> None:
    async with Installation() as installation:
        sending = asyncio.create_task(installation.send_until(MESSAGES))
        await installation.until(lambda: _reached(installation, MESSAGES // 3), 60, "some messages")
        seconds = await installation.stop()
        assert seconds < 10
        assert not installation._processes()
        await installation.start()
        await asyncio.wait_for(sending, 120)
        await installation.everything_delivered()
        assert installation.simulator.ledger is not None
        assert installation.simulator.ledger.doubled() == {}
        assert await installation.doubtful() == set()


async def _reached(installation: Installation, count: int) -> bool:
    return len(installation.accepted) >= count


async def _doubles_are_few_and_marked(installation: Installation, role: str) -> None:
    ledger = installation.simulator.ledger
    assert ledger is not None
    doubled = ledger.doubled()
    if role in ("api", "postgres"):  # the links to the centre live on
        assert doubled == {}
    assert len(doubled) <= WINDOW * SESSIONS
    assert set(doubled) <= await installation.doubtful()
