"""What lists and ids are like in all our faces.

Rule: a value that can't be read is nothing; it is never quietly another value.
"""

from __future__ import annotations

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_ID = (1 << 53) - 1


def read_id(written: str) -> int | None:
    """An id of ours; None for what can't be one."""
    if not (written.isascii() and written.isdigit() and len(written) <= len(str(MAX_ID))):
        return None
    return int(written) if 1 <= int(written) <= MAX_ID else None
