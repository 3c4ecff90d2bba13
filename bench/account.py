"""What became of every number of a crash round: at the message centre, at the receiver, in the store.

Rule: each promise is one count of sequence numbers, from what the far ends wrote down; pure arithmetic.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

DELIVERED: Final = 70
HELD: Final = 20


@dataclass(frozen=True, slots=True)
class InStore:
    """What the store says of a recipient."""

    status: int
    doubts: int


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Everything that was counted. Counts are indexed by sequence number.

    `accepted`: answered 200; `of_two_parts`: accepted with a text of two parts; `inbound`: messages the
    handsets sent, of which every `multipart_every`th has two parts; `stored_inbound`: numbers of the messages
    in the store.
    """

    accepted: Collection[int]
    of_two_parts: Collection[int]
    submits: bytes
    later_parts: bytes
    receipts: bytes
    reports: bytes
    recipients: Mapping[int, InStore]
    inbound: int
    multipart_every: int
    inbound_taken: bytes
    webhooks: bytes
    stored_inbound: Collection[int]


@dataclass(slots=True)
class Account:
    """Numbers by what is wrong with them. The `PROMISED` must be empty."""

    missing: list[int] = field(default_factory=list)
    receipts_lost: list[int] = field(default_factory=list)
    reports_lost: list[int] = field(default_factory=list)
    inbound_lost: list[int] = field(default_factory=list)
    webhooks_lost: list[int] = field(default_factory=list)
    unmarked: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)
    extra_copies: int = 0
    extra_reports: int = 0
    extra_webhooks: int = 0
    unasked: int = 0


PROMISED: Final = {
    "missing": "accepted, and a part of it never reached the message centre (or it is not in the store)",
    "receipts_lost": "its receipts were acknowledged, and it is not delivered",
    "reports_lost": "it is delivered, and its delivery report was never called",
    "inbound_lost": "acknowledged to the message centre, and neither stored nor posted to the webhook",
    "webhooks_lost": "stored or acknowledged, and never posted to the webhook",
    "unmarked": "a part of it reached the message centre twice, and it is not marked",
}


def account(seen: Witnesses) -> Account:
    """Go through every number once."""
    found = Account()
    for number in seen.accepted:
        two = number in seen.of_two_parts
        first, later = seen.submits[number], seen.later_parts[number]
        row = seen.recipients.get(number)
        if row is not None and row.status == HELD:
            found.held.append(number)  # in doubt twice: the operator decides
        elif row is None or not first or (two and not later):
            found.missing.append(number)
        elif row.status != DELIVERED and seen.receipts[number] > two:
            found.receipts_lost.append(number)
        elif row.status == DELIVERED and not seen.reports[number]:
            found.reports_lost.append(number)
        found.extra_reports += max(0, seen.reports[number] - 1)
    for number, row in seen.recipients.items():  # also those whose caller was never answered
        copies = max(0, seen.submits[number] - 1) + max(0, seen.later_parts[number] - 1)
        found.extra_copies += copies
        found.unasked += number not in seen.accepted
        if copies:
            found.doubled.append(number)
        if copies and not row.doubts:
            found.unmarked.append(number)
    for number in range(seen.inbound):
        taken = seen.inbound_taken[number] > (number % seen.multipart_every == 0)
        stored, posted = number in seen.stored_inbound, seen.webhooks[number]
        if taken and not stored and not posted:
            found.inbound_lost.append(number)
        elif (taken or stored) and not posted:
            found.webhooks_lost.append(number)
        found.extra_webhooks += max(0, posted - 1)
    return found


def broken(found: Account) -> dict[str, int]:
    """The promises that were not kept, with how many numbers."""
    return {name: len(getattr(found, name)) for name in PROMISED if getattr(found, name)}
