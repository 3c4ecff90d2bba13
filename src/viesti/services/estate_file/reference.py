"""The reference of all tables and keys as Markdown, made from the tables themselves.

Rule: the second half of `docs/estate.md` is exactly what `markdown()` gives; a test compares them. To renew
it, cut the old one off at its heading and append what
`python -m viesti.services.estate_file.reference` prints.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from viesti.services.estate_file.fields import REQUIRED, Field, Pruning
from viesti.services.estate_file.tables import (
    ACTIONS,
    APPLICATIONS,
    CHANNELS,
    CUSTOMERS,
    KEYWORDS,
    OAUTH_CLIENTS,
    PRICES,
    ROUTES,
    SENDERS,
    SERVICES,
    USERS,
)

HEADING = "## Every table and key"
_NESTED = (KEYWORDS, ACTIONS)
_ORDER = (
    CUSTOMERS,
    USERS,
    SERVICES,
    KEYWORDS,
    ACTIONS,
    APPLICATIONS,
    OAUTH_CLIENTS,
    SENDERS,
    CHANNELS,
    ROUTES,
    PRICES,
)


def markdown() -> str:
    """The reference, from its heading on."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEADING
    for table in _ORDER:
        yield f"\n### `[[{table.name}]]`\n"
        yield table.meaning
        if table not in _NESTED:
            identity = ", ".join(f"`{name}`" for name in table.identity)
            done = "deleted" if table.pruning is Pruning.DELETE else "disabled"
            yield f"\nIdentified by {identity}, which it keeps for good. With `--prune`: {done}."
        yield "\n| key | it must be | default | meaning |"
        yield "|---|---|---|---|"
        for about in table.fields:
            yield f"| `{about.name}` | {_allowed(about)} | {_default(about)} | {about.meaning} |"


def _allowed(about: Field) -> str:
    return f"the `key` of one of the `{about.refers}`" if about.refers else about.kind.allowed


def _default(about: Field) -> str:
    if about.shown:
        return about.shown
    if about.generated:
        return "stays as it is; at first one is made up"
    if about.default is REQUIRED:
        return "must be there"
    return _written(about.default)


def _written(default: Any) -> str:
    if default in ("", (), {}):
        return "empty"
    return f"`{str(default).lower()}`" if isinstance(default, bool) else f"`{default}`"


if __name__ == "__main__":
    sys.stdout.write(markdown())
