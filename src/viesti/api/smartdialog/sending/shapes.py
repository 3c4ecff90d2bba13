"""What the operations of the slice read and write.

Rule: what is read carries our names, what is written the contract's; the declarations join them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import field

# How a message is sent, as the contract's Protocol has it; what it is called in the store is in lower case.
SMS, WHATSAPP = "SMS", "WhatsApp"


class RecipientAsked(msgspec.Struct, frozen=True):
    address: str
    values: Mapping[str, str | None] | None = None


class SendAsked(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: str
    service_id: str
    sender: str
    content: str
    protocol: str
    recipients: tuple[RecipientAsked, ...]
    send_at: datetime | None = None
    attachment_uri: str = ""
    customer_data: str = ""
    advertisement: bool | None = None
    dlr_url: str = ""
    request_id: str = ""
    idempotency_key: str = ""
    character_policy: str = ""
    window_start: str = ""
    window_end: str = ""
    window_days: tuple[str, ...] = ()
    window_time_days: tuple[str, ...] = ()


class ReplyAsked(SendAsked, frozen=True, kw_only=True):
    parent_id: str


class DiscussAsked(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: str
    thread_id: str
    content: str
    customer_data: str = ""
    idempotency_key: str = ""


class RecipientShown(msgspec.Struct, frozen=True):
    address: str = field(name="Address")
    id: str = field(name="Id")


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    message_id: str = field(name="MessageId")
    parts: int = field(name="MessagePartCount")
    recipients: tuple[RecipientShown, ...] = field(name="Recipients")
    warnings: tuple[str, ...] = field(name="Warnings", default=())


class SentInThread(msgspec.Struct, frozen=True, omit_defaults=True):
    message_id: str = field(name="MessageId")
    parts: int = field(name="MessagePartCount")
    recipients: tuple[RecipientShown, ...] = field(name="Recipients")
    thread_id: str = field(name="ThreadId")
    warnings: tuple[str, ...] = field(name="Warnings", default=())
