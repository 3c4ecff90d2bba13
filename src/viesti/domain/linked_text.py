"""The size of a text whose links go out as short ones, known before anybody has a token.

Rule: what is counted is what is sent. A short link has one length, and its letters and digits are in every
alphabet, so a stand-in for it measures the text that each recipient will get. What is kept is the text with
its own links, in which they are found again as they were counted: the policy on characters changes nothing in
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from viesti.domain.links import TOKEN_LENGTH, Link, find_links, replace_links
from viesti.domain.text import CharacterPolicy, ConcatMethod, TextPlan, inspect

_PASSES = 6  # a policy has nothing left to change after one, and what it makes of links in the next


class LinkedPlan(NamedTuple):
    """The plan of a text, its `text` being the one to be kept, and how many links go out as short ones."""

    plan: TextPlan
    links: int


def inspect_linked(
    text: str,
    base: str,
    policy: CharacterPolicy = CharacterPolicy.NONE,
    languages: Sequence[str] = (),
    method: ConcatMethod = ConcatMethod.UDH8,
) -> LinkedPlan:
    """As `inspect`, with short links that begin with `base` in place of the text's."""
    replaced: tuple[tuple[str, str], ...] = ()
    for _ in range(_PASSES):
        links = find_links(text)
        for number in count():
            stand_in = f"{base}{number:0{TOKEN_LENGTH}}"
            short = replace_links(text, links, [stand_in] * len(links)) if links else text
            plan = inspect(short, policy, languages, method)
            replaced_so_far = replaced + plan.replaced
            if plan.text == short:
                return LinkedPlan(_kept(text, plan, replaced_so_far), len(links))
            pieces = plan.text.split(stand_in)
            if len(pieces) == len(links) + 1:  # else the text has it elsewhere, too
                break
        replaced = replaced_so_far
        # What the policy puts for a character may begin a link, or be a letter in front of one. So it is
        # looked through once more, as it will be when it is sent.
        text = _joined(pieces, links)
    raise AssertionError("the policy changes a text that it was applied to")


def _kept(text: str, plan: TextPlan, replaced: tuple[tuple[str, str], ...]) -> TextPlan:
    return TextPlan(text, plan.encoding, plan.parts, plan.units, replaced, plan.refused)


def _joined(pieces: Sequence[str], links: Sequence[Link]) -> str:
    together = [pieces[0]]
    for link, piece in zip(links, pieces[1:], strict=True):
        together += (link.url, piece)
    return "".join(together)
