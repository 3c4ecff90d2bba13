"""A step of a message's timeline as a line for a terminal."""

from __future__ import annotations

from datetime import datetime

_WIDTH = 16


def step_line(at: datetime | str, kind: str, text: str) -> str:
    """One step, by its words."""
    return f"  {clock(at)}  {kind.replace('_', ' '):<{_WIDTH}} {text}".rstrip()


def clock(at: datetime | str) -> str:
    """A time of day in this machine's zone, to the millisecond."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone().strftime("%H:%M:%S.%f")[:-3]
