"""What a setting's value may be: each kind says it in words, and checks it.

Rule: `check` takes the value as the file gives it (TOML's own types) and returns the value code works with,
or raises ValueError; `from_text` first turns the text of an environment variable into what a file would hold.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. `allowed` ends the sentence "it must be ..."."""

    allowed: str
    check: Callable[[object], object]
    from_text: Callable[[str], object] = str


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _boolean_from_text(text: str) -> object:
    word = text.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else text


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def whole(least: int, most: int) -> Kind:
    """Whole numbers from `least` to `most`."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return Kind(f"a whole number from {least} to {most}", check, int)


def number(least: float, most: float) -> Kind:
    """Numbers, whole or with a fraction, from `least` to `most`."""

    def check(value: object) -> float:
        # The comparison is also false for "not a number".
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise ValueError
        return float(value)

    return Kind(f"a number from {least:g} to {most:g}", check, float)


def one_of(*words: str) -> Kind:
    """One of a few words, in any case."""

    def check(value: object) -> str:
        word = _string(value).lower()
        if word not in words:
            raise ValueError
        return word

    return Kind("one of " + ", ".join(words), check)


def _not_empty(value: object) -> str:
    text = _string(value).strip()
    if not text:
        raise ValueError
    return text


def _folder(value: object) -> Path:
    path = Path(_not_empty(value)).expanduser()
    if not path.is_absolute():  # it would move with the folder the process happens to be started in
        raise ValueError
    return path


def _database_url(value: object) -> str:
    text = _string(value)
    if text and urlsplit(text).scheme not in ("postgresql", "postgres"):
        raise ValueError
    return text


def _web_address(value: object) -> str:
    text = _string(value)
    parts = urlsplit(text)
    if text and (
        parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment
    ):
        raise ValueError
    return text.rstrip("/")


def _split(text: str) -> object:
    return [item.strip() for item in text.split(",") if item.strip()]


def _subnets(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError
    return tuple(str(ipaddress.ip_network(_string(item))) for item in value)


def _secret_key(value: object) -> str:
    text = _string(value)
    for key in filter(None, text.split(",")):
        try:
            octets = base64.b64decode(key.strip(), altchars=b"-_", validate=True)
        except binascii.Error as error:
            raise ValueError from error
        if len(octets) != 32:
            raise ValueError
    return text


TEXT = Kind("text that is not empty", _not_empty)
BOOLEAN = Kind("true or false", _boolean, _boolean_from_text)
PORT = whole(1, 65_535)
FOLDER = Kind("the full path of a folder", _folder)
DATABASE_URL = Kind("empty or an address that starts with postgresql://", _database_url)
WEB_ADDRESS = Kind("empty or an address that starts with http:// or https://", _web_address)
SUBNETS = Kind("a list of networks, such as 10.1.0.0/16", _subnets, _split)
SECRET_KEY = Kind("empty or keys of 32 octets in URL-safe base64, separated by commas", _secret_key)
