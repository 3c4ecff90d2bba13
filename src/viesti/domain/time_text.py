"""A moment as text, as programs of others read it.

Rule: ISO 8601, UTC with 'Z', always in milliseconds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=64)  # what a batch tells is of few moments
def time_text(at: datetime) -> str:
    """The text of a moment that knows its zone, such as 2030-01-01T12:30:00.250Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
