"""The two lanes of a channel's queue.

Rule: the number is the order. A claim takes everything due in a lower lane before anything of a higher one.
"""

from __future__ import annotations

from enum import IntEnum


class Lane(IntEnum):
    """How urgent a message is; the value is stored, and is the order."""

    TRANSACTIONAL = 0
    BULK = 1
