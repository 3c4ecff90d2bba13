"""What a program may be allowed to do, how it asks for it, and how a person is told.

Rule: this table is the one place; what is enforced, shown on the consent page and exported follows from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from viesti.services.principal import Scope

MAX_TEXT = 2000  # characters of a `scope` parameter

# What a person reads before he agrees, in the order he reads it.
IN_WORDS: Mapping[Scope, str] = {
    Scope.USER_CUSTOMERS: "See which customers you work for",
    Scope.CUSTOMER_SERVICES: "See their services",
    Scope.GATEWAY_SEND: "Send messages and replies",
    Scope.DISCUSSION: "Answer in discussions",
    Scope.TWOWAY: "Be told of incoming messages",
    Scope.GROUP: "Read and change contacts of groups",
    Scope.WHATSAPP: "Use WhatsApp",
    Scope.MESSAGES_READ: "See messages and what became of them, the balance and the senders",
    Scope.EVENTS: "Be told of deliveries, opt-outs, keywords and clicks",
    Scope.OFFLINE: "Stay connected until the connection is ended",
}
# The scopes that open operations; the last one only says for how long.
RIGHTS: tuple[Scope, ...] = tuple(scope for scope in IN_WORDS if scope is not Scope.OFFLINE)

# Words of OpenID Connect that clients add by habit. They open nothing here and are read back as they came.
_WITHOUT_MEANING = frozenset({"openid", "profile", "email"})
_LONG_FORM = re.compile(r"https?://[^/\s]+/smartdialog-integrations-api/(?P<short>[^/\s]+)")
_BETWEEN = re.compile(r"[\s,]+")


class Asked(msgspec.Struct, frozen=True):
    """Scopes as a client asked for them. `text` is what it reads back."""

    scopes: frozenset[Scope]
    text: str


def read_scopes(text: str) -> Asked | None:
    """The scopes in a `scope` parameter, in short or long form, between spaces or commas; none asked: all.

    None when one of them is unknown, or none of them opens anything.
    """
    if len(text) > MAX_TEXT:
        return None
    words = [word for word in _BETWEEN.split(text) if word]
    if not words:
        return Asked(frozenset(Scope), in_short(Scope))
    scopes: set[Scope] = set()
    for word in words:
        if word in _WITHOUT_MEANING:
            continue
        long_form = _LONG_FORM.fullmatch(word)
        try:
            scopes.add(Scope(long_form["short"] if long_form else word))
        except ValueError:
            return None
    return Asked(frozenset(scopes), " ".join(text.split())) if scopes else None


def in_short(scopes: Iterable[Scope]) -> str:
    """The short names, in the table's order, between spaces."""
    held = set(scopes)
    return " ".join(scope for scope in IN_WORDS if scope in held)


def in_words(scopes: Iterable[Scope]) -> tuple[str, ...]:
    """What a person agrees to."""
    held = set(scopes)
    return tuple(words for scope, words in IN_WORDS.items() if scope in held)
