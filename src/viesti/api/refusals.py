"""What services say no with, as answers of a dialect.

Rule: a field is named as the contract names it. Each slice has a table from our names to the contract's; in
a name `{}` stands for the place in a list, so `Recipients{}.Address` becomes `Recipients[2].Address`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from viesti.api.answer import FieldError, Refusal
from viesti.api.contract.reading import refused
from viesti.services.refusals import Invalid, Missing, Taken
from viesti.services.requests import FieldProblem, NotAccepted

No: TypeAlias = Missing | Taken | Invalid | NotAccepted


def refusal(no: No, names: Mapping[str, str]) -> Refusal:
    """The answer: 404 for what is missing, 409 for what is taken or in conflict, else 400."""
    match no:
        case Missing():
            return _one(404, names.get(no.field, no.field), no.sentence)
        case Taken():
            return _one(409, names.get(no.field, no.field), no.sentence)
        case _:
            problems = [FieldError(_place(each, names), each.sentence) for each in no.problems]
            made = refused(problems)
            conflict = isinstance(no, NotAccepted) and no.conflict
            return Refusal(409, made.message, made.errors) if conflict else made


def _one(status: int, field: str, sentence: str) -> Refusal:
    return Refusal(status, sentence, (FieldError(field, sentence),))


def _place(problem: FieldProblem, names: Mapping[str, str]) -> str:
    name = names.get(problem.field, problem.field)
    before, place, after = name.partition("{}")
    if problem.index is None:
        return before
    return f"{before}[{problem.index}]{after}" if place else f"{name}[{problem.index}]"
