"""When the same text goes to the same person too often: two programs that answer each other.

Rule: a look here costs nothing and may err both ways; it only tells which messages are worth counting in the
store. What is held is decided by the count alone, and what was held is not counted: so a program that repeats
itself slowly goes on slowly, and a loop, which needs each answer to go on, ends.
"""

from __future__ import annotations

from array import array

_SLOT_BITS = 20  # a million messages; 4 MiB
_MINUTE_BITS = 12  # minutes are known for nearly three days, then begin again
_SLOTS = 1 << _SLOT_BITS
_MINUTES = 1 << _MINUTE_BITS
_TAGS = 1 << (32 - _MINUTE_BITS)

MAX_MINUTES = 1_440  # a customer's window
LOOK_BACK = 200  # messages to a person looked at for the same text, at least


class Sightings:
    """What one process has sent to whom in the last minutes, roughly: now and then a later message takes an
    earlier one's place, which is then forgotten, and one in a million is taken for another."""

    __slots__ = ("_slots",)

    def __init__(self) -> None:
        self._slots = array("I", bytes(_SLOTS * 4))

    def again(self, key: int, minute: int, minutes: int) -> bool:
        """Whether `key` was here in the last `minutes`; it is from now on. `key`: a hash of customer, address
        and text; `minute`: whole minutes since any fixed moment."""
        slot = key % _SLOTS
        tag = key // _SLOTS % _TAGS or 1  # an empty slot is nobody's
        known = self._slots[slot]
        self._slots[slot] = tag << _MINUTE_BITS | minute % _MINUTES
        return known >> _MINUTE_BITS == tag and (minute - known) % _MINUTES <= minutes


def look_back(limit: int) -> int:
    """How many of the latest messages to a person are looked at to find `limit` with the same text."""
    return max(LOOK_BACK, 4 * limit)


def flagged(limit: int, minutes: int) -> str:
    """Why a message is held, for those who look at it."""
    times = "once" if limit == 1 else f"{limit} times"
    within = "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"The same text went to this number {times} within {within}: it is held as a loop."
