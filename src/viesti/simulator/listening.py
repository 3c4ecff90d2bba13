"""What every server of the simulator has in common: its socket, its uvicorn, and the sentence when it can't.

Rule: an address is taken before anything runs on it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp

GRACE = 3  # seconds that calls under way are waited for


@dataclass(frozen=True, slots=True)
class CannotStart:
    """Why nothing was started, in one sentence."""

    sentence: str


class WebServer(uvicorn.Server):
    """A uvicorn that leaves signals to whoever started the simulator."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def web_server(app: ASGIApp, **options: Any) -> WebServer:
    """A quiet server of `app`; `options` are uvicorn's."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE,
        server_header=False,
        **options,
    )
    return WebServer(config)


def listen(what: str, host: str, port: int) -> socket.socket | CannotStart:
    """Take an address; port 0 is any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as problem:
        return cannot_listen(what, host, port, problem)


def cannot_listen(what: str, host: str, port: int, problem: OSError) -> CannotStart:
    """Why `what` can't have that address."""
    start = f"The {what} can't listen on {host}:{port}:"
    if problem.errno == errno.EADDRINUSE:
        return CannotStart(f"{start} something else uses it. Choose another port or stop what uses it.")
    reason = os.strerror(problem.errno).lower() if problem.errno else str(problem)
    return CannotStart(f"{start} {reason}. Choose another address or port.")
