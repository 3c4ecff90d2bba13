"""What a recipient finally costs: by how it ended, and how much of it the carrier took.

Rule: what the carrier took is paid for, delivered or not; what it certainly did not take costs nothing. In
doubt it may have been taken, so it is paid for, and no later word about it changes what it costs.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from viesti.domain.status import Status


class Pays(Enum):
    """How much of the price of all its parts a recipient pays."""

    ALL = "all"  # of every part
    TAKEN = "taken"  # of the parts that the carrier took, or may have
    NOTHING = "nothing"


PAYS: dict[Status, Pays] = {
    Status.FROZEN: Pays.NOTHING,  # until it is released
    Status.SCHEDULED: Pays.ALL,  # put by for it
    Status.QUEUED: Pays.ALL,
    Status.UNKNOWN: Pays.ALL,
    Status.SENT: Pays.ALL,
    Status.EXPIRED: Pays.ALL,
    Status.UNDELIVERED: Pays.ALL,
    Status.CANCELLED: Pays.TAKEN,
    Status.FAILED: Pays.TAKEN,
    Status.DELIVERED: Pays.ALL,
}


class Share(NamedTuple):
    """A share of what a recipient was to cost: so many parts of so many."""

    parts: int
    of: int


WHOLE = Share(1, 1)
NONE = Share(0, 1)


def share(status: Status, taken: int, total: int, doubts: int = 0) -> Share:
    """What a recipient of that status pays. `taken`: how many of its `total` parts on the wire the carrier
    took, or may have taken; `doubts`: how often a whole attempt at it ended without an answer."""
    match PAYS[status]:
        case Pays.ALL:
            return WHOLE
        case Pays.NOTHING:
            return NONE
        case Pays.TAKEN:
            if doubts:
                return WHOLE
            return Share(min(taken, total), total) if taken else NONE
