"""Which two-way service an inbound message is for, by the address it was sent to and its first words.

Rule: the longest chain of keywords wins, and the content is not changed: the keyword stays in it. A chain is
the main keyword, a sub-keyword and a refining keyword, as many as are needed; an empty one takes the rest.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

# What people put around a keyword when they copy it from an advertisement: "VASTAA:", 'VASTAA', VASTAA!
_AROUND = "\"'.,:;!?()[]<>*-\u00ab\u00bb\u2013\u2014\u2018\u2019\u201c\u201d\u201e\u2026\u00bf\u00a1"


def _folded(word: str) -> str:
    """The form in which two keywords are the same: letter case and how accents are coded do not matter."""
    bare = word.strip(_AROUND) or word
    return bare.lower() if bare.isascii() else unicodedata.normalize("NFC", bare.casefold())


def keyword_words(text: str, most: int | None = None) -> tuple[str, ...]:
    """The words of a text as keywords are compared; at most the first so many."""
    words = text.split() if most is None else text.split(maxsplit=most)[:most]
    return tuple(map(_folded, words))


def chain_text(words: Iterable[str]) -> str:
    """The text that a chain is kept, shown and looked for as; of nothing, nothing."""
    return " ".join(words).upper()


@dataclass(frozen=True, slots=True)
class KeywordRule:
    """One chain of one service; () is the default of the address. `address` is its digits, long or short."""

    service_id: int
    address: str
    chain: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(not word or len(word.split()) != 1 for word in self.chain):
            raise ValueError(f"A keyword is one word; got {self.chain!r} for the address '{self.address}'.")


@dataclass(frozen=True, slots=True)
class Match:
    """The service, and the keywords that led to it as they are compared (lower case)."""

    service_id: int
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeywordConflict:
    """Services that claim the same words of the same address; the first of them gets the messages."""

    address: str
    chain: tuple[str, ...]
    service_ids: tuple[int, ...]


class KeywordIndex:
    """All rules, made ready for matching. Build a new one when a rule changes."""

    def __init__(self, rules: Iterable[KeywordRule]) -> None:
        claims: defaultdict[tuple[str, tuple[str, ...]], dict[int, None]] = defaultdict(dict)
        for rule in rules:
            claims[rule.address, tuple(map(_folded, rule.chain))][rule.service_id] = None
        self._conflicts = tuple(
            KeywordConflict(address, chain, tuple(services))
            for (address, chain), services in claims.items()
            if len(services) > 1
        )
        self._matches: dict[str, dict[tuple[str, ...], Match]] = {}
        for (address, chain), services in claims.items():
            self._matches.setdefault(address, {})[chain] = Match(next(iter(services)), chain)
        self._depths = {address: max(map(len, chains)) for address, chains in self._matches.items()}

    def match(self, address: str, text: str) -> Match | None:
        """The service that a text sent to `address` is for; None when the address has no rule that fits."""
        chains = self._matches.get(address)
        if chains is None:
            return None
        depth = self._depths[address]
        words = keyword_words(text, depth)
        for length in range(len(words), -1, -1):
            found = chains.get(words[:length])
            if found is not None:
                return found
        return None

    def conflicts(self) -> tuple[KeywordConflict, ...]:
        """Every set of words claimed by more than one service, in the order of the rules."""
        return self._conflicts
