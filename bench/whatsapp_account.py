"""What became of every number of WhatsApp's crash rounds: on WhatsApp, at the message centre, at the
receiver, in the store.

Rule: each promise is one count of numbers, from what the far ends wrote down; pure arithmetic.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from bench.account import DELIVERED, HELD


class Recipient(NamedTuple):
    """What the store says. `late`: a delivery by WhatsApp is noted after it went on by SMS."""

    status: int
    doubts: int
    fell_back: bool
    late: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that was counted, by number. `taken`: messages that WhatsApp took, `shown` those that came
    to somebody's eyes; `sms`: at the message centre; `written`: people's messages, all of them acknowledged.
    """

    accepted: Collection[int]
    taken: Mapping[int, int]
    shown: Mapping[int, int]
    sms: bytes
    reports: bytes
    recipients: Mapping[int, Recipient]
    written: int
    stored: Mapping[int, int]
    webhooks: bytes


@dataclass(slots=True)
class Found:
    """Numbers by what is wrong with them. The `PROMISED` must be empty."""

    missing: list[int] = field(default_factory=list)
    unsettled: list[int] = field(default_factory=list)
    reports_lost: list[int] = field(default_factory=list)
    unmarked: list[int] = field(default_factory=list)
    unasked_sms: list[int] = field(default_factory=list)
    unexplained: list[int] = field(default_factory=list)
    inbound_lost: list[int] = field(default_factory=list)
    inbound_twice: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)
    both: list[int] = field(default_factory=list)
    by_sms: int = 0
    unasked: int = 0
    extra_reports: int = 0


PROMISED: Final = {
    "missing": "accepted, and it came to nobody's eyes and not by SMS (or it is not in the store)",
    "unsettled": "it is out, and it is not delivered in the store",
    "reports_lost": "it is delivered, and its delivery report was never called",
    "unmarked": "it was taken twice by one way, and it is not marked",
    "unasked_sms": "an SMS went to somebody who did not fall back",
    "unexplained": "it was seen on WhatsApp and came by SMS, and no late delivery and no doubt is noted",
    "inbound_lost": "acknowledged to WhatsApp, and not stored or not told to the customer",
    "inbound_twice": "one message of a person is stored twice",
}


def account(seen: Seen) -> Found:
    """Go through every number once."""
    found = Found()
    _of_accepted(seen, found)
    _of_copies(seen, found)
    for number in range(seen.written):
        if not seen.stored.get(number) or not seen.webhooks[number]:
            found.inbound_lost.append(number)
        elif seen.stored[number] > 1:
            found.inbound_twice.append(number)
    return found


def _of_accepted(seen: Seen, found: Found) -> None:
    for number in seen.accepted:
        row = seen.recipients.get(number)
        if row is not None and row.status == HELD:
            found.held.append(number)
        elif row is None or not (seen.shown.get(number) or seen.sms[number]):
            found.missing.append(number)
        elif row.status != DELIVERED:
            found.unsettled.append(number)
        elif not seen.reports[number]:
            found.reports_lost.append(number)
        found.extra_reports += max(0, seen.reports[number] - 1)


def _of_copies(seen: Seen, found: Found) -> None:
    for number, row in seen.recipients.items():  # also those whose caller was never answered
        found.unasked += number not in seen.accepted
        found.by_sms += row.fell_back
        if seen.taken.get(number, 0) > 1 or seen.sms[number] > 1:
            found.doubled.append(number)
            if not row.doubts:
                found.unmarked.append(number)
        if seen.sms[number] and not row.fell_back:
            found.unasked_sms.append(number)
        if seen.sms[number] and seen.shown.get(number):
            found.both.append(number)
            if not (row.late or row.doubts):
                found.unexplained.append(number)


def broken(found: Found) -> dict[str, int]:
    """The promises that were not kept, with how many numbers."""
    return {name: len(getattr(found, name)) for name in PROMISED if getattr(found, name)}
