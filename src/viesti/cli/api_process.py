"""One API process: the services behind the HTTP application, served until told to stop."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable

import structlog

from viesti.api.app import ApiOptions
from viesti.api.body import BodyLimits
from viesti.api.meters import share
from viesti.api.serve import serve_api
from viesti.cli import wiring
from viesti.cli.api_parts.parts import Parts
from viesti.cli.engine_process import limits
from viesti.cli.wiring_api import make_app, make_parts
from viesti.config import Settings
from viesti.services.wake import wake_everybody
from viesti.storage.seal import Seal
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
    try:
        parts = await make_parts(
            settings,
            store,
            Seal(wiring.secret_keys(settings)),
            limits(settings),
            settings.base_url,
            now=wiring.utc_now,
            monotonic=wiring.monotonic,
            jitter=wiring.jitter,
            chance=os.urandom,
        )
        try:
            async with parts.operators, parts.others:
                await _serve(parts, listening, stop, ready, instance)
        finally:
            parts.secrets.close()
            await parts.waker.stop()
    finally:
        await store.close()


async def _serve(
    parts: Parts, listening: socket.socket, stop: asyncio.Event, ready: Callable[[], None], instance: str
) -> None:
    shared_metrics_dir = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if shared_metrics_dir:
        share(os.getpid())
    options = ApiOptions(
        body_limits=BodyLimits(parts.settings.body_limit_bytes),
        provider_limits=BodyLimits(parts.settings.provider_body_limit_bytes),
        shared_metrics_dir=shared_metrics_dir,
    )
    app = make_app(parts, options)
    await parts.estate.load()
    parts.estate.watch()
    await parts.store.listener.start()
    await wake_everybody(parts.store)
    parts.group_commit.start()
    parts.record_clicks.start()
    parts.take_bodies.start()
    serving = asyncio.create_task(serve_api(app, listening, stop, drain_seconds=2))
    ready()
    _log.info("api serves", instance=instance)
    await serving
    await parts.group_commit.stop()
    await parts.record_clicks.stop()
    await parts.take_bodies.stop()
    _log.info("api stops", instance=instance)
