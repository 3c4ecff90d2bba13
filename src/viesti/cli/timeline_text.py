"""A message's timeline as lines for a terminal.

Rule: a step is printed whoever wrote it and whatever is in it: what has no words of its own here is shown by
its names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

# A step's kind -> how its details are told; a detail that is missing or empty is left out with its words.
_TOLD: Mapping[str, tuple[tuple[str, str], ...]] = {
    "accepted": (("recipients", "{} recipient(s)"),),
    "scheduled": (("send_at", "for {}"),),
    "flagged": (("why", "{}"),),
    "part_sent": (
        ("part", "{}"),
        ("of", "of {}"),
        ("channel", "over {}"),
        ("attempt", "attempt {}"),
        ("reference", "reference {}"),
    ),
    "receipt": (("state", "{}"), ("part", "part {}"), ("error", "error {}")),
    "link_followed": (("link", "link {}"), ("by", "by {}"), ("agent", "({})")),
    "finished": (("status", "{}"), ("failure", "({})")),
}
_WIDTH = 16


def step_line(step: Mapping[str, Any]) -> str:
    """One step, as the API or the services give it: 'at', 'kind', 'detail'."""
    kind, detail = step["kind"], step["detail"]
    told = _TOLD.get(kind)
    if told is None:
        words = [f"{name.replace('_', ' ')} {value}" for name, value in detail.items() if _has(value)]
        said = ", ".join(words)
    else:
        said = " ".join(form.format(detail[name]) for name, form in told if _has(detail.get(name)))
    return f"  {clock(step['at'])}  {kind.replace('_', ' '):<{_WIDTH}} {said}".rstrip()


def clock(at: datetime | str) -> str:
    """A time of day in this machine's zone, to the millisecond."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone().strftime("%H:%M:%S.%f")[:-3]


def _has(value: Any) -> bool:
    return value is not None and value != ""
