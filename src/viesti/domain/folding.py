"""Words as they are compared: without case, accents, apostrophes, punctuation or pictures.

Rule: what is stored to be found and what is asked for go through the same function.
"""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = str.maketrans("", "", "'\u2019\u2018`\u00b4\u02bc")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "ı": "i"})
_WORD = re.compile(r"[^\W_]+")


def folded_words(text: str) -> list[str]:
    """The words of a text, folded, in their order."""
    plain = text.translate(_APOSTROPHES).casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
        plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return _WORD.findall(plain)


def folded(text: str) -> str:
    """A whole text without case, and with single spaces: for references and e-mail addresses."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
