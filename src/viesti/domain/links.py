"""Finds the links in a text, and puts others in their place.

Rule: this is the only place that says what a link is. What a short link leads to is found again in the stored
text, so a rule that messages were sent by is never changed: a better one gets the next number, and a message
keeps the number it was sent by. Finding once more in a text whose links were replaced gives the replacements.

Rule 1: `http://` or `https://` in any letter case, not in the middle of an ASCII word, up to a blank, a
control or an invisible character, a quotation mark, an angle bracket, a backslash or CJK punctuation.
Punctuation at the end is the sentence's, and so is a bracket that is not opened in the link. Letters of any
script belong to it. It has a host and no user name. Links after the eighth, and those of more than 4,096
characters, stay as they are, and so does a bare `www.`: nobody said how it is to be reached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

RULE = 1  # by which new messages are sent
MAX_LINKS = 8  # in one text
MAX_LINK = 4096  # characters
PATH = "/l/"  # of short links, before their token
TOKEN_LENGTH = 11  # characters of what tells a short link from all others

_INVISIBLE = r"\s\x00-\x20\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_QUOTES = r""" "<>\\`\u2018-\u201f\xab\xbb\u2039\u203a\u2026"""
_CJK = r"\u3001\u3002\u3008-\u3011\u3014-\u301b\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
_CANDIDATE = re.compile(rf"(?<![A-Za-z0-9+.\-])(?i:https?)://[^{_INVISIBLE}{_QUOTES}{_CJK}]+")
_OPENED_BY: Mapping[str, str] = {")": "(", "]": "[", "}": "{"}
_AFTER = frozenset(".,:;!?'*([{")  # at the end these are the sentence's
_AUTHORITY = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_HOST = re.compile(r"(?P<name>[\w.\-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_MAX_PORT = 65535
# What a URI may hold as it is; everything else is written as its octets in UTF-8.
_URI_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"


class Link(NamedTuple):
    """A link, and where in the text it is."""

    start: int
    end: int
    url: str


def find_links(text: str, rule: int = RULE) -> tuple[Link, ...]:
    """The links of a text by a rule, in their order, eight at most."""
    return _find(text, rule) if "://" in text else ()


@lru_cache(maxsize=64)  # many recipients have one text, and it is looked at more than once on its way
def _find(text: str, rule: int) -> tuple[Link, ...]:
    return tuple(all_links(text, rule)[:MAX_LINKS])


def all_links(text: str, rule: int = RULE) -> list[Link]:
    """The links of a text, however many."""
    return _RULES[rule](text) if "://" in text else []


def replace_links(text: str, links: Sequence[Link], urls: Iterable[str]) -> str:
    """The text with other URLs in place of these links."""
    pieces: list[str] = []
    end = 0
    for link, url in zip(links, urls, strict=True):
        pieces += (text[end : link.start], url)
        end = link.end
    return "".join(pieces) + text[end:]


def short_base(domain: str, base_url: str) -> str:
    """What short links begin with: on a customer's domain, or where we are reached. '': neither is known."""
    origin = f"https://{domain}" if domain else base_url
    return origin + PATH if origin else ""


def as_uri(url: str) -> str:
    """A link's URL in ASCII, as it may stand in a header: the host by IDNA, the rest in octets of UTF-8."""
    if url.isascii():
        return quote(url, safe=_URI_CHARACTERS)
    scheme, _, rest = url.partition("://")
    authority = re.match(r"[^/?#]*", rest)
    assert authority is not None  # it may be empty, so there is always one
    name, colon, port = authority[0].partition(":")
    ascii_name = name if name.isascii() else name.encode("idna").decode("ascii")
    return f"{scheme}://{ascii_name}{colon}{port}{quote(rest[authority.end() :], safe=_URI_CHARACTERS)}"


def _rule_1(text: str) -> list[Link]:
    found = []
    for match in _CANDIDATE.finditer(text):
        url = _without_what_follows(match[0])
        authority = _AUTHORITY.match(url)
        if len(url) <= MAX_LINK and authority and _is_a_host(authority[1]):
            found.append(Link(match.start(), match.start() + len(url), url))
    return found


def _without_what_follows(url: str) -> str:
    end = len(url)
    while end:
        last = url[end - 1]
        opener = _OPENED_BY.get(last)
        unopened = opener is not None and url.count(last, 0, end) > url.count(opener, 0, end)
        if not unopened and last not in _AFTER:
            break
        end -= 1
    return url[:end]


@lru_cache(maxsize=1024)
def _is_a_host(authority: str) -> bool:
    host = _HOST.fullmatch(authority)
    if not host or int(host["port"] or 0) > _MAX_PORT:
        return False
    name = host["name"]
    if name.startswith("["):
        return True
    if ".." in name or name[0] in ".-" or name == "." * len(name):
        return False
    if name.isascii():
        return True
    try:
        name.encode("idna")
    except UnicodeError:
        return False
    return True


_RULES: Mapping[int, Callable[[str], list[Link]]] = {1: _rule_1}
