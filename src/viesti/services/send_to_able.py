"""Sends to those of many who can be sent to, and says of the others why not.

Rule: who can't be sent to holds up nobody else. What is wrong with the message itself, whoever gets it, is
told as that.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from viesti.services.requests import (
    FieldProblem,
    RecipientRequest,
    SubmitRequest,
    SubmitResult,
    Submitted,
)
from viesti.services.submit import Submit


class Refused(msgspec.Struct, frozen=True):
    """Somebody who can't be sent to (his number's digits), and why."""

    phone: str
    sentence: str


class Sent(msgspec.Struct, frozen=True):
    """What became of some recipients; `result` None: none of them can be sent to, each for reasons of his
    own."""

    result: SubmitResult | None
    refused: tuple[Refused, ...] = ()


async def send_to_able(
    submit: Submit, request: SubmitRequest, recipients: Sequence[RecipientRequest]
) -> Sent:
    """Send to these, their numbers written with '+'. Raises `StoreUnavailable`."""
    if not recipients:
        return Sent(None)
    result = await submit(_to(request, recipients))
    if isinstance(result, Submitted) or result.conflict:
        return Sent(result)
    objections = [(one, submit.objection(_to(request, [one]))) for one in recipients]
    refused = tuple(
        Refused(one.address.removeprefix("+"), " ".join(problem.sentence for problem in objection.problems))
        for one, objection in objections
        if objection
    )
    able = [one for one, objection in objections if objection is None]
    if able:
        return Sent(await submit(_to(request, able)), refused)
    # Is it the message itself, which nobody could get?
    all_alike = all(objection and _of_the_message(objection.problems) for _, objection in objections)
    return Sent(result if all_alike else None, refused)


def _to(request: SubmitRequest, recipients: Sequence[RecipientRequest]) -> SubmitRequest:
    return msgspec.structs.replace(request, recipients=tuple(recipients))


def _of_the_message(problems: Sequence[FieldProblem]) -> bool:
    """Whether these would be the same whoever it is sent to."""
    return all(problem.index is None for problem in problems)
