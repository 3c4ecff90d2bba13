"""What the operations of the slice read and answer, and what a flow is told of an SMS.

Rule: what a flow is told is made in `services`; here is its form, which the contract also gives to the answer
of the call that makes a trigger.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType, field


class TriggerAsked(msgspec.Struct, frozen=True, kw_only=True):
    url: str


class TypedTriggerAsked(TriggerAsked, frozen=True, kw_only=True):
    hook_id: str  # the type; see its declaration


class DeleteAsked(msgspec.Struct, frozen=True, kw_only=True):
    hook_id: str


class ContactTold(msgspec.Struct, frozen=True):
    external_reference: str = field(name="ExternalReference")


class DeliveredSms(msgspec.Struct, frozen=True):
    contact_id: int = field(name="ContactID")
    contact_name: str = field(name="ContactName")
    delivered_date: str = field(name="DeliveredDate")
    from_number: str = field(name="FromNumber")
    message: str = field(name="Message")
    sms_id: int = field(name="SMSID")
    to_number: str = field(name="ToNumber")


class CreatedSms(msgspec.Struct, frozen=True):
    contact_id: int = field(name="ContactID")
    contact_name: str = field(name="ContactName")
    created_date: str = field(name="CreatedDate")
    from_number: str = field(name="FromNumber")
    message: str = field(name="Message")
    sms_id: int = field(name="SMSID")
    to_number: str = field(name="ToNumber")


class InboundContent(msgspec.Struct, frozen=True):
    last: DeliveredSms = field(name="LastSMSOutbound")
    contact: ContactTold = field(name="Contact")
    sms: DeliveredSms = field(name="SMS")


class OutboundContent(msgspec.Struct, frozen=True):
    contact: ContactTold = field(name="Contact")
    sms: CreatedSms = field(name="SMS")


class InboundMade(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a new trigger. `content` is there because the contract says so, and is never sent."""

    content: InboundContent | UnsetType = field(name="Content", default=UNSET)
    hook_id: str = field(name="hook_Id")


class OutboundMade(msgspec.Struct, frozen=True, kw_only=True):
    """The same for messages that go out."""

    content: OutboundContent | UnsetType = field(name="Content", default=UNSET)
    hook_id: str = field(name="hook_Id")
