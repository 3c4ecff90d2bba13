"""The server: a stop finishes what is in hand; workers share a socket and a scrape."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import aiohttp
import pytest
from prometheus_client import CollectorRegistry
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from viesti.api.edge import Edge
from viesti.api.meters import Meters
from viesti.api.ops.probes import Probes
from viesti.api.serve import inherited, listen, serve_api
from viesti.services.store_errors import StoreUnavailable

pytestmark = pytest.mark.integration


class Slow:
    """An application that answers when it is told to."""

    def __init__(self, name: bytes = b"done") -> None:
        self.name = name
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        self.reached.set()
        await self.go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": self.name})


async def test_a_stop_finishes_the_requests_in_hand() -> None:
    app, stop = Slow(), asyncio.Event()
    listening = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    serving = asyncio.create_task(serve_api(app, listening, stop))
    async with aiohttp.ClientSession() as client:
        asked = asyncio.create_task(client.get(url))
        await app.reached.wait()
        stop.set()
        while listening.fileno() != -1:  # noqa: ASYNC110  the server tells nobody that it has closed it
            await asyncio.sleep(0)
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.get(url)
        app.go_on.set()
        async with await asked as response:
            assert await response.read() == b"done"
    await serving


async def test_a_stop_does_not_wait_for_ever() -> None:
    app, stop = Slow(), asyncio.Event()
    edge = Edge(Router([Route("/", app)]), Meters(CollectorRegistry()), time.monotonic)
    listening = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    serving = asyncio.create_task(serve_api(edge, listening, stop, drain_seconds=1))
    async with aiohttp.ClientSession() as client:
        asked = asyncio.create_task(client.get(url))
        await app.reached.wait()
        stop.set()
        await serving
        async with await asked as response:
            assert (response.status, (await response.json())["code"]) == (503, "unavailable")


async def test_workers_share_an_inherited_socket() -> None:
    listening = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    stops = {b"one!": asyncio.Event(), b"two!": asyncio.Event()}
    workers = {}
    for name, stop in stops.items():
        app = Slow(name)
        app.go_on.set()
        workers[name] = asyncio.create_task(serve_api(app, inherited(listening.dup().detach()), stop))
    try:
        async with aiohttp.ClientSession() as client:
            async with client.get(url) as response:
                first = await response.read()
            stops[first].set()  # the other one goes on
            await workers[first]
            async with client.get(url) as response:
                assert await response.read() in stops.keys() - {first}
    finally:
        for stop in stops.values():
            stop.set()
        await asyncio.gather(*workers.values())
        listening.close()


_WORKER = """
from prometheus_client import CollectorRegistry
from viesti.api.meters import Meters
meters = Meters(CollectorRegistry())
meters.accepted("txtsync", 1, 2)
meters.request("/sms/send", "POST", 200, 0.003)
"""


async def test_a_scrape_of_any_worker_tells_the_sum(tmp_path: Path) -> None:
    for _ in range(2):
        environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
        worker = await asyncio.create_subprocess_exec(sys.executable, "-c", _WORKER, env=environment)
        assert await worker.wait() == 0

    async def away() -> None:
        raise StoreUnavailable

    probes = Probes(away, away, CollectorRegistry(), str(tmp_path))  # type: ignore[arg-type]
    answer = await probes.metrics({}, None)  # type: ignore[arg-type]
    lines = answer.body.decode().splitlines()
    assert 'viesti_accepted_messages_total{interface="txtsync"} 2.0' in lines
    assert 'viesti_accepted_parts_total{interface="txtsync"} 4.0' in lines
    assert 'viesti_api_request_seconds_count{method="POST",route="/sms/send",status="200"} 2.0' in lines
    assert "viesti_database_up 0.0" in lines
