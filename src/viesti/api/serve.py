"""Serves the application over HTTP with uvicorn.

Rule: a stop finishes what is in hand; the port is taken once, by the process that starts the workers, and
inherited by them, so that a port in use is found out before anything runs and no connection is lost between
workers.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from viesti.api.one_write import OneWriteProtocol

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75  # longer than the idle time of the usual proxies, so that they close first


class PortTaken(Exception):  # noqa: N818  a sentence for the operator
    """The address can't be listened on; the text says why and what to try."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that workers may inherit (`fileno()`, passed on by `pass_fds`). Raises
    `PortTaken`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise PortTaken(f"The API can't listen on {host}: {error.strerror}. Set api_host.") from error
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # old connections may linger in TIME_WAIT
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise PortTaken(_sentence(host, port, error)) from error
    listening.setblocking(False)
    return listening


def inherited(descriptor: int) -> socket.socket:
    """The listening socket that the starter passed on."""
    listening = socket.socket(fileno=descriptor)
    listening.setblocking(False)
    return listening


async def serve_api(
    app: ASGIApp, listening: socket.socket, stop: asyncio.Event, *, drain_seconds: float = 8.0
) -> None:
    """Serve until `stop` is set; then take no new connections, finish the requests in hand (for
    `drain_seconds` at most) and return. Signals are left to the caller; the socket is closed."""
    config = uvicorn.Config(
        app,
        http=OneWriteProtocol,
        ws="none",
        lifespan="off",
        loop="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(drain_seconds)),
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="http")
    stopping = asyncio.create_task(stop.wait(), name="http stop")
    try:
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        stopping.cancel()
        with suppress(asyncio.CancelledError):
            await stopping


class _Server(uvicorn.Server):
    """Leaves signals alone."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program; stop it or set another api_port."
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the system; set an api_port above 1023."
    return f"The API can't listen on {host} port {port}: {os.strerror(error.errno or 0)}."
