"""Reads what a query string may say of a list: `limit` and `before`.

Rule: a value that can't be read is an error that names it; it is never quietly another value.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from viesti.api.answer import FieldError, Refusal, sentences

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_ID = (1 << 53) - 1


@dataclass(frozen=True, slots=True)
class Page:
    """`limit` rows at most, with ids below `before` (None: from the newest)."""

    limit: int
    before: int | None


def read_page(query: bytes) -> Page | Refusal:
    """The page asked for by a raw query string; other parameters are left alone."""
    given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    errors = []
    limit = _whole(given["limit"], MAX_LIMIT) if "limit" in given else DEFAULT_LIMIT
    if limit is None:
        errors.append(FieldError("limit", f"It must be a whole number from 1 to {MAX_LIMIT}."))
    before = _whole(given["before"], MAX_ID) if "before" in given else None
    if before is None and "before" in given:
        errors.append(FieldError("before", "It must be the id to go on from."))
    if errors or limit is None:
        return Refusal(400, sentences(errors), tuple(errors))
    return Page(limit, before)


def read_id(written: str) -> int | None:
    """An id of ours; None for what can't be one."""
    return _whole(written, MAX_ID)


def _whole(written: str, highest: int) -> int | None:
    if not (written.isascii() and written.isdigit() and len(written) <= len(str(MAX_ID))):
        return None
    return int(written) if 1 <= int(written) <= highest else None
