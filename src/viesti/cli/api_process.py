"""One API process: the services behind the HTTP application, served until told to stop."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable

import structlog

from viesti.api.app import ApiOptions, ApiServices, create_app
from viesti.api.body import BodyLimits
from viesti.api.serve import serve_api
from viesti.cli import wiring
from viesti.cli.engine_process import limits
from viesti.config import Settings
from viesti.services.authenticate import Authenticate
from viesti.services.estate import EstateCache
from viesti.services.group_commit import GroupCommit
from viesti.services.health import CheckReady, CountWaiting
from viesti.services.show_message import ShowMessages
from viesti.services.submit import Submit
from viesti.services.throttle import Throttle
from viesti.services.wake import Waker, wake_everybody
from viesti.storage.store import Store

_log = structlog.get_logger()


async def run_api(
    settings: Settings,
    dsn: str,
    instance: str,
    listening: socket.socket,
    stop: asyncio.Event,
    ready: Callable[[], None],
) -> None:
    """Serve the API on `listening` against the database at `dsn` until `stop`."""
    store = await Store.open(
        dsn, size=settings.api_pool_size, monotonic=wiring.monotonic, application=f"viesti {instance}"
    )
    estate = EstateCache(store)
    waker = Waker(store)
    group_commit = GroupCommit(
        store,
        waker,
        wiring.monotonic,
        rows=settings.group_commit_rows,
        wait_seconds=settings.group_commit_wait_ms / 1000,
    )
    authenticate = Authenticate(estate, os.urandom(32), wiring.monotonic)
    services = ApiServices(
        authenticate=authenticate,
        throttle=Throttle(
            store, wiring.utc_now, calls=settings.throttle_calls, seconds=settings.throttle_seconds
        ),
        submit=Submit(estate, group_commit, limits(settings), wiring.utc_now, wiring.jitter),
        show=ShowMessages(store, estate),
        check_ready=CheckReady(store, estate),
        count_waiting=CountWaiting(store, estate, wiring.monotonic),
    )
    options = ApiOptions(
        body_limits=BodyLimits(settings.body_limit_bytes),
        shared_metrics_dir=os.environ.get("PROMETHEUS_MULTIPROC_DIR"),
    )
    try:
        await estate.load()
        estate.watch()
        await store.listener.start()
        await wake_everybody(store)
        group_commit.start()
        serving = asyncio.create_task(
            serve_api(create_app(services, wiring.monotonic, options), listening, stop, drain_seconds=2)
        )
        ready()
        _log.info("api serves", instance=instance)
        await serving
        await group_commit.stop()
        _log.info("api stops", instance=instance)
    finally:
        authenticate.close()
        await waker.stop()
        await store.close()
