"""The one client for calls to addresses that users choose: callbacks, webhooks, attachments.

Rule: nothing about a call is decided by the other end. No redirect is followed, no proxy or credential is
taken from the environment, no cookie kept, nothing unpacked; time, headers and body are capped. Whatever
happens is a value.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType

import aiohttp
from yarl import URL

from viesti.net.addresses import PRIVATE_NETWORKS, Network
from viesti.net.resolver import ForbiddenAddressError, JudgingResolver, Resolver, SystemResolver
from viesti.net.url import BadUrl, Target, parse_url


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """What an operator may set. Times in seconds, sizes in bytes."""

    allow_private: bool = False  # a lab: one's own machine and private networks may be called
    allowed: tuple[Network, ...] = ()  # further subnets that may be called
    total_timeout: float = 20.0  # a whole call, waiting for a free connection included
    connect_timeout: float = 8.0
    connections: int = 1_000
    connections_per_host: int = 64
    max_body: int = 65_536  # more of an answer is not read
    user_agent: str = "Viesti"

    @property
    def exempt(self) -> tuple[Network, ...]:
        """Every subnet that the ban does not cover."""
        return (*self.allowed, *PRIVATE_NETWORKS) if self.allow_private else self.allowed


class FailureKind(StrEnum):
    """Why there is no answer."""

    BAD_URL = "bad url"
    FORBIDDEN = "forbidden address"
    RESOLVE = "name not found"
    CONNECT = "no connection"
    TLS = "TLS failed"
    TIMEOUT = "timed out"
    BROKEN = "connection lost"
    NOT_HTTP = "unreadable answer"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer of any status. Header names fit in any case; `truncated` when the body was longer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class HttpFailure:
    """No answer. `detail` is for the operator and never holds the URL."""

    kind: FailureKind
    detail: str

    @property
    def for_good(self) -> bool:
        """Whether our own rules forbid the call, so that trying again is pointless."""
        return self.kind in (FailureKind.BAD_URL, FailureKind.FORBIDDEN)


# The first row that fits decides; subclasses stand before their bases.
_KINDS: tuple[tuple[type[BaseException], FailureKind], ...] = (
    (ForbiddenAddressError, FailureKind.FORBIDDEN),
    (aiohttp.ClientConnectorDNSError, FailureKind.RESOLVE),
    (aiohttp.ClientConnectorCertificateError, FailureKind.TLS),
    (aiohttp.ClientSSLError, FailureKind.TLS),
    (TimeoutError, FailureKind.TIMEOUT),
    (aiohttp.ClientConnectorError, FailureKind.CONNECT),
    (aiohttp.ClientResponseError, FailureKind.NOT_HTTP),
    (aiohttp.ClientError, FailureKind.BROKEN),
    (OSError, FailureKind.BROKEN),
)
_EXPECTED = tuple(error for error, _ in _KINDS)


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
        self._tls: ssl.SSLContext | bool = True if tls is None else tls
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Make ready; connects nowhere yet."""
        options = self._options
        connector = aiohttp.TCPConnector(
            resolver=self._resolver,
            ssl=self._tls,
            limit=options.connections,
            limit_per_host=options.connections_per_host,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=options.total_timeout, sock_connect=options.connect_timeout),
            headers={"User-Agent": options.user_agent},
            skip_auto_headers=("Accept-Encoding", "Content-Type"),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )

    async def close(self) -> None:
        """Close every connection; calls under way fail. May be called twice."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def __aenter__(self) -> OutgoingClient:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> HttpAnswer | HttpFailure:
        """Make one call. The path and query go out byte for byte as in `url`; its fragment is not sent.

        Raises RuntimeError when not started, ValueError for a method or header that HTTP does not allow.
        """
        if self._session is None:
            raise RuntimeError("the client is not started")
        target = parse_url(url, self._exempt)
        if isinstance(target, BadUrl):
            return HttpFailure(FailureKind.BAD_URL, target.reason)
        try:
            async with self._session.request(
                method, _exact(target), headers=headers, data=body or None, allow_redirects=False
            ) as response:
                return await self._read(response)
        except _EXPECTED as error:
            return _failure(error)

    async def _read(self, response: aiohttp.ClientResponse) -> HttpAnswer:
        chunks: list[bytes] = []
        room = self._options.max_body
        while room > 0 and (chunk := await response.content.read(room)):
            chunks.append(chunk)
            room -= len(chunk)
        # With a rest unread aiohttp closes the connection instead of reusing it.
        truncated = not response.content.at_eof()
        return HttpAnswer(response.status, response.headers, b"".join(chunks), truncated)


def _exact(target: Target) -> URL:
    """The URL for aiohttp. The query is given as part of the path, because parsing drops a bare '?'."""
    return URL.build(scheme=target.scheme, authority=target.authority, path=target.path, encoded=True)


def _failure(error: BaseException) -> HttpFailure:
    kind = next(kind for expected, kind in _KINDS if isinstance(error, expected))
    return HttpFailure(kind, _detail(error))


def _detail(error: BaseException) -> str:
    """What went wrong in the system's words, without the URL that aiohttp would add."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        error = error.certificate_error
    elif isinstance(error, aiohttp.ClientConnectorError):
        error = error.os_error
    if isinstance(error, ForbiddenAddressError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError):
        return error.reason or "SSLError"
    if isinstance(error, OSError) and error.errno is not None:
        # asyncio writes the address into strerror; look-up errors are negative and only it tells them.
        return os.strerror(error.errno) if error.errno > 0 else error.strerror or "name not found"
    return type(error).__name__
