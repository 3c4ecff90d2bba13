"""What a caller asks for and what he is told, between the dialects and the submit service.

Rule: fields carry our words (`sender`, `text`, `recipients`); a dialect translates them into its own, errors
included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from viesti.domain.status import Status


@dataclass(frozen=True, slots=True)
class RecipientRequest:
    """One address as the caller wrote it; `text` when it differs from the message's."""

    address: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class SubmitRequest:
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
    advertisement: bool = False
    quiet: bool = False
    extras: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SubmittedRecipient:
    """A recipient as accepted."""

    id: int
    address: str
    status: Status
    failure: str | None
    parts: int
    cost: Decimal | None
    cost_gbp: Decimal | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Submitted:
    """The message is in the store and will be sent. `repeated`: an earlier request with this id made it."""

    message_id: int
    sender: str
    text: str
    created_at: datetime
    send_at: datetime | None
    currency: str | None
    recipients: tuple[SubmittedRecipient, ...]
    repeated: bool = False

    @property
    def parts(self) -> int:
        """Parts over all recipients."""
        return sum(recipient.parts for recipient in self.recipients)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field: our name of it, a sentence, and which recipient (0-based) it concerns."""

    field: str
    sentence: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """Nothing was stored and nothing will be sent. `conflict`: the request id was used with another body."""

    problems: tuple[FieldProblem, ...]
    conflict: bool = False


SubmitResult = Submitted | NotAccepted
