"""The two things the message centre holds: messages it took for handsets, and deliveries it owes to accounts.

Rule: these only remember. The server moves them, the handset page looks at them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from viesti.domain.status import PartState
from viesti.protocols.smpp.pdu import Pdu
from viesti.simulator.treatment import Treatment


class ReceiptProgress(StrEnum):
    """Where the receipt of a message stands."""

    NONE = "none"  # none was asked for
    WITHHELD = "withheld"  # asked for, and the behaviour sends none
    WAITING = "waiting"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"


@dataclass(slots=True, eq=False)
class Submission:
    """One message (one part) that was taken from an account for one destination."""

    message_id: str
    account: str
    destination: str
    pdu: Pdu
    at: datetime
    treatment: Treatment
    state: PartState = PartState.ENROUTE
    done_at: datetime | None = None
    receipt: ReceiptProgress = ReceiptProgress.NONE

    @property
    def source(self) -> str:
        return self.pdu.text("source_addr")


class ReplyState(StrEnum):
    """How far a message from a handset has come."""

    QUEUED = "queued"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"  # answered with an error; it is tried again


@dataclass(slots=True, eq=False)
class Reply:
    """A message written on a handset, possibly of several parts."""

    handset: str
    to: str
    text: str
    at: datetime
    encoding: str
    parts_total: int
    states: list[ReplyState] = field(default_factory=list)  # by part

    @property
    def state(self) -> ReplyState:
        """The part that is furthest behind decides."""
        return min(self.states, key=_REPLY_ORDER.index)


_REPLY_ORDER = [ReplyState.REFUSED, ReplyState.QUEUED, ReplyState.SENT, ReplyState.ACKNOWLEDGED]


@dataclass(slots=True, eq=False)
class Delivery:
    """A deliver_sm or data_sm owed to an account until acknowledged: a receipt, or a part of a reply."""

    account: str
    pdu: Pdu
    submission: Submission | None = None
    reply: Reply | None = None
    part: int = 1
    final: bool = True  # False for an intermediate receipt
    attempts: int = 0

    def sent(self) -> None:
        """It went out on a session."""
        self.attempts += 1
        self._mark(ReceiptProgress.SENT, ReplyState.SENT)

    def acknowledged(self) -> None:
        """The account has it."""
        self._mark(ReceiptProgress.ACKNOWLEDGED, ReplyState.ACKNOWLEDGED)

    def refused(self) -> None:
        """The account could not take it now."""
        self._mark(ReceiptProgress.WAITING, ReplyState.REFUSED)

    def lost(self) -> None:
        """The session ended, or the answer did not come in time."""
        self._mark(ReceiptProgress.WAITING, ReplyState.QUEUED)

    def _mark(self, receipt: ReceiptProgress, reply: ReplyState) -> None:
        if self.submission is not None:
            # A second copy of a receipt never takes back what the first one reached.
            if self.final and self.submission.receipt is not ReceiptProgress.ACKNOWLEDGED:
                self.submission.receipt = receipt
        elif self.reply is not None:
            self.reply.states[self.part - 1] = reply
