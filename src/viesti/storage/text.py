"""Text from outside, made such that PostgreSQL keeps it.

Rule: what a carrier sent is stored even when it is no proper text; one such row must not fail the batch it
is in.
"""

from __future__ import annotations


def storable(text: str) -> str:
    """The text with U+FFFD in place of U+0000 and of halves of surrogate pairs."""
    if text.isascii():
        return text.replace("\0", "\ufffd")
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\ufffd")
