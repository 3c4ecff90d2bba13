"""Reads what browsers and clients send: forms, queries and cookies.

Rule: a body is a form whatever it calls itself, small, and what we read of it is there once.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from viesti.api.answer import Refusal
from viesti.api.body import BodyLimits, read_body

LIMITS = BodyLimits(octets=64 << 10, seconds=10.0)
MAX_MEMBERS = 50
# What is read of a form; anything else may be there, and twice.
OF_CLIENTS = ("client_id", "client_secret", "code", "code_verifier", "grant_type", "redirect_uri")
OF_TOKENS = ("refresh_token", "scope", "token")
OF_PEOPLE = ("csrf", "decision", "email", "password", "query", "to")
MEMBERS = frozenset((*OF_CLIENTS, *OF_TOKENS, *OF_PEOPLE))
_OURS = re.compile(r"[A-Za-z0-9_-]{16,128}")
_OUR_PAGE = re.compile(r"/console(/[A-Za-z0-9_-]{1,64}){1,4}")


async def read_form(scope: Scope, receive: Receive) -> dict[str, str] | Refusal:
    """The members of a form; 400 when one that is read is there twice."""
    declared = header(scope, b"content-length")
    body = await read_body(receive, declared or None, LIMITS)
    if isinstance(body, Refusal):
        return body
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_MEMBERS)
    except (UnicodeDecodeError, ValueError):
        return Refusal(400, "The body is not a form (application/x-www-form-urlencoded).")
    read = [(name, value) for name, value in pairs if name in MEMBERS]
    form = dict(read)
    if len(form) != len(read):
        return Refusal(400, "A member of the form is there twice.")
    return form


def header(scope: Scope, name: bytes) -> bytes:
    """A header of the request; empty when it is not there."""
    value: bytes = dict(scope["headers"]).get(name, b"")
    return value


def query(scope: Scope) -> str:
    """The query as it came."""
    text: bytes = scope["query_string"]
    return text.decode("latin-1")


def our_page(text: str) -> str:
    """The path of a page of ours that asks people to sign in, as it is in a text; empty when it is none. It
    leads nowhere but to this server."""
    return text if _OUR_PAGE.fullmatch(text) else ""


def cookie(scope: Scope, name: str) -> str:
    """A cookie of ours; empty when it is not there, or not of the letters that ours are made of."""
    for pair in header(scope, b"cookie").decode("latin-1").split(";"):
        found, _, value = pair.strip().partition("=")
        if found == name and _OURS.fullmatch(value):
            return value
    return ""


def set_cookie(name: str, value: str, seconds: int, *, path: str, secure: bool) -> tuple[bytes, bytes]:
    """The header that sets a cookie of our pages under a path; one that lives 0 seconds is taken away. Lax,
    not strict: the way here begins at the platform's page."""
    text = f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax"
    return b"set-cookie", (text + "; Secure" if secure else text).encode("ascii")


def same(shown: str, expected: str) -> bool:
    """Whether two texts are the same, in a time that does not tell how far. Empty is never right."""
    return bool(expected) and hmac.compare_digest(shown.encode(errors="replace"), expected.encode())


def from_elsewhere(scope: Scope) -> bool:
    """Whether a browser says that a page of another origin sent this form, be it of the same site."""
    return header(scope, b"sec-fetch-site") not in (b"", b"same-origin", b"none")


def member(form: Mapping[str, str], name: str) -> str:
    """A member of a form; empty when it is not there."""
    return form.get(name, "")
