"""What the API's answer to a send means for the message, and what it asks of the number it was sent by.

Rule: only an answer of the API itself refuses a message. What something in between said, a success that can't
be read, and silence after the request was written put it off or leave it in doubt.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum, auto
from typing import Final, NamedTuple

from viesti.domain.callback import retry_after_seconds
from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from viesti.domain.whatsapp_failures import failure_of
from viesti.net.answer import HttpAnswer, HttpFailure
from viesti.protocols.whatsapp import answers
from viesti.protocols.whatsapp.errors import NO_CODE, OPTED_OUT, PAIR, Action

MAINTENANCE: Final = 131057
LONGEST_PAUSE: Final = 3_600.0  # seconds; nothing that asks for more is believed
SPAM: Final = 131048  # the number may send less, for some time
_ELSEWHERE_NOT: Final = frozenset({Failure.OPTED_OUT})
_MINUTES: Final = dict.fromkeys(
    (MAINTENANCE, 4, 17, 341, 613, 80007), 60.0
)  # seconds of silence where Meta counts in minutes


class Ask(Enum):
    """What an answer asks of the number."""

    NOTHING = auto()  # it works
    SLOWER = auto()  # it works, and less of it would be wise
    PAUSE = auto()  # silence for a while
    FILE = auto()  # it works, and the file it was sent by id is of no use
    WAIT_FOR_PAIR = auto()  # the same, for this person alone
    LOOK = auto()  # nobody knows whether it works
    STOP = auto()  # it does not, until a person has acted


class Verdict(NamedTuple):
    """A message's outcome; `seconds` of a pause, None: as long as the channel thinks right."""

    outcome: Outcome
    ask: Ask
    seconds: float | None = None


def verdict_of(result: HttpAnswer | HttpFailure, now: datetime) -> Verdict:
    """What became of a send. `now` is for a time in Retry-After."""
    if isinstance(result, HttpFailure):
        return _without_answer(result)
    match answers.read_sent(result.status, result.body):
        case answers.Sent(wamid=wamid):
            return Verdict(Accepted(wamid), Ask.NOTHING)
        case answers.Unclear(reason=reason):
            return Verdict(Unknown(reason), Ask.LOOK)
        case refused:
            asked = retry_after_seconds(result.headers.get("retry-after"), now)
            return _refused(refused, None if asked is None else min(asked, LONGEST_PAUSE))


def _without_answer(failure: HttpFailure) -> Verdict:
    detail = f"{failure.kind.value}: {failure.detail}"
    outcome = Unknown(detail) if failure.sent else Deferred(Failure.LINK_DOWN, detail=detail)
    return Verdict(outcome, Ask.LOOK)


def _refused(refused: answers.Refused, retry_after: float | None) -> Verdict:
    detail = sentence(refused)
    if refused.code == NO_CODE:
        return _not_from_the_api(refused.http_status, detail, retry_after)
    reason = failure_of(refused.code)
    match refused.action:
        case Action.STOP:
            return Verdict(Deferred(Failure.CHANNEL_STOPPED, detail=detail), Ask.STOP)
        case Action.WAIT if refused.code in PAIR:
            return Verdict(Deferred(reason, retry_after, detail), Ask.WAIT_FOR_PAIR)
        case Action.WAIT:
            wait = retry_after or _MINUTES.get(refused.code)
            busy = reason is Failure.CARRIER_BUSY or refused.code in _MINUTES or refused.http_status == 429
            return Verdict(Deferred(reason, wait, detail), Ask.PAUSE if busy else Ask.NOTHING, wait)
        case Action.DAY:  # as long as a message is worth sending: no later attempt would come in time
            ask = Ask.SLOWER if refused.code == SPAM else Ask.NOTHING
            return Verdict(Refused(reason, elsewhere=True, detail=detail), ask)
        case action:
            elsewhere = reason not in _ELSEWHERE_NOT and refused.code not in OPTED_OUT
            ask = Ask.FILE if action is Action.MEDIA else Ask.NOTHING
            return Verdict(Refused(reason, elsewhere=elsewhere, detail=detail), ask)


def _not_from_the_api(status: int, detail: str, retry_after: float | None) -> Verdict:
    """A proxy, a gateway or another server altogether: its error has none of the API's codes."""
    if status in (408, 425, 429):
        return Verdict(Deferred(Failure.CARRIER_BUSY, retry_after, detail), Ask.PAUSE, retry_after)
    if status >= 500:  # a gateway says so too when the API took it and its answer was lost
        return Verdict(Unknown(detail), Ask.LOOK)
    return Verdict(Deferred(Failure.CARRIER_ERROR, retry_after, detail), Ask.LOOK)


def sentence(refused: answers.Refused) -> str:
    """A refusal for the operator, with what Meta's support asks for."""
    said = f"{refused.title}: {refused.details}" if refused.details else refused.title
    if refused.code == NO_CODE:
        return said
    return f"{refused.code} {said}" + (f" (fbtrace_id {refused.trace})" if refused.trace else "")
