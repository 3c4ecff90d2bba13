"""What a carrier's answer to a submit means for the message, as tables.

Rule: the protocol says what a status asks of the session (`status.classify`); here it becomes the domain's
reason. A status nobody listed is a refusal that another route may still take.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Outcome, Refused
from viesti.protocols.smpp.pdu import BuildError, Pdu
from viesti.protocols.smpp.references import IdBase, canonical
from viesti.protocols.smpp.spec import Command
from viesti.protocols.smpp.status import Status, StatusClass, classify, status_name

_REASONS: Final[dict[int, Failure]] = {
    Status.RINVDSTADR: Failure.INVALID_DESTINATION,
    Status.RINVDSTTON: Failure.INVALID_DESTINATION,
    Status.RINVDSTNPI: Failure.INVALID_DESTINATION,
    Status.RINVDSTADDRSUBUNIT: Failure.INVALID_DESTINATION,
    Status.RINVSRCADR: Failure.INVALID_SENDER,
    Status.RINVSRCTON: Failure.INVALID_SENDER,
    Status.RINVSRCNPI: Failure.INVALID_SENDER,
    Status.RINVSRCADDRSUBUNIT: Failure.INVALID_SENDER,
    Status.RINVMSGLEN: Failure.INVALID_CONTENT,
    Status.RINVESMCLASS: Failure.INVALID_CONTENT,
    Status.RINVDCS: Failure.INVALID_CONTENT,
    Status.RTHROTTLED: Failure.CARRIER_BUSY,
    Status.RMSGQFUL: Failure.CARRIER_BUSY,
    Status.RSYSERR: Failure.CARRIER_ERROR,
    Status.RX_T_APPN: Failure.CARRIER_ERROR,
    Status.RINVBNDSTS: Failure.LINK_DOWN,
}
# The number or the content is wrong for every carrier; a sender or a service may be known elsewhere.
_NOWHERE: Final = frozenset({Failure.INVALID_DESTINATION, Failure.INVALID_CONTENT})


def classify_answer(response: Pdu, overrides: Mapping[int, StatusClass]) -> StatusClass:
    """What the answer asks of us. A generic_nack is never consent, whatever status it carries."""
    found = classify(response.status, overrides)
    if found is StatusClass.OK and response.command_id == Command.GENERIC_NACK:
        return StatusClass.PERMANENT
    return found


def outcome_of(response: Pdu, meaning: StatusClass, answer_base: IdBase) -> Outcome:
    """The outcome of a part whose answer was classified as `meaning`."""
    if meaning is StatusClass.OK:
        return Accepted(canonical(response.text("message_id"), answer_base))
    status = response.status
    detail = status_name(status)
    if meaning is StatusClass.PERMANENT:
        return _refused(status, detail)
    fallback = Failure.CARRIER_BUSY if meaning is StatusClass.THROTTLE else Failure.CARRIER_ERROR
    return Deferred(_REASONS.get(status, fallback), detail=detail)


def refusal_of(error: BuildError) -> Refused:
    """The outcome of a part we could not even write."""
    return _refused(error.status, str(error))


def _refused(status: int, detail: str) -> Refused:
    reason = _REASONS.get(status, Failure.CARRIER_REJECTED)
    return Refused(reason, elsewhere=reason not in _NOWHERE, detail=detail)
