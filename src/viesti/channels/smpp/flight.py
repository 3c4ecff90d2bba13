"""What is on its way: a message (flight) and its parts, until each has its outcome.

Rule: a flight is reported exactly once, when its last part is settled or known never to be sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from viesti.domain.channel import Outgoing, PartReport, SendReport
from viesti.domain.outcome import Accepted, Outcome
from viesti.protocols.smpp.pdu import Pdu


class Flight:
    """One attempt at one recipient. `doomed`: a part was not accepted, so the rest is not worth its price."""

    __slots__ = ("_reports", "_waiting", "attempt", "doomed", "recipient_id", "total")

    def __init__(self, outgoing: Outgoing, total: int, waiting: int) -> None:
        self.recipient_id: Final = outgoing.recipient_id
        self.attempt: Final = outgoing.attempt
        self.total: Final = total
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
