"""A campaign: one text to many people, each of them once.

Rule: a status changes only as `MOVES` says. `why` is for a person: what stopped a campaign that nobody
stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from viesti.domain.send_window import SendWindow


class CampaignStatus(StrEnum):
    """Where a campaign stands, as stored."""

    DRAFT = "draft"  # waits to be activated
    SCHEDULED = "scheduled"  # waits for its time
    PLANNING = "planning"  # its audience is being written down
    RUNNING = "running"
    PAUSED = "paused"  # nothing more goes out until it is resumed
    FINISHED = "finished"  # everybody was handed over
    CANCELLED = "cancelled"
    FAILED = "failed"  # nobody could be sent to

    @property
    def over(self) -> bool:
        """Whether it never sends again."""
        return self in (CampaignStatus.FINISHED, CampaignStatus.CANCELLED, CampaignStatus.FAILED)


_LIVE = (CampaignStatus.SCHEDULED, CampaignStatus.PLANNING, CampaignStatus.RUNNING)

# What a person may do with a campaign -> in which statuses. Pausing what is paused, and the like, changes
# nothing.
MOVES: dict[str, tuple[CampaignStatus, ...]] = {
    "activate": (CampaignStatus.DRAFT,),
    "pause": _LIVE,
    "resume": (CampaignStatus.PAUSED,),
    "cancel": (CampaignStatus.DRAFT, *_LIVE, CampaignStatus.PAUSED),
}


class Campaign(msgspec.Struct, kw_only=True):
    """A campaign as stored. The counts are of people: named more than once, members who are not written to by
    way of their tag, contacts without a number, who had opted out, who could not be sent to."""

    id: int
    bucket: int
    customer_id: int
    dialect: str
    name: str
    status: CampaignStatus
    why: str = ""
    sender: str
    text: str
    service_id: int | None
    application_id: int | None
    user_id: int | None = None
    track_links: bool | None = None
    quiet: bool = False
    extras: Mapping[str, Any] | None = None
    send_at: datetime | None = None
    window: SendWindow | None = None
    created_at: datetime
    started_at: datetime | None = None
    planned_at: datetime | None = None
    finished_at: datetime | None = None
    tend_at: datetime | None = None
    sources_done: int = 0
    source_after: int = 0
    people: int = 0
    opted_out: int = 0
    duplicates: int = 0
    inactive: int = 0
    numberless: int = 0
    pages: int = 0
    page_size: int
    fed_to: str = ""
    fed: int = 0
    refused: int = 0

    @property
    def to_send(self) -> int:
        """How many people are sent to, as far as is known."""
        return self.people - self.opted_out - self.refused

    @property
    def to_feed(self) -> int:
        """How many of them have no message yet."""
        return self.to_send - self.fed


class Progress(NamedTuple):
    """How the recipients of a campaign stand, by status, and what they cost so far."""

    recipients: int = 0
    frozen: int = 0
    scheduled: int = 0
    queued: int = 0
    unknown: int = 0
    sent: int = 0
    expired: int = 0
    undelivered: int = 0
    cancelled: int = 0
    failed: int = 0
    opted_out: int = 0
    delivered: int = 0
    parts: int = 0
    cost: Decimal = Decimal(0)
    cost_gbp: Decimal = Decimal(0)
    oldest_look: datetime | None = None

    @property
    def waiting(self) -> int:
        """Recipients that are still to be handed over."""
        return self.frozen + self.scheduled + self.queued


class Person(NamedTuple):
    """Somebody in an audience: his number, and what is known of him when he is a contact."""

    address: str
    contact_id: int | None
    external_reference: str | None
    name: str
    email: str
    first_name: str
    last_name: str
    company: str
    address_line1: str
    address_line2: str
    postcode: str
    city: str
    county: str
    country: str
    properties: tuple[tuple[str, str], ...]


class Source(NamedTuple):
    """Whom a campaign is for: everybody on a list, contacts, or numbers; one of the three."""

    list_id: int | None = None
    contacts: tuple[int, ...] | None = None
    numbers: tuple[str, ...] | None = None
