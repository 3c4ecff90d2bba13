"""Requests that wait for their response, each with the context its sender gave.

Rule: a context that goes in comes out exactly once: answered, timed out, or lost with the link. All entries
share one timeout, so the order of sending is the order of deadlines.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from viesti.protocols.smpp.spec import MAX_SEQUENCE


class Waiting(NamedTuple):
    """One outstanding request."""

    command_id: int
    context: Any
    deadline: float


class Window:
    """At most `size` outstanding requests, `timeout` seconds each."""

    def __init__(self, size: int, timeout: float) -> None:
        self._size = size
        self._timeout = timeout
        self._waiting: dict[int, Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, sequence: int) -> bool:
        return sequence in self._waiting

    def free(self) -> int:
        """Slots left."""
        return self._size - len(self._waiting)

    def add(self, sequence: int, command_id: int, context: Any, now: float) -> None:
        """Remembers a request sent at `now`; its sequence must not be outstanding."""
        self._waiting[sequence] = Waiting(command_id, context, now + self._timeout)

    def peek(self, sequence: int) -> Waiting | None:
        """The request outstanding under this sequence number."""
        return self._waiting.get(sequence)

    def take(self, sequence: int) -> Waiting:
        """Removes and gives the request; it must be outstanding."""
        return self._waiting.pop(sequence)

    def next_deadline(self) -> float | None:
        """When the oldest request times out."""
        for waiting in self._waiting.values():
            return waiting.deadline
        return None

    def expired(self, now: float) -> list[Waiting]:
        """Removes and gives the requests whose time is up, oldest first."""
        due = []
        for sequence, waiting in self._waiting.items():
            if waiting.deadline > now:
                break
            due.append(sequence)
        return [self._waiting.pop(sequence) for sequence in due]

    def drain(self) -> list[Waiting]:
        """Removes and gives everything, oldest first."""
        rest = list(self._waiting.values())
        self._waiting.clear()
        return rest


class Sequence:
    """Sequence numbers 1 to 0x7FFFFFFF and round again (5.1.4), never one that is still outstanding."""

    def __init__(self, *windows: Window, start: int = 1) -> None:
        self._windows = windows
        self._next = start

    def take(self) -> int:
        """The next free number."""
        while True:
            number = self._next
            self._next = number + 1 if number < MAX_SEQUENCE else 1
            for window in self._windows:
                if number in window:
                    break
            else:
                return number
