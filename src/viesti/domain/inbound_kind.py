"""What is done with an inbound message by its kind, as one table.

Rule: kinds are the provider's words. One that nobody listed is a message for people, whose text is not read
as a word of consent.
"""

from __future__ import annotations

from typing import NamedTuple


class KindRule(NamedTuple):
    """`told`: the service acts on it, answers it and tells those who are called for messages; otherwise its
    webhook alone is told. `opens_window`: free text may be sent for a day from then. `consents`: the text may
    be a word of consent."""

    told: bool
    opens_window: bool
    consents: bool


_MESSAGE = KindRule(told=True, opens_window=True, consents=False)
_ABOUT_ANOTHER = KindRule(told=False, opens_window=False, consents=False)

KINDS: dict[str, KindRule] = {
    "text": KindRule(told=True, opens_window=True, consents=True),
    "button": KindRule(told=True, opens_window=True, consents=True),  # of a template: 'Stop promotions'
    "interactive": KindRule(told=True, opens_window=True, consents=True),  # a button or a choice of a list
    "reaction": _ABOUT_ANOTHER,
    "edit": KindRule(told=False, opens_window=False, consents=True),  # who makes it 'STOP' means it
    "revoke": _ABOUT_ANOTHER,
}


def rule_of(kind: str) -> KindRule:
    """What is done with a message of this kind."""
    return KINDS.get(kind, _MESSAGE)
