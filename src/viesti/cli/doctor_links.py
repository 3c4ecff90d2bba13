"""What `viesti doctor` says of short links: whether they lead here, and for as long as they were to.

Rule: only customers whose links are followed, or that have a host for them, are spoken of.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from viesti.cli.doctor import Finding, Verdict
from viesti.storage.examination import LinksOfCustomer


def judge_links(
    customers: Sequence[LinksOfCustomer],
    retention_days: int,
    base_url: str,
    found: Callable[[str], bool] | None = None,
) -> Iterator[Finding]:
    """What to say of each. `found`: whether a host's name leads to an address."""
    found = found or _found
    for customer in customers:
        if customer.link_domain and not found(customer.link_domain):
            yield Finding(
                Verdict.WARN,
                "links",
                f"{customer.key}: {customer.link_domain} is not found; its short links lead nowhere before "
                "it has a DNS record that leads to the API.",
            )
        elif not customer.link_domain and _only_here(base_url):
            yield Finding(
                Verdict.WARN,
                "links",
                f"{customer.key}: its short links would begin with {base_url}, which no handset reaches; set "
                "VIESTI_PUBLIC_BASE_URL, or its link_domain in the estate.",
            )
        elif customer.link_days > retention_days:
            yield Finding(
                Verdict.WARN,
                "links",
                f"{customer.key}: its short links end after {retention_days} days (retention_days), not "
                f"after {customer.link_days} (link_days).",
            )
        else:
            where = customer.link_domain or base_url
            yield Finding(Verdict.OK, "links", f"{customer.key}: {where}, {customer.link_days} days.")


def _only_here(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified


def _found(host: str) -> bool:
    try:
        socket.getaddrinfo(host, 443)
    except OSError:
        return False
    return True
