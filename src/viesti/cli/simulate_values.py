"""What `viesti simulate` is told on the command line, read into the simulator's own values.

Rule: a value that can't be read is one sentence that names the option, what was given and what would do.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from viesti.cli.wiring import Problem
from viesti.simulator.behaviour import Span
from viesti.simulator.identity import Account
from viesti.simulator.treatment import Fate
from viesti.simulator.whatsapp.template_rules import problem_of
from viesti.simulator.whatsapp.templates import variables

Choice = TypeVar("Choice", bound=StrEnum)


def choice(option: str, given: str, of: type[Choice]) -> Choice:
    """One word of a closed list. Raises Problem."""
    try:
        return of(given.strip().lower())
    except ValueError:
        raise Problem(f"{option} '{given}' is none of: {', '.join(of)}.") from None


def span(option: str, given: str) -> Span:
    """'1.5', or '0.5-3' for any time between. Raises Problem."""
    low, _, high = given.partition("-")
    try:
        found = Span(float(low), float(high or low))
    except ValueError:
        raise Problem(f"{option} '{given}' must be seconds, like 1.5, or a range, like 0.5-3.") from None
    if not 0 <= found.low <= found.high:
        raise Problem(f"{option} '{given}' must be a range from less to more, not below 0.")
    return found


def outcomes(option: str, given: Sequence[str]) -> tuple[tuple[Fate, float], ...]:
    """'delivered=0.9' and more of the kind, or a bare 'expired' for a weight of 1. Raises Problem."""
    found = []
    for one in given:
        name, _, weight = one.partition("=")
        fate = choice(option, name, Fate)
        try:
            found.append((fate, float(weight or 1)))
        except ValueError:
            raise Problem(f"{option} '{one}' must end in a number, like {fate}=0.1.") from None
    if any(weight < 0 for _, weight in found) or not sum(weight for _, weight in found) > 0:
        raise Problem(f"{option}: the weights must not be negative, and not all 0.")
    return tuple(found)


def accounts(option: str, given: Sequence[str]) -> tuple[Account, ...]:
    """'system_id:password', or 'system_id:password:16500,16501' with addresses. Raises Problem."""
    found = []
    for one in given:
        system_id, _, rest = one.partition(":")
        password, _, named = rest.partition(":")
        if not system_id or not password:
            raise Problem(f"{option} must be SYSTEM_ID:PASSWORD or SYSTEM_ID:PASSWORD:ADDRESS,ADDRESS.")
        addresses = tuple(address.strip() for address in named.split(",") if address.strip())
        found.append(Account(system_id, password, addresses))
    return tuple(found)


def pattern(option: str, given: str | None) -> re.Pattern[str] | None:
    """A regular expression. Raises Problem."""
    if given is None:
        return None
    try:
        return re.compile(given)
    except re.error as error:
        raise Problem(f"{option} '{given}' is no regular expression: {error}.") from None


@dataclass(frozen=True, slots=True)
class GivenTemplate:
    """A template of the command line."""

    name: str
    language: str
    category: str
    body: str


def template(option: str, given: str) -> GivenTemplate:
    """'order_ready:fi:UTILITY:Hei {{1}}.' Raises Problem."""
    name, language, category, body = (*given.split(":", 3), "", "", "", "")[:4]
    template = GivenTemplate(name, language, category.upper(), body)
    body_only = [{"type": "BODY", "text": body, "example": {"body_text": [list(variables(body))]}}]
    problem = problem_of(
        {"name": name, "language": language, "category": template.category, "components": body_only}
    )
    if problem is not None:
        raise Problem(f"{option} '{given}' must be NAME:LANGUAGE:CATEGORY:BODY. {problem.details}")
    return template


def known(option: str, given: int, of: Collection[int]) -> int:
    """One number of a closed list. Raises Problem."""
    if given not in of:
        raise Problem(f"{option} '{given}' is none of: {', '.join(map(str, of))}.")
    return given


def digits(option: str, given: str) -> str:
    """A phone number, with or without '+'. Raises Problem."""
    found = given.removeprefix("+").replace(" ", "")
    if not found.isdecimal() or not 5 <= len(found) <= 15:
        raise Problem(f"{option} '{given}' must be a phone number with its country code.")
    return found
