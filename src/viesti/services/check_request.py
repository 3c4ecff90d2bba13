"""What is wrong with a request to send before anything of the estate is asked.

Rule: each problem names its field in our words, and all of them are found at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from viesti.domain.delivery_report import unknown_placeholders
from viesti.domain.text import MAX_PARTS
from viesti.net.addresses import Network
from viesti.net.url import BadUrl, parse_url
from viesti.services.requests import FieldProblem, SubmitRequest

MAX_CUSTOMER_DATA = 255
MAX_REQUEST_ID = 1000
MAX_AHEAD = timedelta(days=60)  # of a send time; within it nothing of the message is dropped
MAX_TEXT = 40_000  # 255 parts of 153 septets, and a little


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one request."""

    bulk_threshold: int = 100
    max_recipients: int = 10_000
    max_parts: int = MAX_PARTS
    max_filled: int = 4_000_000  # characters of all texts with placeholders, when they are filled
    max_ahead: timedelta = MAX_AHEAD
    allowed_networks: Sequence[Network] = ()  # private networks that callbacks may go to
    base_url: str = ""  # where short links lead for customers without a domain of their own


def check_fields(
    request: SubmitRequest, send_at: datetime | None, limits: Limits, now: datetime
) -> list[FieldProblem]:
    """What is wrong with the request as it is written. `send_at`: when it would begin to be sent."""
    problems = []
    if not request.text and request.content is None:
        problems.append(FieldProblem("text", "The text is empty."))
    for field, value, longest in (
        ("text", request.text, MAX_TEXT),
        ("customer_data", request.customer_data, MAX_CUSTOMER_DATA),
        ("request_id", request.request_id, MAX_REQUEST_ID),
    ):
        sentence = objection(value, longest)
        if sentence:
            problems.append(FieldProblem(field, sentence))
    if not request.recipients:
        problems.append(FieldProblem("recipients", "There is no recipient."))
    elif len(request.recipients) > limits.max_recipients:
        problems.append(
            FieldProblem(
                "recipients", f"{len(request.recipients)} recipients are more than {limits.max_recipients}."
            )
        )
    for index, wanted in enumerate(request.recipients):
        sentence = objection(wanted.text, MAX_TEXT)
        if sentence:
            problems.append(FieldProblem("recipients", f"Its text: {sentence}", index))
    if send_at and send_at - now > limits.max_ahead:
        problems.append(
            FieldProblem(
                "send_at", f"It is more than {limits.max_ahead.days} days from now, which is the limit."
            )
        )
    if request.dlr_url:
        bad = parse_url(request.dlr_url, limits.allowed_networks)
        unknown = unknown_placeholders(request.dlr_url)
        if isinstance(bad, BadUrl):
            problems.append(FieldProblem("dlr_url", bad.reason))
        elif unknown:
            problems.append(
                FieldProblem("dlr_url", f"The placeholder {unknown[0]} stands for nothing we report.")
            )
    return problems


def objection(value: str | None, longest: int) -> str | None:
    """What is wrong with a text as such: too long, or what neither PostgreSQL nor a handset takes."""
    if not value:
        return None
    if len(value) > longest:
        return f"It is longer than {longest} characters."
    if "\0" in value:
        return "A NUL character can't be stored or sent."
    if value.isascii():
        return None
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return f"Character {error.start + 1} is half of a surrogate pair, which is no character."
    return None
