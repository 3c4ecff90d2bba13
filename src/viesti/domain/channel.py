"""The contract between the engine and a channel (a configured connection to a carrier).

Rule: a channel only carries. It knows no database and decides nothing that must be remembered: what it is
given comes back exactly once as a `SendReport`, and what arrives from the carrier is acknowledged to the
carrier only after the sink's awaitable has returned, because by then it is stored.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from viesti.domain.failure import Failure
from viesti.domain.outcome import Outcome
from viesti.domain.status import PartState


class AddressKind(StrEnum):
    """What an address is; decides TON/NPI and whether it can be answered."""

    INTERNATIONAL = "international"  # E.164 digits without '+'
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"
    WHATSAPP_USER = "whatsapp_user"  # a WhatsApp party without a number: 'FI.' and what the provider calls it


class Outgoing(NamedTuple):
    """One recipient's message, ready for a channel. Text is already personalised and policy-cleaned."""

    recipient_id: int
    attempt: int  # 1 for the first
    destination: str  # digits, no '+'
    destination_kind: AddressKind
    sender: str  # '' lets the carrier choose
    sender_kind: AddressKind
    text: str
    languages: tuple[str, ...] = ()  # national shift tables allowed: 'tr', 'es', 'pt'
    parts_done: frozenset[int] = (
        frozenset()
    )  # numbers (1-based) of parts the carrier took in earlier attempts
    validity_seconds: int | None = None
    flash: bool = False
    urgent: bool = False  # goes before those that are not, as far as nothing of them is written yet
    content: bytes | None = None  # what else it is than its text, in the form of `whatsapp_content`


class PartReport(NamedTuple):
    """One part's outcome. `at` is when the answer came (our clock, UTC)."""

    number: int  # 1-based
    outcome: Outcome
    at: datetime


class SendReport(NamedTuple):
    """All that an attempt came to: one report for each part tried, once, after the last answer."""

    recipient_id: int
    attempt: int
    parts_total: int
    parts: tuple[PartReport, ...]


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """What the carrier said of a part after it was reported as `Unknown` because no answer came in time."""

    recipient_id: int
    attempt: int
    parts_total: int
    part: PartReport


class CarrierReceipt(NamedTuple):
    """A delivery report as it came, `reference` in the channel's canonical form. One that names the attempt
    it speaks of is believed where no reference leads to a part."""

    channel_id: int
    references: tuple[str, ...]  # candidates in canonical form, best first (hex or decimal); () for none
    state: PartState
    error: str  # the carrier's own code, as text ('' when none)
    done_at: datetime | None  # the carrier's time, UTC by the channel's configured offset
    received_at: datetime
    source: str  # addresses as they came, for matching by hand
    destination: str
    raw: str  # the receipt text or TLVs, kept for the operator; never holds message text
    recipient_id: int | None = None  # with `attempt`: what we told the carrier to send back with it
    attempt: int | None = None
    failure: Failure | None = None  # where the carrier says more of it than the state
    read_at: datetime | None = None  # the person has read it; then it is delivered


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Where an inbound part belongs."""

    reference: int
    total: int
    number: int  # 1-based


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a message, and stays with the provider until it is fetched by its id."""

    provider_id: str
    mime_type: str
    name: str
    sha256: str = ""  # as the provider gave it


@dataclass(frozen=True, slots=True)
class InboundPart:
    """One part of a message from a handset, as it came. By other protocols than SMS a message is one part;
    `kind` is the provider's word, `details` what else a message of its kind is."""

    channel_id: int
    source: str  # digits without '+', or alphanumeric
    source_kind: AddressKind
    destination: str
    text: str
    concatenation: Concatenation | None
    received_at: datetime
    payload: bytes | None = None  # binary content, when it is not text
    protocol: str = "sms"
    message_reference: str | None = None  # the provider's id of the message
    kind: str = "text"
    attachments: tuple[Attached, ...] = ()
    details: Mapping[str, Any] | None = None


class SessionState(StrEnum):
    """What an operator sees of one session."""

    CONNECTING = "connecting"
    BOUND = "bound"
    DOWN = "down"  # lost; reconnects by itself with back-off
    STOPPED = "stopped"  # needs a person (wrong password, unknown system id), or was told to stop


class ChannelSink(Protocol):
    """What the engine offers a channel. Sync calls never block; awaitables return once stored, and raise
    `NotStored` when it could not be stored (the channel then asks the carrier to try again). What is awaited
    is shared with others: who may be cancelled shields it."""

    def report(self, report: SendReport) -> None: ...
    def late(self, answer: LateAnswer) -> None:
        """The carrier answered for a part that is in doubt; comes after its report, if at all."""
        ...

    def receipt(self, receipt: CarrierReceipt) -> Awaitable[None]: ...
    def inbound(self, part: InboundPart) -> Awaitable[None]: ...
    def room(self) -> None:
        """There may be capacity again."""
        ...

    def session(self, channel_id: int, name: str, state: SessionState, detail: str) -> None: ...


class NotStored(Exception):  # noqa: N818  the fact, not an error of the caller's
    """What was received could not be stored; it must not be acknowledged."""


class Channel(Protocol):
    """A running channel. The engine calls it from one event loop."""

    channel_id: int

    async def start(self) -> None:
        """Begin connecting; returns at once (state changes are told to the sink)."""
        ...

    async def stop(self, grace: float) -> None:
        """Take no more, wait up to `grace` seconds for answers, then report what is left: what was never
        written as `Deferred(CHANNEL_STOPPED)`, what was not answered as `Unknown`. Unbinds and closes."""
        ...

    def capacity(self) -> int:
        """How many parts it could send now. 0 when no session is bound or the carrier asked for a pause."""
        ...

    def window(self) -> int:
        """How many parts may be with it at once, whatever holds it back now. What a crash leaves in doubt
        follows from it."""
        ...

    def send(self, batch: Sequence[Outgoing]) -> None:
        """Queue these in order; each comes back as one `SendReport`."""
        ...

    def recorded(self, reports: Sequence[SendReport]) -> None:
        """These reports are stored. Until then what they tell of counts as in flight: a crash would send it
        again, so no more may be written than the windows hold with it."""
        ...

    def awaits_recording(self) -> bool:
        """Whether it could write more now if only what it has reported were stored."""
        ...

    def parts_of(self, outgoing: Outgoing) -> int:
        """How many parts this would be on the wire here."""
        ...
