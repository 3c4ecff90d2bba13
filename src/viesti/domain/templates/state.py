"""Where a template stands at Meta, and whether it may be sent.

Rule: a state that the table does not know can't be sent; only Meta makes one that can.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

APPROVED, PENDING, DELETED = "APPROVED", "PENDING", "DELETED"


class State(NamedTuple):
    """`sendable`: it may be sent now; `offered`: who chooses one sees it; `why`: the rest of a sentence that
    begins with the template's name."""

    sendable: bool
    offered: bool
    why: str


STATES: Mapping[str, State] = {
    APPROVED: State(True, True, ""),
    "REINSTATED": State(True, True, ""),
    "FLAGGED": State(True, True, ""),  # still sent, and paused soon when people go on blocking it
    PENDING: State(False, True, "is not approved yet: Meta is still reviewing it"),
    "IN_APPEAL": State(False, True, "is not approved: an appeal against its rejection is under way"),
    "PAUSED": State(False, True, "is paused by Meta because of its quality"),
    "LIMIT_EXCEEDED": State(False, True, "is not approved: the account has as many templates as it may have"),
    "UNARCHIVED": State(False, True, "was archived and is not approved again yet"),
    "REJECTED": State(False, False, "was rejected by Meta"),
    "DISABLED": State(False, False, "is disabled by Meta because of its quality"),
    "LOCKED": State(False, False, "is locked by Meta"),
    "ARCHIVED": State(False, False, "is archived by Meta, as it was not used"),
    "PENDING_DELETION": State(False, False, "is being deleted"),
    DELETED: State(False, False, "was deleted"),
}


def state_of(status: str) -> State:
    """What a status means; of an unknown one that it can't be sent."""
    return STATES.get(status) or State(False, True, f"is in the state {status}, not approved")
