"""What the operations of the slice read.

Rule: what is read carries our names, what is written the contract's; the declarations join them.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class SendAsked(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    sender: str = ""
    recipients: tuple[str, ...] = ()
    contact_id: int | None = None
    regarding_reference: str = ""
    regarding_schema: str = ""
    send_at: datetime | None = None
    custom01: str = ""
    custom02: str = ""
    custom03: str = ""
    dlr_url: str = ""
    customer_data: str = ""
    request_id: str = ""
    track_links: bool | None = None
    idempotency_key: str = ""
    x_zapier: str = ""
