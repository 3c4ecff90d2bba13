"""What is on its way: a message (flight) and its parts, until each has its outcome, and the line they wait
in.

Rule: a flight is reported exactly once, when its last part is settled or known never to be sent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from viesti.domain.channel import Outgoing, PartReport, SendReport
from viesti.domain.outcome import Accepted, Outcome
from viesti.protocols.smpp.pdu import Pdu


class Flight:
    """One attempt at one recipient. `doomed`: a part was not accepted, so the rest is not worth its price."""

    __slots__ = ("_reports", "_waiting", "attempt", "doomed", "recipient_id", "total", "urgent")

    def __init__(self, outgoing: Outgoing, total: int, waiting: int) -> None:
        self.recipient_id: Final = outgoing.recipient_id
        self.attempt: Final = outgoing.attempt
        self.total: Final = total
        self.urgent: Final = outgoing.urgent
        self.doomed = False
        self._waiting = waiting
        self._reports: list[PartReport] = []

    def settle(self, number: int, outcome: Outcome, at: datetime) -> SendReport | None:
        """A part has its outcome; gives the report when it was the last."""
        self._reports.append(PartReport(number, outcome, at))
        if not isinstance(outcome, Accepted):
            self.doomed = True
        return self.leave()

    def leave(self) -> SendReport | None:
        """A part will not be tried, or was just settled; gives the report when it was the last."""
        self._waiting -= 1
        return None if self._waiting > 0 else self.report()

    def report(self) -> SendReport:
        """All there is to say, parts in order."""
        reports = self._reports
        if len(reports) > 1:
            reports.sort(key=lambda report: report.number)
        return SendReport(self.recipient_id, self.attempt, self.total, tuple(reports))


class Part:
    """One submit_sm of a flight. `order` keeps throttled parts in the order they were given."""

    __slots__ = ("first_try", "flight", "number", "order", "pdu")

    def __init__(self, flight: Flight, number: int, pdu: Pdu, order: int) -> None:
        self.flight: Final = flight
        self.number: Final = number
        self.pdu: Final = pdu
        self.order: Final = order
        self.first_try: float | None = None


class Line:
    """Parts that wait to be written, those of urgent flights apart; each kind in the order given."""

    __slots__ = ("_rest", "_urgent")

    def __init__(self) -> None:
        self._urgent: deque[Part] = deque()
        self._rest: deque[Part] = deque()

    def __len__(self) -> int:
        return len(self._urgent) + len(self._rest)

    def of(self, urgent: bool) -> deque[Part]:
        """Those of one kind."""
        return self._urgent if urgent else self._rest

    def put(self, part: Part) -> None:
        """At the end of its kind."""
        self.of(part.flight.urgent).append(part)

    def put_back(self, parts: Sequence[Part]) -> None:
        """Before all others of their kind, in their order."""
        for part in reversed(parts):
            self.of(part.flight.urgent).appendleft(part)

    def take_all(self) -> list[Part]:
        """Everything; none is left."""
        parts = [*self._urgent, *self._rest]
        self._urgent.clear()
        self._rest.clear()
        return parts
