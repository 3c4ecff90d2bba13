"""The size of a text as it goes out, and how it could be one part.

Rule: what is measured is what is sent: the policy on characters is applied already, and short links stand
where they will.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from viesti.domain.links import RULE, TOKEN_LENGTH, find_links, replace_links
from viesti.domain.text import ConcatMethod, Measure, Rewording, inspect, suggest_one_part

EXAMPLE_TOKEN = "X" * TOKEN_LENGTH  # in place of one that is made when it is sent


class Shorter(NamedTuple):
    """How a text could be one part: by so many characters less, or as another text (and `excess` less of
    that)."""

    excess: int
    text: str = ""
    parts: int = 0
    text_excess: int = 0


class TextSize(NamedTuple):
    """A text and its size for one recipient. `characters`: as phones count them; `shorter` None: it is one
    part already."""

    text: str
    coding: str
    characters: int
    parts: int
    shorter: Shorter | None


def text_size(
    text: str, languages: Sequence[str], method: ConcatMethod, link_base: str | None, rule: int | None
) -> TextSize:
    """The size of an SMS. `link_base` and `rule`: as in `Message`."""
    links = find_links(text, rule or RULE) if link_base else ()
    if links:
        text = replace_links(text, links, [f"{link_base}{EXAMPLE_TOKEN}"] * len(links))
    plan = inspect(text, languages=languages, method=method)
    suggestion = suggest_one_part(text, languages, method)
    shorter = None
    if suggestion:
        # With short links in it, another text would be no text to send.
        shorter = _shorter(suggestion.measure, None if links else suggestion.rewording)
    return TextSize(text, plan.encoding.coding.value, plan.units, plan.parts, shorter)


def _shorter(measure: Measure, rewording: Rewording | None) -> Shorter:
    if rewording is None:
        return Shorter(measure.excess)
    after = rewording.measure
    return Shorter(measure.excess, rewording.text, after.parts, after.excess)
