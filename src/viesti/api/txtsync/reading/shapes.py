"""What the operations of the slice read."""

from __future__ import annotations

from datetime import datetime

import msgspec

from viesti.api.txtsync.paging import Paged


class ListAsked(Paged, frozen=True, kw_only=True):
    direction: int | None = None
    number: str = ""
    contact_id: int | None = None
    campaign_id: int | None = None
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None


class OneAsked(msgspec.Struct, frozen=True, kw_only=True):
    sms_id: str
