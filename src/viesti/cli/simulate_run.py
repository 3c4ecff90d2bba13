"""Runs what `viesti simulate` was told to, until a signal ends it.

Rule: the event loop, the clock and the signals are made here and nowhere else in the simulator.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.simulator.run import Simulator, SimulatorOptions


def run(
    options: SimulatorOptions, chance: random.Random, prepare: Callable[[Simulator], None] | None = None
) -> None:
    """Run until SIGINT or SIGTERM; `prepare` is called once it runs. Raises Problem when it can't start."""
    import uvloop

    from viesti.simulator.run import simulate

    async def until_told() -> None:
        stop = asyncio.Event()
        for one in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(one, stop.set)

        def ready(simulator: Simulator) -> None:
            if prepare is not None:
                prepare(simulator)
            _announce(simulator, options)

        problem = await simulate(options, wiring.utc_now, chance, stop, ready)
        if problem is not None:
            raise wiring.Problem(problem.sentence)

    uvloop.run(until_told())


def _announce(simulator: Simulator, options: SimulatorOptions) -> None:
    if options.smsc is not None:
        _announce_centre(simulator)
    if options.whatsapp is not None:
        _announce_cloud(simulator)
    if simulator.page_url:
        print(f"Handsets        {simulator.page_url}")
    print("Ctrl-C stops it.", flush=True)


def _announce_centre(simulator: Simulator) -> None:
    accounts = [account.system_id for account in simulator.centre.options.accounts]
    print(f"Message centre  {simulator.smpp_address}  ({', '.join(accounts) or 'anybody'} may bind)")


def _announce_cloud(simulator: Simulator) -> None:
    print(f"Cloud API       {simulator.whatsapp.base_url}")
    for number in simulator.whatsapp.cloud.numbers.values():
        print(f"Number          +{number.display_number}  phone_number_id {number.phone_number_id}", end="")
        print(f"  waba_id {number.waba_id}  app_id {number.app_id}")
        told = (
            number.callback_url
            or "(none: give --webhook, or subscribe one by POST /{waba_id}/subscribed_apps)"
        )
        print(f"Webhooks        {told}")
