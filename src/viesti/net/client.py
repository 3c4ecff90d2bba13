"""The one client for calls to others: callbacks, webhooks and attachments wherever users choose, and to
providers.

Rule: nothing about a call is decided by the other end. No redirect is followed, no proxy or credential is
taken from the environment, no cookie kept, nothing unpacked; time, headers and body are capped. Whatever
happens is a value.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import TracebackType

from viesti.net.addresses import EVERYWHERE, PRIVATE_NETWORKS, Network
from viesti.net.answer import FailureKind, HttpAnswer, HttpFailure
from viesti.net.connection import CLOSED, Connection
from viesti.net.dial import dial
from viesti.net.pool import IDLE_SECONDS, Key, Pool
from viesti.net.request import common_head, render
from viesti.net.resolver import JudgingResolver, Resolver, SystemResolver
from viesti.net.url import DEFAULT_PORTS, BadUrl, Target, judge, split_url

__all__ = ["ClientOptions", "FailureKind", "HttpAnswer", "HttpFailure", "OutgoingClient"]

_SAFE = frozenset({"GET"})  # may be repeated whatever they ask for (RFC 9110, 9.2.2)
_REMEMBERED = 4_096  # origins


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """What an operator may set. Times in seconds, sizes in bytes."""

    allow_private: bool = False  # a lab: one's own machine and private networks may be called
    allowed: tuple[Network, ...] = ()  # further subnets that may be called
    total_timeout: float = 20.0  # a whole call, waiting for a free connection included
    connect_timeout: float = 8.0  # of it for look-up, connection and TLS
    connections: int = 1_000
    connections_per_host: int = 64
    idle_seconds: float = IDLE_SECONDS  # how long a connection is kept for the next call
    max_body: int = 65_536  # more of an answer is not read
    user_agent: str = "Viesti"

    @property
    def exempt(self) -> tuple[Network, ...]:
        """Every subnet that the ban does not cover."""
        return (*self.allowed, *PRIVATE_NETWORKS) if self.allow_private else self.allowed


OPERATORS = ClientOptions(allowed=EVERYWHERE)  # for addresses that the operator has configured himself


@dataclass(frozen=True, slots=True)
class _Origin:
    """What the calls to one scheme, host and port have in common."""

    target: Target  # of any of them
    key: Key
    common: str


class OutgoingClient:
    """Connections to other people's endpoints, reused. Open it in the event loop that uses it (`async with`,
    or `start` and `close`); any number of calls may run at once.

    `resolver` looks names up (the system's by default) and is asked once per connection at most; `tls`
    replaces the default verifying context, for a lab's own certificate authority.
    """

    def __init__(
        self,
        options: ClientOptions = ClientOptions(),
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._options = options
        self._exempt = options.exempt
        self._resolver = JudgingResolver(resolver or SystemResolver(), self._exempt)
        self._tls = tls or ssl.create_default_context()
        self._origins: dict[tuple[str, str], _Origin] = {}
        self._pool: Pool | None = None

    async def start(self) -> None:
        """Make ready; connects nowhere yet."""
        self._loop = asyncio.get_running_loop()
        options = self._options
        self._pool = Pool(options.connections, options.connections_per_host, options.idle_seconds)

    async def close(self) -> None:
        """Close every connection; calls under way fail. May be called twice."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()

    async def __aenter__(self) -> OutgoingClient:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        repeatable: bool = False,
        max_body: int | None = None,
        timeout: float | None = None,
    ) -> HttpAnswer | HttpFailure:
        """Make one call. The path and query go out byte for byte as in `url`; its fragment is not sent.
        `max_body` and `timeout` (of the whole call) are for this one, instead of the options'.

        A kept connection may have been closed by the other end just when it is used: the call then ends
        without an octet of an answer. A GET, and what is `repeatable` (its receiver knows it when it comes
        twice), is sent once more over another connection; what is not has failed.

        Raises RuntimeError when not started, ValueError for a method or header that HTTP does not allow.
        """
        pool = self._pool
        if pool is None:
            raise RuntimeError("the client is not started")
        parts = split_url(url)
        if isinstance(parts, BadUrl):
            return HttpFailure(FailureKind.BAD_URL, parts.reason)
        scheme, authority, path = parts
        origin = self._origins.get((scheme, authority)) or self._origin(scheme, authority)
        if isinstance(origin, BadUrl):
            return HttpFailure(FailureKind.BAD_URL, origin.reason)
        octets = render(method, path, origin.common, headers, body)
        deadline = self._loop.time() + (self._options.total_timeout if timeout is None else timeout)
        again = repeatable or method in _SAFE
        while True:
            connection = pool.idle(origin.key) or await pool.acquire(
                origin.key, deadline, partial(self._connect, origin.target, deadline)
            )
            if isinstance(connection, HttpFailure):
                return connection
            if not connection.usable:
                continue  # closed while it was handed to us
            kept = connection.exchanges > 0
            result = await connection.exchange(octets, deadline, max_body)
            stale = kept and connection.untouched and result == CLOSED
            if not (again and stale):
                return result
            again = False
            pool.drop_idle(origin.key)

    def _origin(self, scheme: str, authority: str) -> _Origin | BadUrl:
        target = judge(scheme, authority, "/", self._exempt)
        if isinstance(target, BadUrl):
            return target
        if len(self._origins) >= _REMEMBERED:
            self._origins.clear()
        host = f"[{target.host}]" if ":" in target.host else target.host
        default = target.port == DEFAULT_PORTS[scheme]
        common = common_head(host if default else f"{host}:{target.port}", self._options.user_agent)
        origin = _Origin(target, (scheme, target.host, target.port), common)
        self._origins[scheme, authority] = origin
        return origin

    async def _connect(
        self,
        target: Target,
        deadline: float,
        done: Callable[[Connection], None],
        lost: Callable[[Connection], None],
    ) -> Connection | HttpFailure:
        return await dial(
            target,
            self._resolver,
            self._tls,
            min(deadline, self._loop.time() + self._options.connect_timeout),
            lambda: Connection(self._options.max_body, done, lost),
        )
