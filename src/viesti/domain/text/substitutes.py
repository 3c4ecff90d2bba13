"""What can stand for a character that an alphabet lacks.

Rule: a substitute is read the same or nearly so. Nothing is transliterated (Cyrillic, Han, emoji have none),
except Greek, whose own letters the alphabet has as capitals only.
"""

from __future__ import annotations

import unicodedata

# Checked before decomposition: these have none, or a worse one.
SUBSTITUTES: dict[str, str] = {
    **dict.fromkeys("‘’‚‛′‵´`ʹʻʼʽˈ＇", "'"),
    **dict.fromkeys("“”„‟″‶«»¨〝〞＂", '"'),
    **dict.fromkeys("−⁃‒–—―", "-"),
    **dict.fromkeys("•‣◦∙·●▪", "*"),
    **dict.fromkeys("⁄∕", "/"),
    **dict.fromkeys("\u2028\u2029\u0085\v", "\n"),
    "‹": "<",
    "›": ">",
    "×": "x",
    "÷": "/",
    "±": "+/-",
    "≤": "<=",
    "≥": ">=",
    "≠": "=/=",
    "≈": "~",
    "→": "->",
    "←": "<-",
    "⇒": "=>",
    "¢": "c",
    "©": "(C)",
    "®": "(R)",
    "¦": "|",
    "¬": "-",
    "Ð": "D",
    "ð": "d",
    "Đ": "D",
    "đ": "d",
    "Ħ": "H",
    "ħ": "h",
    "ı": "i",
    "ĸ": "k",
    "Ł": "L",
    "ł": "l",
    "Ŋ": "N",
    "ŋ": "n",
    "Œ": "OE",
    "œ": "oe",
    "Þ": "Th",
    "þ": "th",
    "Ŧ": "T",
    "ŧ": "t",
    "ẞ": "SS",
    "ə": "e",
    "Ə": "E",
    # Greek: letters that look Latin become so, small ones become capitals.
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    **dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "ABΓΔEZHΘIKΛMNΞOΠPΣΣTYΦXΨΩ", strict=True)),
}

# Whole classes: spaces, dashes, and what has no width (joiners, marks, variation selectors).
_BY_CATEGORY = {"Zs": " ", "Pd": "-", "Cf": "", "Mn": "", "Me": ""}


def nearest(character: str, characters: frozenset[str]) -> str | None:
    """What can stand for `character` in an alphabet of these characters: one or several of them.

    '' when leaving it out loses nothing, None when nothing can stand for it.
    """
    if character in characters:
        return character
    for candidate in (SUBSTITUTES.get(character), _BY_CATEGORY.get(unicodedata.category(character))):
        if candidate is not None and characters.issuperset(candidate):
            return candidate
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return _decomposed(character, characters)


def _decomposed(character: str, characters: frozenset[str]) -> str | None:
    # One step at a time, so that a letter with two marks keeps the one the alphabet has.
    tag_and_codes = unicodedata.decomposition(character).split()
    pieces = [chr(int(code, 16)) for code in tag_and_codes if not code.startswith("<")]
    found = [nearest(piece, characters) for piece in pieces]
    known = [piece for piece in found if piece is not None]
    return "".join(known) if found and len(known) == len(found) else None
