"""An orderly end while messages flow leaves nothing in doubt. Of ends that are not orderly: test_rounds."""

from __future__ import annotations

import asyncio

import pytest
from tests.e2e.installation import Installation

pytestmark = pytest.mark.e2e

MESSAGES = 600


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
