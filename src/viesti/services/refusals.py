"""How services say no, where more than one answer is expected.

Rule: a sentence is whole and can be shown to the caller; a dialect only chooses the status and the field's
name in its own words.
"""

from __future__ import annotations

import msgspec

from viesti.services.requests import FieldProblem


class Missing(msgspec.Struct, frozen=True):
    """There is no such thing of the caller's; whether it is another's is not told."""

    field: str
    sentence: str


class Taken(msgspec.Struct, frozen=True):
    """It is there already."""

    field: str
    sentence: str


class Invalid(msgspec.Struct, frozen=True):
    """These fields are wrong; nothing was done."""

    problems: tuple[FieldProblem, ...]
