"""One world for all clients."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.e2e.connectors.world import World, a_world


@pytest.fixture(scope="session")
async def world() -> AsyncIterator[World]:
    """Started once: each test acts with people and numbers of its own."""
    async with a_world() as made:
        yield made
