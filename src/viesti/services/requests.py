"""What a caller asks for and what he is told, between the dialects and the submit service.

Rule: fields carry our words (`sender`, `text`, `recipients`); a dialect translates them into its own, errors
included.

They are made for every message, and as msgspec structs cost a third of what frozen dataclasses do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from viesti.domain.contact import KnownContact
from viesti.domain.failure import UNWANTED
from viesti.domain.message import HeldReason, Protocol
from viesti.domain.send_window import SendWindow
from viesti.domain.status import Status


class RecipientRequest(msgspec.Struct, frozen=True):
    """One address as the caller wrote it; `text` when it differs from the message's, or `values` for its
    placeholders."""

    address: str
    text: str | None = None
    values: Mapping[str, str | None] | None = None


class Fallback(msgspec.Struct, frozen=True):
    """The SMS that goes out when WhatsApp does not deliver. `sender` '': the service's default."""

    text: str
    sender: str = ""


class SubmitRequest(msgspec.Struct, frozen=True):
    """A message to be sent."""

    dialect: str
    customer_id: int
    application_id: int | None
    service_id: int | None
    sender: str  # '': the service's default
    text: str
    recipients: tuple[RecipientRequest, ...]
    send_at: datetime | None = None
    dlr_url: str | None = None
    customer_data: str | None = None
    request_id: str | None = None
    body_hash: bytes = b""  # of the request as it came; a repeat must have the same
    parent_id: int | None = None
    advertisement: bool | None = None  # None: as its service says
    quiet: bool = False
    extras: Mapping[str, Any] | None = None
    user_id: int | None = None
    thread_id: int | None = None
    placeholders: bool = False  # `$(name)` in the text stands for each recipient's value
    character_policy: str | None = None  # none, strict, replace; over the service's
    window: SendWindow | None = None  # it begins to be sent within it
    campaign_id: int | None = None
    track_links: bool | None = None  # None: as its service says
    protocol: str = Protocol.SMS
    content: bytes | None = None  # of a WhatsApp message that is more than its text
    fallback: Fallback | None = None  # of a WhatsApp message
    validity_seconds: int | None = None  # how long the carrier tries to deliver; None: as its service says
    opt_in_needed: bool = False  # by WhatsApp it goes only to whom has a recorded opt-in to its sender


class SubmittedRecipient(msgspec.Struct, frozen=True):
    """A recipient as accepted."""

    id: int
    address: str
    status: Status
    failure: str | None
    parts: int
    cost: Decimal | None
    cost_gbp: Decimal | None
    warnings: tuple[str, ...]
    contact: KnownContact | None = None
    frozen: HeldReason | None = None  # why it is held back
    flagged_why: str = ""  # what was found odd about it


class Submitted(msgspec.Struct, frozen=True):
    """The message is in the store and will be sent. `repeated`: an earlier request with this id made it.
    `link_base` and `link_rule`: as in `Message`."""

    message_id: int
    sender: str
    text: str
    created_at: datetime
    send_at: datetime | None
    currency: str | None
    recipients: tuple[SubmittedRecipient, ...]
    repeated: bool = False
    link_base: str | None = None
    link_rule: int | None = None

    @property
    def parts(self) -> int:
        """Parts over all recipients that it is sent to, which those who do not want it are not."""
        return sum(recipient.parts for recipient in self.recipients if recipient.failure not in UNWANTED)


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with one field: our name of it, a sentence, and which recipient (0-based) it concerns."""

    field: str
    sentence: str
    index: int | None = None


class NotAccepted(msgspec.Struct, frozen=True):
    """Nothing was stored and nothing will be sent. `conflict`: the request id was used with another body."""

    problems: tuple[FieldProblem, ...]
    conflict: bool = False


SubmitResult = Submitted | NotAccepted
