"""Named queries: every statement lives in `queries/*.sql` under a name, with a line that says what it is for.

Rule: no SQL text in Python. A file is a list of blocks, each `-- name: <name>` followed by comment lines and
one statement.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_BLOCK = re.compile(r"^-- name: *(?P<name>[a-z0-9_]+) *$", re.MULTILINE)


class Queries:
    """The statements of one file; `queries["claim"]` gives its text."""

    def __init__(self, text: str, origin: str) -> None:
        self._statements: dict[str, str] = {}
        heads = list(_BLOCK.finditer(text))
        ends = [*(head.start() for head in heads[1:]), len(text)]
        for head, end in zip(heads, ends, strict=False):  # a file may have none yet
            body = text[head.end() : end].strip()
            name = head["name"]
            if name in self._statements:
                raise ValueError(f"{origin}: the query {name!r} is there twice")
            if not body.startswith("--"):
                raise ValueError(f"{origin}: the query {name!r} has no description")
            self._statements[name] = body
        self.origin = origin

    def __getitem__(self, name: str) -> str:
        return self._statements[name]

    def names(self) -> list[str]:
        """All names, in the file's order."""
        return list(self._statements)


@cache
def queries(noun: str) -> Queries:
    """The queries of `queries/<noun>.sql`."""
    path = resources.files("viesti.storage") / "queries" / f"{noun}.sql"
    return Queries(path.read_text(encoding="utf-8"), f"{noun}.sql")
