"""The deliveries the message centre owes: receipts and what handsets wrote, by account.

Rule: a delivery is in exactly one place: waiting in its mailbox, in the hands of a connection, or on the
timeline to be tried again. It leaves only by being acknowledged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from viesti.simulator.message import Delivery
from viesti.simulator.timeline import Timeline


class Mail:
    """All mailboxes. A delivery that is taken must come back by one of the five methods after `take`.

    `moved` is told each delivery whose progress changed, `on_mail` each account that may have something.
    """

    def __init__(self, timeline: Timeline, retry_delay: float, moved: Callable[[Delivery], None]) -> None:
        self.receipts_pending = 0  # final receipts still owed, those not yet due included
        self.acknowledged_total = 0
        self.on_mail: Callable[[str], None] = _ignore
        self._timeline = timeline
        self._retry_delay = retry_delay
        self._moved = moved
        self._boxes: dict[str, deque[Delivery]] = {}

    def open(self, account: str) -> None:
        """A receiver of this account is bound: replies to addresses nobody claims may go to it."""
        self._boxes.setdefault(account, deque())

    def any_account(self) -> str:
        """An account that was ever open, '' when none was."""
        return next(iter(self._boxes), "")

    def waiting(self) -> dict[str, int]:
        """How much waits, by account."""
        return {account: len(box) for account, box in self._boxes.items()}

    def put(self, delivery: Delivery) -> None:
        """A new delivery, after all others of its account."""
        box = self._boxes.get(delivery.account)
        if box is None:
            box = self._boxes[delivery.account] = deque()
        box.append(delivery)
        self.on_mail(delivery.account)

    def take(self, account: str) -> Delivery | None:
        """The next delivery of an account, now in the caller's hands."""
        box = self._boxes.get(account)
        return box.popleft() if box else None

    def acknowledged(self, delivery: Delivery) -> None:
        """The account has it: it is forgotten."""
        self.acknowledged_total += 1
        self._settle(delivery)
        delivery.acknowledged()
        self._moved(delivery)

    def refused(self, delivery: Delivery, now: float) -> None:
        """The account answered with an error: tried again later."""
        delivery.refused()
        self._later(delivery, now)

    def unanswered(self, delivery: Delivery, now: float) -> None:
        """No answer came in time: tried again later."""
        delivery.lost()
        self._later(delivery, now)

    def returned(self, delivery: Delivery) -> None:
        """The session ended before the answer: it waits again, before all others."""
        delivery.lost()
        self._moved(delivery)
        self._boxes.setdefault(delivery.account, deque()).appendleft(delivery)
        self.on_mail(delivery.account)

    def discarded(self, delivery: Delivery) -> None:
        """It can't be written as a PDU (an address too long for deliver_sm): it is given up."""
        self._settle(delivery)
        delivery.refused()
        self._moved(delivery)

    def _settle(self, delivery: Delivery) -> None:
        if delivery.submission is not None and delivery.final:
            self.receipts_pending -= 1

    def _later(self, delivery: Delivery, now: float) -> None:
        self._moved(delivery)
        self._timeline.at(now + self._retry_delay, lambda _: self.put(delivery))


def _ignore(_: str) -> None:
    """Nobody listens."""
