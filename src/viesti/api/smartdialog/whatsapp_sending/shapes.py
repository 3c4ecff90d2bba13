"""What the operation of the slice reads and writes.

Rule: what is read carries our names, what is written the contract's, which are in camel case here.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import field


class RecipientAsked(msgspec.Struct, frozen=True):
    address: str


class ButtonAsked(msgspec.Struct, frozen=True):
    kind: str = ""
    data: str = ""


class TemplateAsked(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: str
    service_id: str
    template: str
    recipients: tuple[RecipientAsked, ...]
    language: str = ""
    body: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    buttons: tuple[ButtonAsked, ...] = ()
    send_at: datetime | None = None
    attachment_uri: str = ""
    sms_fallback: bool = False
    dlr_url: str = ""
    customer_data: str = ""
    request_id: str = ""
    idempotency_key: str = ""


class RecipientShown(msgspec.Struct, frozen=True):
    address: str
    id: str


class TemplateSent(msgspec.Struct, frozen=True, omit_defaults=True):
    message_id: str = field(name="messageId")
    parts: int = field(name="messagePartCount")
    recipients: tuple[RecipientShown, ...]
    warnings: tuple[str, ...] = ()
