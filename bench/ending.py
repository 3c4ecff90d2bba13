"""How a command of the bench ends: with its exit code, or in order when somebody stops it.

Rule: what was started is stopped, whichever of Ctrl-C and SIGTERM comes.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any

from bench.agent import AgentFailed
from bench.stand import StandFailed

STOPPED = 128  # and the number of the signal: the exit code, as of any command


def run_to_end(work: Coroutine[Any, Any, int]) -> int:
    """Run a command; gives its exit code."""
    try:
        return asyncio.run(_stoppable(work))
    except (StandFailed, AgentFailed) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return STOPPED + signal.SIGINT
    except asyncio.CancelledError:
        return STOPPED + signal.SIGTERM


async def _stoppable(work: Coroutine[Any, Any, int]) -> int:
    task = asyncio.current_task()
    assert task is not None  # asyncio.run made one
    loop = asyncio.get_running_loop()

    def stop() -> None:  # once: the next signal must not break the tidying up
        loop.add_signal_handler(signal.SIGTERM, lambda: None)
        task.cancel()

    loop.add_signal_handler(signal.SIGTERM, stop)
    return await work
