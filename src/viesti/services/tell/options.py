"""What a subscription of the native API asks for beyond its event, as it is stored, and what meets that.

Rule: options are written and read here alone, but for `every`, which the statement that settles what was sent
knows too.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from viesti.domain.keywords import keyword_words
from viesti.domain.status import Status

DIALECT = "viesti"

Options = Mapping[str, Any]

_FAILED = frozenset((Status.EXPIRED, Status.UNDELIVERED, Status.FAILED))


class Outcome(StrEnum):
    """Which final statuses are told. Called back is neither delivered nor failed."""

    ALL = "all"
    DELIVERED = "delivered"
    FAILED = "failed"


class Direction(StrEnum):
    """Which words of consent are told."""

    OUT = "out"
    IN = "in"
    BOTH = "both"


class Visitors(StrEnum):
    """Whose visits to links are told: those of people, or of machines too."""

    PEOPLE = "people"
    ALL = "all"


def report_options(outcome: str, *, every: bool) -> dict[str, Any]:
    """`every`: that it is sent, too."""
    return {"outcome": Outcome(outcome).value, "every": every}


def wants_report(options: Options, status: Status) -> bool:
    """Whether a recipient's new status is told."""
    if not status.final:
        return bool(options.get("every"))
    match options.get("outcome"):
        case Outcome.DELIVERED:
            return status is Status.DELIVERED
        case Outcome.FAILED:
            return status in _FAILED
        case _:
            return True


def consent_options(direction: str) -> dict[str, Any]:
    return {"direction": Direction(direction).value}


def wants_consent(options: Options, *, opted_in: bool) -> bool:
    """Whether a person's word is told."""
    direction: str = options.get("direction", Direction.OUT)
    return direction == Direction.BOTH or opted_in is (direction == Direction.IN)


def keyword_options(keyword: str) -> dict[str, Any]:
    """`keyword`: one word or several, '' for every message."""
    return {"keyword": " ".join(keyword_words(keyword))}


def wants_keyword(options: Options, text: str) -> bool:
    """Whether a message begins with the words."""
    words = keyword_words(options.get("keyword", ""))
    return keyword_words(text, len(words)) == words


def click_options(visitors: str, *, first: bool) -> dict[str, Any]:
    """`first`: of each recipient's visits to a link only the first."""
    return {"visitors": Visitors(visitors).value, "first": first}


def wants_click(options: Options, *, person: bool, first_person: bool, first: bool) -> bool:
    """Whether a visit is told: a person's or a machine's, the first of people or the first at all."""
    of_people = options.get("visitors", Visitors.PEOPLE) == Visitors.PEOPLE
    if of_people and not person:
        return False
    return not options.get("first", False) or (first_person if of_people else first)
