"""What follows from an attempt, as a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from viesti.domain.channel import AddressKind, Outgoing, PartReport, SendReport
from viesti.domain.estate import Service
from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from viesti.domain.retry import RetryPolicy
from viesti.domain.routing import Route
from viesti.services.judge import Again, Decision, Failed, InDoubt, InHand, Sent, judge
from viesti.storage.store import MessageToSend, ToSend

CREATED = datetime(2030, 1, 1, 12, tzinfo=UTC)
NOW = CREATED + timedelta(minutes=1)
ROUTE = Route(id=42, channel_id=32)

TAKEN = Accepted("a1")
BUSY = Deferred(Failure.CARRIER_BUSY, detail="ESME_RTHROTTLED")
REFUSED = Refused(Failure.INVALID_CONTENT, detail="bad")
ELSEWHERE = Refused(Failure.CARRIER_REJECTED, elsewhere=True, detail="not here")
SILENCE = Unknown("the link died")


def _in_hand(attempt: int = 1, doubts: int = 0, done: tuple[int, ...] = ()) -> InHand:
    return InHand(
        ToSend(7, 6, "358401234567", "international", None, doubts, 31, CREATED, 1),
        MessageToSend(6, "Acme", "alphanumeric", "Hello", (), None, 11, 1, None, False),
        attempt,
        Outgoing(
            recipient_id=7,
            attempt=attempt,
            destination="358401234567",
            destination_kind=AddressKind.INTERNATIONAL,
            sender="Acme",
            sender_kind=AddressKind.ALPHANUMERIC,
            text="Hello",
            parts_done=frozenset(done),
        ),
    )


def _service(on_unknown: str) -> Service:
    return Service(
        id=11, customer_id=1, key="news", name="News", kind="OneWay", default_sender="Acme",
        character_policy="none", shift_tables=(), lane="auto", on_unknown=on_unknown,
        report_statuses="final", validity_seconds=None, dialogue=False, consent_words=True,
        stop_reply="", start_reply="", help_reply="", webhook_url="", enabled=True,
    )  # fmt: skip


def _judge(
    in_hand: InHand,
    outcomes: tuple[Outcome, ...],
    service: Service | None = None,
    route: Route | None = ROUTE,
    jitter: float = 0.0,
) -> Decision:
    parts = tuple(PartReport(number, outcome, NOW) for number, outcome in enumerate(outcomes, 1))
    report = SendReport(7, in_hand.attempt, len(outcomes), parts)
    return judge(in_hand, report, service, lambda _: route, NOW, jitter, RetryPolicy())


DEFERRED = Again(NOW + timedelta(seconds=1), Failure.CARRIER_BUSY, "ESME_RTHROTTLED")
CONTENT = Failed(Failure.INVALID_CONTENT, "bad")
REJECTED = Failed(Failure.CARRIER_REJECTED, "not here")
REROUTED = Again(None, Failure.CARRIER_REJECTED, "not here", ROUTE)
RESEND = InDoubt(held=False, detail="the link died")
HELD = InDoubt(held=True, detail="the link died")


@pytest.mark.parametrize(
    ("outcomes", "decision"),
    [
        ((TAKEN,), Sent()),
        ((), Sent()),  # every part was taken in earlier attempts
        ((TAKEN, TAKEN, TAKEN), Sent()),
        ((BUSY,), DEFERRED),
        ((TAKEN, BUSY), DEFERRED),
        ((REFUSED,), CONTENT),
        ((TAKEN, REFUSED), CONTENT),
        ((BUSY, REFUSED), CONTENT),
        ((SILENCE, REFUSED), CONTENT),
        ((ELSEWHERE,), REROUTED),
        ((BUSY, ELSEWHERE), REROUTED),
        ((TAKEN, ELSEWHERE), REJECTED),  # the handset has a part of it
        ((SILENCE, ELSEWHERE), REJECTED),  # or may have
        ((SILENCE,), RESEND),
        ((TAKEN, SILENCE), RESEND),
        ((BUSY, SILENCE), RESEND),
    ],
)
def test_the_gravest_part_decides(outcomes: tuple[Outcome, ...], decision: Decision) -> None:
    assert _judge(_in_hand(), outcomes) == decision
    assert _judge(_in_hand(), tuple(reversed(outcomes))) == decision


@pytest.mark.parametrize(
    ("route", "done", "decision"),
    [(ROUTE, (), REROUTED), (None, (), REJECTED), (ROUTE, (1,), REJECTED)],
    ids=["another way", "no other way", "a part is on its way already"],
)
def test_elsewhere(route: Route | None, done: tuple[int, ...], decision: Decision) -> None:
    assert _judge(_in_hand(done=done), (ELSEWHERE,), route=route) == decision


@pytest.mark.parametrize(
    ("on_unknown", "doubts", "decision"),
    [
        (None, 0, RESEND),
        (None, 1, HELD),
        ("resend", 0, RESEND),
        ("resend", 1, HELD),
        ("hold", 0, HELD),
        ("hold", 1, HELD),
    ],
)
def test_in_doubt(on_unknown: str | None, doubts: int, decision: Decision) -> None:
    service = _service(on_unknown) if on_unknown else None
    assert _judge(_in_hand(doubts=doubts), (SILENCE,), service) == decision


@pytest.mark.parametrize(
    ("attempt", "outcome", "seconds"),
    [
        (1, BUSY, 1.0),
        (3, BUSY, 5.0),
        (99, BUSY, 30.0),
        (1, Deferred(Failure.CARRIER_BUSY, retry_after=90), 90.0),
        (2, Deferred(Failure.CARRIER_ERROR), 30.0),
        (1, Deferred(Failure.CHANNEL_STOPPED), 0.0),
    ],
)
def test_when_it_is_tried_again(attempt: int, outcome: Deferred, seconds: float) -> None:
    decision = _judge(_in_hand(attempt), (outcome,))
    assert decision == Again(NOW + timedelta(seconds=seconds), outcome.reason, outcome.detail)


@pytest.mark.parametrize(
    ("attempt", "outcome", "failure"),
    [
        (6, Deferred(Failure.CARRIER_ERROR), Failure.TOO_MANY_ATTEMPTS),
        (1, Deferred(Failure.CARRIER_BUSY, retry_after=90_000), Failure.EXPIRED),
    ],
)
def test_giving_up(attempt: int, outcome: Deferred, failure: Failure) -> None:
    assert _judge(_in_hand(attempt), (outcome,)) == Failed(failure, outcome.reason.value)


@pytest.mark.parametrize(
    ("validity", "send_at", "expired"),
    [
        (60, None, True),  # accepted a minute ago
        (120, None, False),
        (60, NOW, False),  # counts from when it was due
    ],
)
def test_the_validity_ends_it(validity: int, send_at: datetime | None, expired: bool) -> None:
    in_hand = _in_hand()
    message = in_hand.message._replace(validity_seconds=validity, send_at=send_at)
    decision = _judge(in_hand._replace(message=message), (BUSY,))
    assert decision == (Failed(Failure.EXPIRED, "ESME_RTHROTTLED") if expired else DEFERRED)


@pytest.mark.parametrize(
    ("validity", "hours", "expired"),
    [
        (None, 47, False),  # due two days ago, released an hour ago
        (None, 23, True),  # released 25 hours ago
        (47 * 3600, 47, True),  # what its service wants counts from when it was due
        (49 * 3600, 47, False),
    ],
)
def test_what_was_frozen_is_tried_from_its_release(validity: int | None, hours: int, expired: bool) -> None:
    in_hand, due = _in_hand(), NOW - timedelta(hours=48)
    message = in_hand.message._replace(validity_seconds=validity, send_at=due)
    released = in_hand._replace(message=message, released_at=due + timedelta(hours=hours))
    decision = _judge(released, (BUSY,))
    assert decision == (Failed(Failure.EXPIRED, "ESME_RTHROTTLED") if expired else DEFERRED)
