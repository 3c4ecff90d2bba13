"""Opens a connection to the host of a URL: look up, judge, connect, shake hands.

Rule: what is connected to is an address that was judged here (DNS is asked once for a connection), while
certificate and Host keep the name that the URL has.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from viesti.net.addresses import Address
from viesti.net.answer import FailureKind, HttpFailure
from viesti.net.resolver import ForbiddenAddressError, JudgingResolver
from viesti.net.url import Target

STAGGER = 0.25  # seconds until the next address is tried beside one that keeps silent (RFC 8305, 5)

T = TypeVar("T", bound=asyncio.BaseProtocol)


async def dial(
    target: Target, resolver: JudgingResolver, tls: ssl.SSLContext, deadline: float, make: Callable[[], T]
) -> T | HttpFailure:
    """The protocol that `make` gives, connected by `deadline` (the loop's time)."""
    stage = FailureKind.RESOLVE
    try:
        async with asyncio.timeout_at(deadline):
            addresses = [target.address] if target.address else await resolver.resolve(target.host)
            stage = FailureKind.CONNECT
            connected = await open_socket(addresses, target.port)
            secure = target.scheme == "https"
            stage = FailureKind.TLS if secure else FailureKind.CONNECT
            try:
                _, protocol = await asyncio.get_running_loop().create_connection(
                    make,
                    sock=connected,
                    ssl=tls if secure else None,
                    server_hostname=target.host.removesuffix(".") if secure else None,
                )
            except BaseException:
                connected.close()
                raise
            return protocol
    except ForbiddenAddressError as error:
        return HttpFailure(FailureKind.FORBIDDEN, str(error))
    except TimeoutError:
        return HttpFailure(FailureKind.TIMEOUT, f"{stage.value} in time")
    except OSError as error:
        return HttpFailure(stage, _detail(error))


async def open_socket(addresses: Sequence[Address], port: int) -> socket.socket:
    """A socket connected to the first of `addresses` that answers; a silent one delays the next by STAGGER.

    Raises OSError, that of the last to fail.
    """
    left = deque(addresses)
    if len(left) == 1:
        return await _connected(left[0], port)
    trying: set[asyncio.Task[socket.socket]] = set()
    failure = OSError("no address")
    try:
        while left or trying:
            if left:
                trying.add(asyncio.create_task(_connected(left.popleft(), port)))
            done, trying = await asyncio.wait(
                trying, timeout=STAGGER if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                error = task.exception()
                if error is None:
                    trying |= done - {task}
                    return task.result()
                if not isinstance(error, OSError):
                    raise error
                failure = error
        raise failure
    finally:
        for task in trying:
            task.cancel()
            task.add_done_callback(_close)


async def _connected(address: Address, port: int) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, (str(address), port))
    except BaseException:
        made.close()
        raise
    return made


def _close(task: asyncio.Task[socket.socket]) -> None:
    """Close what a beaten attempt has connected after all."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()


def _detail(error: OSError) -> str:
    """What went wrong, in the system's words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError):
        return error.reason or "SSLError"
    if error.errno is not None:
        # asyncio writes the address into strerror; look-up errors are negative and only it tells them.
        return os.strerror(error.errno) if error.errno > 0 else error.strerror or "name not found"
    return str(error) or type(error).__name__
