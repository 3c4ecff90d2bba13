"""What a webhook told, as values.

Rule: a member that Meta left out is '' (or None, or 0), never a missing attribute: since user ids are scoped
to a business, even who wrote may come without a phone number.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

import msgspec


class NotAnEvent(ValueError):  # noqa: N818  it is what the body is
    """The body is not a webhook of the Cloud API; `reason` says why and quotes nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Fault(msgspec.Struct, frozen=True):
    """An error as Meta tells it. `code` is looked up in `errors.ERRORS`."""

    code: int
    title: str = ""
    details: str = ""


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    waba_id: str = ""
    phone_number_id: str = ""  # '' for what is about the account or a template
    at: datetime | None = None  # UTC


class StatusEvent(_Event, frozen=True, kw_only=True):
    """How far a message of ours came: sent, delivered, read, played, failed, or a word Meta added since."""

    wamid: str
    status: str
    wa_id: str = ""  # the recipient's digits
    user_id: str = ""  # the recipient's business-scoped id
    callback_data: str = ""  # as given with the send; see `callback_data.read`
    faults: tuple[Fault, ...] = ()
    billable: bool | None = None
    pricing_model: str = ""
    pricing_category: str = ""
    pricing_type: str = ""
    conversation_id: str = ""


class InboundMedia(msgspec.Struct, frozen=True):
    """A file that came with a message; `url` (with newer webhooks) saves asking for it."""

    id: str
    mime_type: str = ""
    sha256: str = ""
    filename: str = ""
    url: str = ""
    voice: bool = False


class MessageEvent(_Event, frozen=True, kw_only=True):
    """A message somebody sent to our number or, with `echo`, that our people sent from the phone's app.

    `kind` is Meta's `type`. `text` is what a person would read in it, '' when there is nothing; `payload` the
    id of the button or choice, or a form's answers; `details` the object of kinds that hold more than this.
    """

    wamid: str
    kind: str
    wa_id: str = ""  # the person's digits: who wrote, or of an echo to whom it went
    user_id: str = ""  # the person's business-scoped id
    parent_user_id: str = ""
    username: str = ""
    name: str = ""
    text: str = ""
    payload: str = ""
    media: tuple[InboundMedia, ...] = ()
    reply_to: str = ""  # wamid
    forwarded: bool = False
    target: str = ""  # wamid that a reaction, an edit or a revocation is about
    faults: tuple[Fault, ...] = ()
    details: Any = None
    referral: Any = None  # the advertisement that led here
    echo: bool = False
    display_number: str = ""  # our number's digits

    @property
    def emoji(self) -> str:
        """Of a reaction; '' when it was taken away."""
        return self.text if self.kind == "reaction" else ""


class PartyChanged(_Event, frozen=True, kw_only=True):
    """A person has another number, or another business-scoped id. `kind` is Meta's word for it."""

    wamid: str
    kind: str
    old_wa_id: str = ""
    old_user_id: str = ""
    wa_id: str = ""
    user_id: str = ""
    parent_user_id: str = ""
    text: str = ""


class _TemplateEvent(_Event, frozen=True, kw_only=True):
    template_id: str
    name: str
    language: str


class TemplateStatus(_TemplateEvent, frozen=True, kw_only=True):
    """A template's review or state: `status` is PENDING, APPROVED, REJECTED, PAUSED ...; `reason` is Meta's
    word, '' for NONE; `details` what it says to people."""

    status: str
    reason: str = ""
    details: str = ""
    category: str = ""


class TemplateQuality(_TemplateEvent, frozen=True, kw_only=True):
    """GREEN, YELLOW, RED or UNKNOWN."""

    quality: str
    previous: str = ""


class TemplateCategory(_TemplateEvent, frozen=True, kw_only=True):
    """`category` is what it is now. Where Meta only says what it will be, `correct` is that."""

    category: str
    previous: str = ""
    correct: str = ""


class TemplateComponents(_TemplateEvent, frozen=True, kw_only=True):
    """A template's content was changed; `details` is what Meta sent of it."""

    details: Any = None


class Preference(_Event, frozen=True, kw_only=True):
    """A person's word about marketing messages: `value` is stop, resume or signup."""

    wa_id: str = ""
    user_id: str = ""
    category: str
    value: str
    text: str = ""


class AccountEvent(_Event, frozen=True, kw_only=True):
    """Something about the account or a number that an operator should see: `field` and `event` are Meta's
    words, `details` the whole value."""

    field: str
    event: str = ""
    display_number: str = ""
    faults: tuple[Fault, ...] = ()
    details: Any = None


class OtherEvent(_Event, frozen=True, kw_only=True):
    """What has no reading here: the JSON as it came, and why."""

    field: str
    reason: str
    raw: bytes


Event: TypeAlias = (
    StatusEvent
    | MessageEvent
    | PartyChanged
    | TemplateStatus
    | TemplateQuality
    | TemplateCategory
    | TemplateComponents
    | Preference
    | AccountEvent
    | OtherEvent
)
