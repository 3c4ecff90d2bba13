"""How labels, summaries and descriptions are written.

Rule: these look at the form alone, in a few plain ways that a reader would see, too.
"""

from __future__ import annotations

import re

from viesti.connector.check.node import Fault, Node

LONGEST_SUMMARY = 120
# Words that stay small in a title.
_SMALL = frozenset(
    (
        *("a", "an", "the", "and", "as", "but", "if", "or", "so", "than", "that", "is", "it", "was", "were"),
        *("at", "by", "for", "from", "in", "into", "of", "off", "on", "per", "to", "up", "via", "with"),
    )
)
_WORD = re.compile(r"[^\s/()\-]+")


def full_stop_missing(node: Node) -> Fault | None:
    """A description is a sentence."""
    text = node.text.rstrip()
    if text and not text.endswith((".", "!", "?", ".)")):
        return node.has(f"it ends with {text[-20:]!r}, without a full stop.")
    return None


def full_stop(node: Node) -> Fault | None:
    """A label is none."""
    return node.has("it ends with a full stop.") if node.text.rstrip().endswith(".") else None


def too_long(node: Node) -> Fault | None:
    length = len(node.text)
    return (
        node.has(f"it has {length} characters, {LONGEST_SUMMARY} may be.")
        if length > LONGEST_SUMMARY
        else None
    )


def says_the_same(label: Node, description: Node) -> Fault | None:
    """A description that only repeats the label tells nothing."""
    plain = [re.sub(r"\W+", " ", each.text).strip().lower() for each in (label, description)]
    return description.has("it only repeats the label.") if plain[0] and plain[0] == plain[1] else None


def not_title_case(node: Node) -> Fault | None:
    """`Send a Message`, and not `Send a message` or `send a message`."""
    words = _WORD.findall(node.text)
    small = [
        word
        for place, word in enumerate(words)
        if word[:1].islower() and (place == 0 or word not in _SMALL) and not any(c.isupper() for c in word)
    ]
    return node.has(f"`{small[0]}` begins with a small letter.") if small else None


def label_of(node: Node) -> Node:
    """The label of a parameter or member: x-ms-summary, or else title."""
    return node["x-ms-summary"] or node["title"]
