"""The octets of a request (RFC 9112).

Rule: nothing that is given can end a line, or say what the client itself says of the message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_WITH_CONTENT = frozenset({"POST", "PUT", "PATCH"})  # an empty body is said to be empty (RFC 9110, 8.6)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t -~\x80-\xff]*")
_OURS = frozenset(
    ("accept", "connection", "content-length", "expect", "host", "keep-alive", "proxy-authorization",
     "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "user-agent")
)  # fmt: skip


def common_head(host: str, user_agent: str) -> str:
    """What follows the path in every request to `host` (with its port unless it is the scheme's own)."""
    return f" HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {_value(user_agent)}\r\nAccept: */*\r\n"


def render(method: str, path: str, common: str, headers: Mapping[str, str] | None, body: bytes) -> bytes:
    """A whole request. `path` goes out as it is and must be printable ASCII without a space.

    Raises ValueError for a method other than METHODS, and for a header that HTTP does not allow or that the
    client writes itself.
    """
    if method not in METHODS:
        raise ValueError(f"invalid method {method!r}")
    lines = [method, " ", path, common]
    for name, value in (headers or {}).items():
        lines += (_name(name), ": ", _value(value), "\r\n")
    if body or method in _WITH_CONTENT:
        lines.append(f"Content-Length: {len(body)}\r\n")
    lines.append("\r\n")
    return "".join(lines).encode("latin-1") + body


@lru_cache(maxsize=256)
def _name(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"invalid header name {name!r}")
    if name.lower() in _OURS:
        raise ValueError(f"the header {name} is reserved to the client")
    return name


def _value(value: str) -> str:
    if not _VALUE.fullmatch(value):
        raise ValueError("invalid character in a header's value")  # which may be a secret
    return value
