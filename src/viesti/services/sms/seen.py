"""An SMS as its customer sees it, sent or received, and what a list of them may be narrowed by.

Rule: these are facts in our words; numbers and names of a contract are a dialect's. The text is the one that
went out, with the short links of its recipient.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

import msgspec

from viesti.domain.contact import KnownContact
from viesti.domain.failure import Failure
from viesti.domain.status import Status
from viesti.services.link_details import LinkDetail


class SmsSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One SMS to or from one number. `status` None: it was received; `contact`: of the number that is not the
    customer's own; `warnings`: sentences about it for whoever sent it."""

    id: int
    source: str
    destination: str
    text: str
    created_at: datetime
    parts: int
    status: Status | None = None
    failure: Failure | None = None
    delivered_at: datetime | None = None
    campaign_id: int | None = None
    application_id: int | None = None
    application_name: str = ""
    user_id: int | None = None
    user_name: str = ""
    contact: KnownContact | None = None
    links: tuple[LinkDetail, ...] = ()
    warnings: tuple[str, ...] = ()
    flagged_at: datetime | None = None
    flagged_why: str = ""
    currency: str
    cost: Decimal | None = None
    cost_gbp: Decimal | None = None


class SmsFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which SMS to show. `sent` and `received`: whether those are wanted at all; `number`: in digits, of the
    other side; `statuses`: of sent ones (None: any)."""

    sent: bool = True
    received: bool = True
    number: str | None = None
    contact_id: int | None = None
    campaign_id: int | None = None
    statuses: Collection[Status] | None = None
    since: datetime | None = None
    until: datetime | None = None
    newest_first: bool = True
    offset: int = 0
    limit: int = 50
