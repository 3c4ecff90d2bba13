"""One message's history as a list of steps in the order of time, made of what is stored of it.

Rule: nothing is told that is not stored. Times differ in kind (ours, the carrier's), so each step says
what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from viesti.domain.message import Event, Message, PartRow, Recipient
from viesti.domain.status import PartState
from viesti.storage.store import Visit

# What comes first among steps of the same instant.
_ORDER = (
    "accepted",
    "scheduled",
    "flagged",
    "part_sent",
    "receipt",
    "finished",
    "callback_owed",
    "callback_parked",
)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened. `recipient_id` is None for what concerns the whole message."""

    at: datetime
    kind: str
    recipient_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def timeline(
    message: Message,
    recipients: Sequence[Recipient],
    parts: Iterable[PartRow],
    receipts: Iterable[Mapping[str, Any]],
    events: Iterable[Event],
    callbacks: Iterable[Mapping[str, Any]],
    visits: Iterable[Visit],
    channels: Mapping[int, str],
) -> tuple[Step, ...]:
    """Every step, oldest first. `channels`: their keys by id."""
    steps = [Step(message.created_at, "accepted", None, {"recipients": message.recipient_count})]
    events = list(events)
    send_at = _first_send_at(message, events)
    if send_at:
        steps.append(Step(message.created_at, "scheduled", None, {"send_at": send_at}))
    steps += (Step(r.flagged_at, "flagged", r.id, {"why": r.flagged_why}) for r in recipients if r.flagged_at)
    steps += (_part_sent(part, channels) for part in parts)
    steps += (_receipt(receipt) for receipt in receipts)
    steps += (_event(event, message.id, channels) for event in events)
    steps += (_callback(callback) for callback in callbacks)
    steps += (_visit(visit) for visit in visits)
    steps += (Step(r.read_at, "read", r.id) for r in recipients if r.read_at is not None)
    steps += (_finished(r, r.finished_at) for r in recipients if r.finished_at is not None)
    return tuple(sorted(steps, key=_place))


def _place(step: Step) -> tuple[datetime, int]:
    return step.at, _ORDER.index(step.kind) if step.kind in _ORDER else _ORDER.index("part_sent")


def _part_sent(part: PartRow, channels: Mapping[int, str]) -> Step:
    detail = {
        "part": part.number,
        "of": part.total,
        "attempt": part.attempt,
        "channel": channels.get(part.channel_id, ""),
        "reference": part.reference,
    }
    return Step(part.sent_at, "part_sent", part.recipient_id, detail)


def _receipt(receipt: Mapping[str, Any]) -> Step:
    detail = {
        "part": receipt["number"],
        "state": PartState(receipt["state"]).name.lower(),
        "error": receipt["error"],
        "carrier_time": receipt["done_at"],
    }
    return Step(receipt["received_at"], "receipt", receipt["recipient_id"], detail)


def _event(event: Event, message_id: int, channels: Mapping[int, str]) -> Step:
    detail = dict(event.detail)
    if "channel" in detail:
        detail["channel"] = channels.get(detail["channel"], "")
    whom = None if event.subject_id == message_id else event.subject_id
    return Step(event.at, event.kind, whom, detail)


def _first_send_at(message: Message, events: Sequence[Event]) -> datetime | None:
    """When it was to be sent as it was accepted, whatever it was rescheduled to."""
    first = next((event for event in events if event.kind == "rescheduled"), None)
    if first is None:
        return message.send_at
    was = first.detail.get("was")
    return datetime.fromisoformat(was) if was else None


def _callback(callback: Mapping[str, Any]) -> Step:
    about = {"callback_id": callback["id"], "callback": callback["kind"]}
    return Step(callback["created_at"], "callback_owed", callback["subject_id"], about)


def _visit(visit: Visit) -> Step:
    about = {"link": visit.link + 1, "by": visit.reason or "person", "agent": visit.agent}
    return Step(visit.at, "link_followed", visit.recipient_id, about)


def _finished(recipient: Recipient, at: datetime) -> Step:
    return Step(at, "finished", recipient.id, {"status": recipient.status.word, "failure": recipient.failure})
