"""Waiting for what a demo expects, and the sentence when it does not come.

Rule: whatever is waited for has a limit, and a name for people.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from viesti.cli.wiring import Problem

LOOK_SECONDS = 0.03  # between looks at what is waited for
PATIENCE = 15.0

_T = TypeVar("_T")


async def until(look: Callable[[], Awaitable[_T | None]], failing: str, seconds: float = PATIENCE) -> _T:
    """What `look` gives once it is something. Raises Problem that begins with `failing` when it is not in
    time."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                found = await look()
                if found:
                    return found
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise Problem(f"{failing} within {seconds:g} seconds.") from None


async def done(value: _T) -> _T:
    """A value as something to be awaited."""
    return value


def demand(held: bool, otherwise: str) -> None:
    """Raises Problem with `otherwise` unless it held."""
    if not held:
        raise Problem(otherwise)
