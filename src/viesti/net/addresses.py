"""Which network addresses a URL given by a user may lead to.

Rule: an address is judged together with every IPv4 address hidden in it (mapped, 6to4, NAT64), and each must
pass. An allowed subnet lifts the ban from the addresses written in it, never from what is hidden in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA special-purpose registries (RFC 6890 and its updates) and what else is not the public Internet.
_DENIED_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved or broadcast"),
    )
)
_DENIED_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("100::/64", "discard"),
        ("2001::/23", "protocol assignments"),  # with Teredo, which hides an IPv4 address
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")

# Where an IPv6 prefix hides an IPv4 address, and how far to shift it down (RFC 4291, 3056, 6052, 8215).
_HIDDEN_V4: tuple[tuple[IPv6Network, int], ...] = (
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("2002::/16"), 80),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("64:ff9b:1::/48"), 0),
)
_MAPPED = IPv6Network("::ffff:0:0/96")

# What "private URLs are allowed" means: one's own machine and networks. Link-local stays forbidden, because
# clouds keep their machines' credentials there; who wants it allows the subnet by name.
PRIVATE_NETWORKS: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)

# For what the operator has configured himself, such as a provider's address: no user chose where it leads.
EVERYWHERE: tuple[Network, ...] = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))


def forbidden(address: Address, allowed: Sequence[Network] = ()) -> str | None:
    """Why `address` may not be called, in a word or two; None when it may. `allowed` is exempt."""
    for each in _with_hidden(address):
        reason = _denied(each, allowed)
        if reason is not None:
            return reason
    return None


def _with_hidden(address: Address) -> list[Address]:
    """The address and what it hides. A mapped address is nothing but its IPv4 address: it connects there."""
    if isinstance(address, IPv4Address):
        return [address]
    number = int(address)
    hidden: list[Address] = [
        IPv4Address(number >> shift & 0xFFFFFFFF) for network, shift in _HIDDEN_V4 if address in network
    ]
    return hidden if address in _MAPPED else [address, *hidden]


def _denied(address: Address, allowed: Sequence[Network]) -> str | None:
    if any(address.version == network.version and address in network for network in allowed):
        return None
    if isinstance(address, IPv4Address):
        return next((reason for network, reason in _DENIED_V4 if address in network), None)
    reason = next((reason for network, reason in _DENIED_V6 if address in network), None)
    if reason is None and address not in _GLOBAL_UNICAST:
        return "not global unicast"
    return reason
