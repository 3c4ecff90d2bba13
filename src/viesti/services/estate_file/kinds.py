"""What a value in an estate file may be: each kind says it in words, and checks it.

Rule: a check knows the value alone. What depends on other things of the estate is in `rules`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import phonenumbers

from viesti.domain.delivery_report import DEFAULT_NAMES, unknown_placeholders

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
# ASCII, as it stands in a header one day; no name before the host, which would hide where it leads.
_REDIRECT = re.compile(
    r"(https://[A-Za-z0-9._:\[\]-]+|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?)([/?][!-\"$-~]*)?"
)
_QUERY = re.compile(r"(?![?&])[!\"$-~]*")  # printable ASCII without the space and '#'
_PREFIX = re.compile(r"[0-9]{0,15}")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{0,253}}$)({_LABEL}(\.{_LABEL})+)?")
_LARGEST_PRICE = Decimal(10**8)
_PRICE_PLACES = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. `allowed` ends the sentence "it must be ..."; `check` raises ValueError."""

    allowed: str
    check: Callable[[object], object]


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    return value


def _not_empty(value: object) -> str:
    text = _text(value).strip()
    if not text:
        raise ValueError
    return text


def _matching(pattern: re.Pattern[str], prepare: Callable[[str], str] = str) -> Callable[[object], str]:
    def check(value: object) -> str:
        text = prepare(_text(value))
        if not pattern.fullmatch(text):
            raise ValueError
        return text

    return check


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _region(value: object) -> str:
    region = _text(value).upper()
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError
    return region


def _price(value: object) -> Decimal:
    # A binary fraction is none of these: 0.1 as float is not the price anybody wrote.
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise ValueError
    try:
        price = Decimal(value)
    except InvalidOperation:
        raise ValueError from None
    if not price.is_finite() or not 0 <= price < _LARGEST_PRICE or price != round(price, _PRICE_PLACES):
        raise ValueError
    return price


def _rate(value: object) -> Decimal:
    rate = _price(value)
    if not rate:
        raise ValueError
    return rate


def _secret(value: object) -> str:
    text = _text(value)
    if not text.strip() or "\n" in text:
        raise ValueError
    return text


def whole(least: int, most: int) -> Kind:
    """Whole numbers from `least` to `most`."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return Kind(f"a whole number from {least} to {most}", check)


def one_of(*words: str) -> Kind:
    """One of a few words, as they are written."""

    def check(value: object) -> str:
        if value not in words:
            raise ValueError
        return _text(value)

    return Kind("one of " + ", ".join(words), check)


def some_of(*words: str) -> Kind:
    """A list of some of a few words, each once, in the order given."""

    def check(value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or any(each not in words for each in value):
            raise ValueError
        return tuple(dict.fromkeys(value))

    return Kind("a list of some of " + ", ".join(words), check)


def _regions(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError
    return tuple(sorted({_region(each) for each in value}))


def words_for(*names: str) -> Kind:
    """A table that gives some of `names` another word."""

    def check(value: object) -> dict[str, str]:
        if not isinstance(value, Mapping) or any(name not in names for name in value):
            raise ValueError
        return {name: _not_empty(word) for name, word in value.items()}

    return Kind("a table of texts with some of the keys " + ", ".join(names), check)


def roles(*words: str) -> Kind:
    """A table of customers' keys, each with one of `words`."""

    def check(value: object) -> dict[str, str]:
        if not isinstance(value, Mapping) or any(role not in words for role in value.values()):
            raise ValueError
        return {KEY_CHECK(key): role for key, role in value.items()}

    return Kind("a table of customers' keys, each with " + " or ".join(words), check)


def _tables(value: object) -> tuple[Mapping[str, object], ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, Mapping) for each in value):
        raise ValueError
    return tuple(value)


def _options(value: object) -> dict[str, object]:
    """A table of plain values, with fractions as float: that is how JSON gives them back."""
    if not isinstance(value, Mapping):
        raise ValueError
    return {str(name): _plain(each) for name, each in value.items()}


def _redirects(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError
    return tuple(dict.fromkeys(_redirect(each) for each in value))


def _redirect(value: object) -> str:
    """Kept octet by octet; a plain http one only leads to the person's own machine."""
    text = _text(value)
    if not _REDIRECT.fullmatch(text):
        raise ValueError
    return text


def _report_query(value: object) -> str:
    text = _text(value)
    if not _QUERY.fullmatch(text) or unknown_placeholders(text):
        raise ValueError
    return text


def _plain(value: object) -> object:
    match value:
        case str() | bool() | int() | float():
            return value
        case Decimal():
            return float(value)
        case Mapping():
            return _options(value)
        case Sequence():
            return [_plain(each) for each in value]
        case _:
            raise ValueError


def _secrets(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError
    return {str(name): _secret(each) for name, each in value.items()}


KEY_CHECK = _matching(_KEY)

TEXT = Kind("text", _text)
NAME = Kind("text that is not empty", _not_empty)
KEY = Kind("a short name of a-z, 0-9, '.', '_' and '-' that starts with a letter or digit", KEY_CHECK)
EMAIL = Kind("an e-mail address", _matching(_EMAIL, str.lower))
BOOLEAN = Kind("true or false", _boolean)
REGION = Kind("the two letters of a region, such as FI", _region)
REGIONS = Kind("a list of regions of two letters, such as FI", _regions)
CURRENCY = Kind("the three letters of a currency, such as EUR", _matching(_CURRENCY, str.upper))
PREFIX = Kind("at most 15 digits, without '+'", _matching(_PREFIX))
PRICE = Kind("an amount from 0 with at most 6 decimals", _price)
RATE = Kind("an amount above 0 with at most 6 decimals", _rate)
HOST = Kind("empty or the name of a host, such as go.example.com", _matching(_HOST, str.lower))
CLIENT_KEY = Kind("text without spaces and ':'", _matching(re.compile(r"[!-9;-~]{1,200}")))
REPORT_QUERY = Kind(
    f"empty or a query without '?' at its start, whose places are some of {', '.join(DEFAULT_NAMES)}",
    _report_query,
)
SECRET = Kind("text in one line that is not empty, or env:NAME, or file:PATH", _secret)
SECRETS = Kind("a table of secrets; each is text, or env:NAME, or file:PATH", _secrets)
OPTIONS = Kind("a table of texts, numbers, true or false, and lists of them", _options)
REDIRECTS = Kind(
    "a list of URLs that begin with https:// (http:// only to localhost) and have no `#`", _redirects
)
TABLES = Kind("a list of tables", _tables)
