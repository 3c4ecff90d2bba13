"""What a call to somebody's endpoint comes to: an answer, or why there is none.

Rule: whatever the other end does is one of these values, never an exception.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """Why there is no answer."""

    BAD_URL = "bad url"
    FORBIDDEN = "forbidden address"
    RESOLVE = "name not found"
    CONNECT = "no connection"
    TLS = "TLS failed"
    TIMEOUT = "timed out"
    BROKEN = "connection lost"
    NOT_HTTP = "unreadable answer"


class Headers(Mapping[str, str]):
    """Header fields as they came, read by name in any case; of a name that came twice, the first. Names
    and values are taken as Latin-1, which fits any octet."""

    __slots__ = ("_fields", "_found")

    def __init__(self, fields: Sequence[tuple[bytes, bytes]] = ()) -> None:
        self._fields = fields
        self._found: dict[str, str] | None = None

    def _table(self) -> dict[str, str]:  # made when somebody asks; most never do
        if self._found is None:
            self._found = {}
            for name, value in self._fields:
                self._found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
        return self._found

    def __getitem__(self, name: str) -> str:
        return self._table()[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table())

    def __len__(self) -> int:
        return len(self._table())


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer of any status. Header names fit in any case; `truncated` when the body was longer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class HttpFailure:
    """No answer. `detail` is for the operator and never holds the URL. `sent`: the request, or a part of it,
    was written; the other end may have acted on it."""

    kind: FailureKind
    detail: str
    sent: bool = False

    @property
    def for_good(self) -> bool:
        """Whether our own rules forbid the call, so that trying again is pointless."""
        return self.kind in (FailureKind.BAD_URL, FailureKind.FORBIDDEN)
