"""What is told of a step of a timeline, for people to read.

Rule: a step is told whoever wrote it and whatever is in it: what has no words of its own here is told by its
names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

# A step's kind -> how its details are told; a detail that is missing or empty is left out with its words.
_TOLD: Mapping[str, tuple[tuple[str, str], ...]] = {
    "accepted": (("recipients", "{} recipient(s)"),),
    "scheduled": (("send_at", "for {}"),),
    "rescheduled": (("recipients", "{} recipient(s)"), ("send_at", "for {}"), ("by", "by {}")),
    "cancelled": (("recipients", "{} recipient(s)"), ("by", "by {}")),
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


def step_text(kind: str, detail: Mapping[str, Any]) -> str:
    """One step."""
    told = _TOLD.get(kind)
    if told is None:
        words = [f"{name.replace('_', ' ')} {_said(value)}" for name, value in detail.items() if _has(value)]
        return ", ".join(words)
    return " ".join(form.format(_said(detail[name])) for name, form in told if _has(detail.get(name)))


def _said(value: Any) -> Any:
    return written(value) if isinstance(value, datetime) else value


def written(at: datetime) -> str:
    """A moment as our answers write it."""
    return at.isoformat().replace("+00:00", "Z")


def _has(value: Any) -> bool:
    return value is not None and value != ""
