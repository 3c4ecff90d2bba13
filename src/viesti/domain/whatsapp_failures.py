"""Why WhatsApp did not take or deliver a message, by the code it gave.

Rule: one table for both ways a code comes, in the answer to a send and in a status told later. A code that
nobody listed is a rejection.
"""

from __future__ import annotations

from typing import Final

from viesti.domain.failure import Failure

FAILURES: Final[dict[int, Failure]] = {
    # The person
    131026: Failure.NOT_ON_WHATSAPP,  # undeliverable: no account, old version, terms not accepted
    131047: Failure.WINDOW_CLOSED,
    131050: Failure.OPTED_OUT,  # of marketing
    131021: Failure.INVALID_DESTINATION,  # the sender itself
    131030: Failure.INVALID_DESTINATION,  # not on the list of a test number
    131062: Failure.INVALID_DESTINATION,  # this message needs a phone number
    # The content
    100: Failure.INVALID_CONTENT,
    131008: Failure.INVALID_CONTENT,
    131009: Failure.INVALID_CONTENT,
    131051: Failure.INVALID_CONTENT,
    131052: Failure.INVALID_CONTENT,
    131053: Failure.INVALID_CONTENT,
    132000: Failure.INVALID_CONTENT,
    132001: Failure.INVALID_CONTENT,
    132005: Failure.INVALID_CONTENT,
    132007: Failure.INVALID_CONTENT,
    132008: Failure.INVALID_CONTENT,
    132012: Failure.INVALID_CONTENT,
    132015: Failure.INVALID_CONTENT,
    132016: Failure.INVALID_CONTENT,
    132068: Failure.INVALID_CONTENT,
    132069: Failure.INVALID_CONTENT,
    # Too fast
    4: Failure.CARRIER_BUSY,
    17: Failure.CARRIER_BUSY,
    341: Failure.CARRIER_BUSY,
    613: Failure.CARRIER_BUSY,
    80007: Failure.CARRIER_BUSY,
    130429: Failure.CARRIER_BUSY,
    131056: Failure.CARRIER_BUSY,
    # Trouble of its own
    1: Failure.CARRIER_ERROR,
    2: Failure.CARRIER_ERROR,
    131000: Failure.CARRIER_ERROR,
    131016: Failure.CARRIER_ERROR,
    131057: Failure.CARRIER_ERROR,
    133016: Failure.CARRIER_ERROR,
    135000: Failure.CARRIER_ERROR,
}


def failure_of(code: int) -> Failure:
    """The reason by the code of a refusal or of a failed status."""
    return FAILURES.get(code, Failure.CARRIER_REJECTED)
