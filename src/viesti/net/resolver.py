"""Name to address, once per connection, with every address judged.

Rule: the client connects to an address from the list that was judged here, never to a second look-up's. A
name with one forbidden address is forbidden whole; which of its addresses would be used is not left to
chance.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Protocol

from viesti.net.addresses import Address, Network, forbidden


class Resolver(Protocol):
    """Looks a name up."""

    async def resolve(self, host: str) -> Sequence[str]:
        """The addresses of `host` in text form, best first. Raises OSError when there is none."""
        ...


class SystemResolver:
    """The machine's own resolver."""

    async def resolve(self, host: str) -> Sequence[str]:
        """As the protocol says."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class ForbiddenAddressError(Exception):
    """The name leads to a forbidden address. Not an OSError, so that nothing retries around it."""


class JudgingResolver:
    """Asks the other resolver and lets only wholly allowed names through."""

    def __init__(self, resolver: Resolver, allowed: Sequence[Network]) -> None:
        self._resolver = resolver
        self._allowed = tuple(allowed)

    async def resolve(self, host: str) -> list[Address]:
        """The addresses to connect to, best first. Raises ForbiddenAddressError, or OSError when the name has
        none."""
        addresses = [ip_address(text) for text in await self._resolver.resolve(host)]
        if not addresses:
            raise OSError("the name has no address")
        for address in addresses:
            reason = forbidden(address, self._allowed)
            if reason is not None:
                raise ForbiddenAddressError(reason)
        return addresses
