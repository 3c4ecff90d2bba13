"""What the operations of the slice read and write.

Rule: a field that is written has its name on the wire, in camel case; one with a default is left out when it
says nothing.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec


class PreviewAsked(msgspec.Struct, frozen=True, kw_only=True):
    customer: str = ""
    to: tuple[str, ...]
    text: str
    sender: str = ""
    service: str = ""
    protocol: str = ""
    send_at: datetime | None = None
    track_links: bool | None = None
    advertisement: bool | None = None


class SendAsked(PreviewAsked, frozen=True, kw_only=True):
    validity_minutes: int | None = None
    customer_data: str = ""
    dlr_url: str = ""
    request_id: str = ""
    idempotency_key: str = ""


class ToListsAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Whom: at least one of `groups`, `tags` and `to`."""

    customer: str = ""
    text: str
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    name: str = ""
    sender: str = ""
    service: str = ""
    send_at: datetime | None = None
    track_links: bool | None = None
    request_id: str = ""
    idempotency_key: str = ""


class _Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What is written."""


class PassedShown(_Shown, frozen=True, kw_only=True):
    place: int
    written: str
    why: str
    reason: str


class SentToShown(_Shown, frozen=True, kw_only=True):
    id: int
    address: str
    status: str
    failure: str | None = None
    part_count: int
    cost: Decimal | None = None
    warnings: tuple[str, ...] = ()


class SentShown(_Shown, frozen=True, kw_only=True):
    id: int
    part_count: int
    cost: Decimal | None = None
    currency: str | None = None
    send_at: datetime | None = None
    recipients: tuple[SentToShown, ...]
    skipped: tuple[PassedShown, ...] = ()


class PreviewedToShown(_Shown, frozen=True, kw_only=True):
    place: int
    address: str
    part_count: int
    cost: Decimal | None = None
    warnings: tuple[str, ...] = ()


class ShorterShown(_Shown, frozen=True, kw_only=True):
    excess: int
    text: str = ""
    text_parts: int | None = None
    text_excess: int | None = None


class PreviewShown(_Shown, frozen=True, kw_only=True):
    text: str
    coding: str
    characters: int
    parts_each: int
    acceptable: bool
    recipient_count: int
    part_count: int
    cost: Decimal | None = None
    currency: str
    covered: bool
    left: Decimal | None = None
    send_at: datetime | None = None
    one_part: ShorterShown | None = None
    recipients: tuple[PreviewedToShown, ...]
    skipped: tuple[PassedShown, ...] = ()


class CampaignMade(_Shown, frozen=True, kw_only=True):
    """A campaign, and what it will be as far as is known; without that when nobody can tell any more."""

    campaign_id: int
    name: str
    status: str
    send_at: datetime | None = None
    people: int | None = None
    recipient_count: int | None = None
    opted_out: int | None = None
    duplicates: int | None = None
    inactive: int | None = None
    without_number: int | None = None
    parts_each: Decimal | None = None
    cost: Decimal | None = None
    currency: str | None = None
    exact: bool | None = None
    warnings: tuple[str, ...] = ()
