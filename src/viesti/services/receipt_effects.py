"""What a batch of receipts makes of the parts and recipients it speaks of.

Rule: it is decided here from what was read of the parts; no store and no clock. What another process wrote
meanwhile is minded by the statement that writes this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from viesti.domain.channel import CarrierReceipt
from viesti.domain.failure import Failure
from viesti.domain.status import VERDICTS, Status, recipient_status
from viesti.storage.store import FoundPart, MatchedReceipt

Match = tuple[FoundPart, CarrierReceipt]
PartKey = tuple[int, int, int]  # recipient, attempt, number
PartKnown = tuple[int, int, int, int | None]  # recipient, number, total, state

_RANKS = {int(state): verdict.status for state, verdict in VERDICTS.items()}


class _Change(NamedTuple):
    """What a recipient becomes, and by which receipt."""

    match: Match
    status: Status
    failure: Failure | None


def of_several_parts(matched: Sequence[Match]) -> list[int]:
    """Recipients whose message has several parts, in order."""
    return sorted({part.recipient_id for part, _ in matched if part.total > 1})


def effects(matched: Sequence[Match], known: Sequence[PartKnown]) -> list[MatchedReceipt]:
    """What each receipt changes; `known`: the states of all parts of messages of several."""
    further = _further(matched)
    deciding = _deciding(further, known)
    rows = []
    for match in matched:
        part, receipt = match
        tells = further.get(_part_key(part)) is match
        change = deciding.get(part.recipient_id)
        if tells and change and change.match is match:
            failure = change.failure.value if change.failure else None
            rows.append(MatchedReceipt(part, receipt, True, change.status, failure))
        else:
            rows.append(MatchedReceipt(part, receipt, tells, None, None))
    return rows


def _further(matched: Sequence[Match]) -> dict[PartKey, Match]:
    """The furthest receipt of each part, when it is further than what is known of the part."""
    furthest: dict[PartKey, Match] = {}
    for match in matched:
        part, receipt = match
        key = _part_key(part)
        state = furthest[key][1].state if key in furthest else part.state
        if state is None or _rank(receipt.state) > _rank(state):
            furthest[key] = match
    return furthest


def _deciding(further: Mapping[PartKey, Match], known: Sequence[PartKnown]) -> dict[int, _Change]:
    """What these receipts make of their recipients, by recipient."""
    states: dict[int, dict[int, Status]] = {}
    for recipient_id, number, total, state in known:
        numbers = states.setdefault(recipient_id, dict.fromkeys(range(1, total + 1), Status.SENT))
        if state is not None:
            numbers[number] = max(numbers[number], _rank(state))
    for part, receipt in further.values():
        if part.total > 1:
            numbers = states[part.recipient_id]
            numbers[part.number] = max(numbers[part.number], _rank(receipt.state))
    changes: dict[int, _Change] = {}
    for match in further.values():
        part, receipt = match
        verdict = VERDICTS[receipt.state]
        status = (
            recipient_status(list(states[part.recipient_id].values())) if part.total > 1 else verdict.status
        )
        if not status.final:
            continue
        change = changes.get(part.recipient_id)
        decides = verdict.status is status  # else another part's failure does
        if change is None or (decides and change.status <= status):
            failure = verdict.failure if decides else Failure.UNSPECIFIED
            if failure and decides and receipt.failure:
                failure = receipt.failure
            changes[part.recipient_id] = _Change(match, status, failure)
    return changes


def _part_key(part: FoundPart) -> PartKey:
    return part.recipient_id, part.attempt, part.number


def _rank(state: int) -> Status:
    return _RANKS[state]


def read_times(matched: Sequence[Match]) -> dict[int, datetime]:
    """When which recipients first read it, as these tell."""
    read: dict[int, datetime] = {}
    for part, receipt in matched:
        if receipt.read_at:
            read[part.recipient_id] = min(receipt.read_at, read.get(part.recipient_id, receipt.read_at))
    return read
