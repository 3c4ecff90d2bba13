"""URLs that users give us: what is accepted, and their exact bytes.

Rule: a URL is taken apart here and nowhere else, so no second parser can read another host out of it. It is
refused or sent as written; nothing is decoded, encoded, normalised or reordered.

Ports: 80, 443 and everything from 1024. What listens below is mail, file and login services that no callback
needs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from viesti.net.addresses import Address, Network, forbidden

MAX_LENGTH = 4_096
DEFAULT_PORTS = {"http": 80, "https": 443}

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^#]*)")  # scheme, authority, path and query
_AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{1,5}))?")
_VISIBLE = re.compile(r"[!-~]+")  # printable ASCII without the space
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
# A host that ends so is an IPv4 address to somebody's parser: 127.1, 0x7f.1, 2130706433, 0177.0.0.1 (WHATWG
# URL, 3.5).
_NUMERIC = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be called, if its host's addresses may. `path` starts with '/' and has the query."""

    scheme: str
    authority: str  # as written
    host: str  # lower case, an IPv6 address without brackets
    port: int
    path: str
    address: Address | None  # the host, when it is an IP address


@dataclass(frozen=True, slots=True)
class BadUrl:
    """Why it is refused, as a sentence for the caller; never quotes the URL, which may hold a secret."""

    reason: str


def parse_url(url: str, allowed: Sequence[Network] = ()) -> Target | BadUrl:
    """Judge a URL without looking anything up. `allowed` subnets are exempt from the ban on addresses."""
    parts = split_url(url)
    return parts if isinstance(parts, BadUrl) else judge(*parts, allowed)


def split_url(url: str) -> tuple[str, str, str] | BadUrl:
    """Scheme, authority as written, and path with query, of a URL that may be called as far as these tell
    without `judge`."""
    if len(url) > MAX_LENGTH:
        return BadUrl(f"The URL is longer than {MAX_LENGTH} characters.")
    if not _VISIBLE.fullmatch(url):
        return BadUrl("The URL must be printable ASCII; percent-encode spaces and other characters.")
    found = _URL.match(url)
    scheme = found[1].lower() if found else ""
    if found is None or scheme not in DEFAULT_PORTS:
        return BadUrl("The URL must begin with http:// or https://.")
    path = found[3]
    return scheme, found[2], path if path.startswith("/") else "/" + path


def judge(scheme: str, authority: str, path: str, allowed: Sequence[Network] = ()) -> Target | BadUrl:
    """The parts of a URL, if its authority is one that may be called."""
    if "@" in authority:
        return BadUrl("The URL must not hold a user name or password.")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None or not parts["host"]:
        return BadUrl("The URL has no valid host and port.")
    port = int(parts["port"] or DEFAULT_PORTS[scheme])
    if port not in (80, 443) and not 1_024 <= port <= 65_535:
        return BadUrl("The URL's port must be 80, 443 or from 1024 to 65535.")
    host = _host(parts["host"].lower(), allowed)
    if isinstance(host, BadUrl):
        return host
    name, address = host
    return Target(scheme, authority, name, port, path, address)


def _host(host: str, allowed: Sequence[Network]) -> tuple[str, Address | None] | BadUrl:
    address: Address | None = None
    if host.startswith("["):
        name = host[1:-1]
        try:
            address = IPv6Address(name)
        except ValueError:
            return BadUrl("The URL's host is not a valid IPv6 address.")
        if address.scope_id is not None:
            return BadUrl("The URL's host must not have a zone.")
    else:
        name = host
        labels = host.removesuffix(".").split(".")
        if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
            return BadUrl("The URL's host is not a valid name.")
        if _NUMERIC.fullmatch(labels[-1]):
            try:
                address = IPv4Address(host)
            except ValueError:
                return BadUrl("An IP address in a URL must be written as four decimal numbers.")
    reason = None if address is None else forbidden(address, allowed)
    if reason is not None:
        return BadUrl(f"The URL leads to an address that may not be called ({reason}).")
    return name, address
