"""What follows from an attempt at a recipient: sent, failed, put off, sent another way, or in doubt.

Rule: it is decided here alone, from facts that were read with the claim; no store and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from viesti.domain.channel import Outgoing, SendReport
from viesti.domain.estate import Service
from viesti.domain.failure import Failure
from viesti.domain.message import Protocol
from viesti.domain.outcome import Accepted, Deferred, Refused, Unknown
from viesti.domain.retry import GiveUp, RetryPolicy, next_attempt
from viesti.domain.routing import Route
from viesti.storage.store import MessageToSend, ToSend

# What WhatsApp took it tells of by webhook, too: so long after a doubt it has most likely come.
WEBHOOK_WAIT = timedelta(seconds=30)


class InHand(NamedTuple):
    """A claimed recipient with what its settlement needs to know."""

    recipient: ToSend
    message: MessageToSend
    attempt: int  # by the way that it goes now
    outgoing: Outgoing
    tried: Sequence[int] = ()  # channels that refused it before
    released_at: datetime | None = None  # when it was due after it had been frozen, or went on by SMS

    @property
    def first_at(self) -> datetime:
        """When it could be sent first."""
        return self.released_at or self._due_at

    @property
    def validity_seconds(self) -> int | None:
        """How long from then on its service wants it sent; None: as long as any. Who goes on by SMS has
        as long for that."""
        validity = self.message.validity_seconds
        if validity is None or self.released_at is None or self.recipient.fell_back_after is not None:
            return validity
        return validity - int((self.released_at - self._due_at).total_seconds())

    @property
    def _due_at(self) -> datetime:
        return self.message.send_at or self.recipient.created_at


@dataclass(frozen=True, slots=True)
class Sent:
    """The carrier took it whole."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It will not be sent."""

    reason: Failure
    detail: str


@dataclass(frozen=True, slots=True)
class Again:
    """Another attempt, `at` a time (None: now), perhaps another way."""

    at: datetime | None
    reason: Failure
    detail: str
    route: Route | None = None


@dataclass(frozen=True, slots=True)
class InDoubt:
    """No answer: sent once more, marked, at a time (None: now), or held for the operator."""

    held: bool
    detail: str
    at: datetime | None = None


Decision = Sent | Failed | Again | InDoubt


def again_at(message: MessageToSend, now: datetime) -> datetime | None:
    """When a message that is in doubt is sent once more; None: at once."""
    return now + WEBHOOK_WAIT if message.protocol == Protocol.WHATSAPP else None


def judge(
    in_hand: InHand,
    report: SendReport,
    service: Service | None,
    elsewhere: Callable[[InHand], Route | None],
    now: datetime,
    jitter: float,
    policy: RetryPolicy,
) -> Decision:
    """What follows from an attempt. The gravest part decides: refused, in doubt, deferred, taken."""
    outcomes = [part.outcome for part in report.parts]
    if all(isinstance(outcome, Accepted) for outcome in outcomes):
        return Sent()
    refused = next((o for o in outcomes if isinstance(o, Refused)), None)
    if refused:
        route = elsewhere(in_hand) if refused.elsewhere and not in_hand.outgoing.parts_done else None
        if route and not any(isinstance(o, Accepted | Unknown) for o in outcomes):
            return Again(None, refused.reason, refused.detail, route)
        return Failed(refused.reason, refused.detail)
    doubt = next((o for o in outcomes if isinstance(o, Unknown)), None)
    if doubt:
        resend = (service is None or service.on_unknown == "resend") and in_hand.recipient.doubts == 0
        return InDoubt(not resend, doubt.detail, again_at(in_hand.message, now) if resend else None)
    deferred = next(o for o in outcomes if isinstance(o, Deferred))
    due = next_attempt(
        in_hand.attempt,
        deferred,
        now,
        jitter,
        in_hand.first_at,
        policy,
        in_hand.validity_seconds,
    )
    if isinstance(due, GiveUp):
        return Failed(due.reason, deferred.detail or deferred.reason.value)
    return Again(due, deferred.reason, deferred.detail)
