"""Our id in `biz_opaque_callback_data`, which comes back in every status of the message.

Rule: whatever else an account's other senders put there is read as None, never as an id of ours.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_OURS = re.compile(r"v1:([1-9][0-9]{0,15}):([0-9]{1,4})", re.ASCII)


class Ours(NamedTuple):
    """Whose send it was, and which attempt."""

    recipient: int
    attempt: int


def write(recipient: int, attempt: int) -> str:
    """The text to send along."""
    return f"v1:{recipient}:{attempt}"


def read(text: str) -> Ours | None:
    """What `write` wrote, else None."""
    found = _OURS.fullmatch(text)
    return Ours(int(found[1]), int(found[2])) if found else None
