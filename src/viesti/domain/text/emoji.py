"""Whether a text has emojis, which make it UCS-2 and so shorter parts.

Rule: what people see as a picture counts: the blocks of pictographs of Unicode, and any character that is
asked to be shown as one (U+FE0F after it).
"""

from __future__ import annotations

import re

# Blocks of Unicode 15 whose characters are pictures: keycaps and digits are not, unless U+FE0F follows.
_PICTURES = re.compile(
    "[\U0001f000-\U0001faff"  # mahjong tiles to symbols and pictographs extended-A
    "\u231a\u231b\u23e9-\u23f3\u23f8-\u23fa"  # watches, player buttons
    "\u2600-\u27bf"  # miscellaneous symbols, dingbats
    "\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55"
    "\ufe0f]"
)


def has_emoji(text: str) -> bool:
    """Whether there is one."""
    return not text.isascii() and _PICTURES.search(text) is not None
