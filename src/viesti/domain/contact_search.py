"""What a contact is found by, and what a search asks for.

Each word of a name leads a key that holds all of them: "Anna Maria Virtanen" has `nanna maria virtanen`,
`nmaria anna virtanen` and `nvirtanen anna maria`. So what a search begins with is one range of keys, and its
other words are looked for in the keys themselves. Numbers are found by their own index.

Rule: a key depends on nothing but the contact, and what was stored by an older version of this is written
again under a new `VERSION`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from viesti.domain.address import beginnings
from viesti.domain.contact import Contact
from viesti.domain.folding import folded, folded_words

VERSION = 1
NAME, REFERENCE, EMAIL = "n", "r", "e"
MOST_WORDS = 8  # of a name
LONGEST_KEY = 200  # characters
LONGEST_SEARCH = 200  # characters
_AFTER_ALL = "\U0010ffff"  # no text goes on with it


class Range(NamedTuple):
    """What lies from `low` up to and without `high`."""

    low: str
    high: str


class Wanted(NamedTuple):
    """What a search asks for: any of these numbers or keys, or all of these words in a name."""

    numbers: tuple[Range, ...] = ()
    keys: tuple[Range, ...] = ()
    words: tuple[str, ...] = ()


def keys_of(contact: Contact) -> list[str]:
    """The keys a contact is found by, each once."""
    spoken = f"{contact.first_name} {contact.last_name} {contact.name}"
    names = _words(spoken)
    keys = [NAME + " ".join((word, *sorted(set(names) - {word}))) for word in names]
    keys += [REFERENCE + folded(contact.external_reference)] if contact.external_reference else []
    keys += [EMAIL + folded(contact.email)] if contact.email else []
    return [key[:LONGEST_KEY] for key in keys]


def wanted(text: str, regions: Sequence[str], *, numbers_only: bool = False) -> Wanted:
    """What a text asks for: a number as it is written or begins, a reference, an e-mail address, or words
    of a name, each as it begins. `regions`: where a national number may be of."""
    numbers = tuple(_digits(beginning) for beginning in beginnings(text, regions))
    if numbers_only:
        return Wanted(numbers)
    whole = folded(text)[: LONGEST_KEY - 1]
    if not whole:
        return Wanted()
    keys = tuple(begins_with(kind + whole) for kind in (REFERENCE, EMAIL))
    return Wanted(numbers, keys, () if "@" in text else _told_apart(_words(text)))


def _words(text: str) -> list[str]:
    """Each word once, and no more of them than are kept of a name."""
    return list(dict.fromkeys(folded_words(text)))[:MOST_WORDS]


def begins_with(beginning: str) -> Range:
    """The keys that begin so."""
    return Range(beginning, beginning + _AFTER_ALL)


def _digits(beginning: str) -> Range:
    """The numbers that begin so. Digits and letters have the same order everywhere."""
    kept = beginning.rstrip("9")
    return Range(beginning, kept[:-1] + str(int(kept[-1]) + 1) if kept else "a")


def _told_apart(words: Sequence[str]) -> tuple[str, ...]:
    """The words without those that another one begins with, which would find the same word of a name."""
    longest = sorted(words, key=len, reverse=True)
    return tuple(
        [word for at, word in enumerate(longest) if not any(o.startswith(word) for o in longest[:at])]
    )
