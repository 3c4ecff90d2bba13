"""The address under which callers reach a server, as definitions have it: scheme, host and path.

Rule: nothing is guessed and nothing mended but a slash at the end; what can't be used is named in a sentence.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class BaseUrl:
    """`host` with its port, unless that is the scheme's own; `path` '', or beginning and not ending with a
    slash."""

    scheme: str
    host: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}"


def read_base_url(text: str) -> BaseUrl | str:
    """The address, or what is wrong with it."""
    try:
        split = urlsplit(text.strip())
        port = split.port
    except ValueError:
        return "it is not an address such as https://sms.example.com"
    path = split.path.rstrip("/")
    if problem := _problem(split, path):
        return problem
    host = split.hostname or ""
    shown = host if port in (None, _DEFAULT_PORTS[split.scheme]) else f"{host}:{port}"
    return BaseUrl(split.scheme, shown, path)


def _problem(split: SplitResult, path: str) -> str | None:
    host = split.hostname or ""
    checks = (
        (split.scheme not in _DEFAULT_PORTS, "it must begin with https://"),
        (not host, "it names no host"),
        (split.username is not None, "it must hold no user name and no password"),
        (split.query or split.fragment, "it must end with its path, without ? or #"),
        (":" in host, "a definition can't hold an IPv6 address; use a name"),
        (not _HOST.fullmatch(host), f"{host} is no name of a host; write letters beyond a to z as xn--..."),
        (
            not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")),
            f"the path {path} may only have letters, digits and . _ ~ - between single slashes",
        ),
        (
            split.scheme == "http" and not _is_loopback(host),
            "it must begin with https://; http is for trials on this machine",
        ),
    )
    return next((sentence for wrong, sentence in checks if wrong), None)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
