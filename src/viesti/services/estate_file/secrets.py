"""Secrets of the estate: made, brought into the form they are stored in, and compared with it.

Rule: a hashed secret is only ever compared; a sealed one opens for use, never for showing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from viesti.protocols.webhook.signature import secret_text
from viesti.services.estate_file.fields import Field, Keeping
from viesti.services.secret_check import hash_secret
from viesti.storage.seal import Seal, SealError

# How many octets of chance a made value has.
_OCTETS = {"client_key": 12, "client_id": 12, "callback_secret": 32}
_USUAL_OCTETS = 24


def make(about: Field, token: Callable[[int], str]) -> str:
    """A new value. `token(octets)` gives text that can't be guessed and needs no quoting."""
    text = token(_OCTETS.get(about.name, _USUAL_OCTETS))
    return secret_text(text.encode()) if about.name == "callback_secret" else text


def to_stored(about: Field, plain: Any, seal: Seal) -> str | None:
    """The form in which a secret is stored; None for none."""
    if not plain:
        return None
    return hash_secret(plain) if about.secret is Keeping.HASHED else seal.seal(_octets(plain))


def same(about: Field, stored: str, plain: Any, seal: Seal) -> bool:
    """Whether what is stored is this secret. One that was sealed with a lost key is not."""
    if about.secret is Keeping.HASHED:
        try:
            return PasswordHasher().verify(stored, plain)
        except (VerificationError, InvalidHashError):
            return False
    try:
        return seal.open(stored) == _octets(plain)
    except SealError:
        return False


def _octets(plain: Any) -> bytes:
    """A text as it is, a table as JSON with its keys in order."""
    return plain.encode() if isinstance(plain, str) else msgspec.json.encode(plain, order="sorted")
