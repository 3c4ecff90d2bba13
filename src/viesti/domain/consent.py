"""Whether an inbound text is a person opting out, opting in or asking for help.

Rule: the whole text must say it. Polite words may stand before and after, what to stop may follow, and the
word may be repeated; any other word makes it a message for people to read. So "Stop, thank you" is an
opt-out; "Can we stop by at five?", "don't stop" and "the bus stop is near" hold words that no table knows.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from itertools import chain

from viesti.domain.consent_words import LANGUAGES, Words
from viesti.domain.folding import folded_words

ALL_LANGUAGES: tuple[str, ...] = tuple(LANGUAGES)

LONGEST = 160  # characters; nobody needs more than one part to say it
_HEAD = 32  # characters


class ConsentAction(StrEnum):
    """What the person wants."""

    STOP = "stop"
    START = "start"
    HELP = "help"


class _Role(StrEnum):
    """What a phrase may be in such a text, besides an action."""

    POLITE = "polite"
    OBJECT = "object"


_Table = dict[str, list[tuple[list[str], ConsentAction | _Role]]]

_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})


def _spellings(phrases: str) -> set[tuple[str, ...]]:
    """Each phrase without its accents, and with its umlauts spelled out as on a keyboard that has none."""
    every = [phrase.strip() for phrase in phrases.split(",")]
    return {
        tuple(folded_words(each)) for phrase in every for each in (phrase, phrase.translate(_SPELLED_OUT))
    }


def _roles(words: Words) -> dict[tuple[str, ...], ConsentAction | _Role]:
    columns: list[tuple[str, ConsentAction | _Role]] = [
        (words.objects, _Role.OBJECT),
        (words.polite, _Role.POLITE),
        (words.help, ConsentAction.HELP),
        (words.start, ConsentAction.START),
        (words.stop, ConsentAction.STOP),
    ]
    return {phrase: role for phrases, role in columns for phrase in _spellings(phrases)}


@lru_cache(maxsize=64)
def _table(languages: tuple[str, ...]) -> _Table:
    """The phrases of some languages by first word, longest first."""
    roles = dict(chain.from_iterable(_roles(LANGUAGES[language]).items() for language in languages))
    table: _Table = {}
    for phrase in sorted(roles, key=len, reverse=True):
        table.setdefault(phrase[0], []).append((list(phrase), roles[phrase]))
    return table


def _phrase_at(words: list[str], at: int, table: _Table) -> tuple[int, ConsentAction | _Role | None]:
    """How many words the longest known phrase at `at` has, and its role; None when there is none."""
    for phrase, role in table.get(words[at], ()):
        if words[at : at + len(phrase)] == phrase:
            return len(phrase), role
    return 0, None


def consent_word(text: str, languages: tuple[str, ...] = ALL_LANGUAGES) -> ConsentAction | None:
    """What `text` asks for, or None when it is an ordinary message.

    Takes two-letter language codes, `KeyError` for others than `ALL_LANGUAGES`; polite words of one go with
    consent words of another, and the words STOP, START and HELP work in all.
    """
    if len(text) > LONGEST:
        return None
    table = _table(languages)
    if len(text) > _HEAD:  # most messages are told by their first word, without preparing the rest
        head = folded_words(text[:_HEAD])
        if len(head) > 1 and head[0] not in table:
            return None
    words = folded_words(text)
    action: ConsentAction | None = None
    at = 0
    while at < len(words):
        length, role = _phrase_at(words, at, table)
        if isinstance(role, ConsentAction):
            if action not in (None, role):
                return None
            action = role
        elif role is None or (role is _Role.OBJECT and action is not ConsentAction.STOP):
            return None
        at += length
    return action
