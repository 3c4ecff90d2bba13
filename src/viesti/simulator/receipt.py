"""Delivery receipts as carriers really write them: the appendix B text and its departures, chosen by quirk.

Rule: a quirk changes how a receipt looks or when it comes, never what it says. The list is protocols' known
departures; each has one row in QUIRKS.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from viesti.domain.status import PartState
from viesti.protocols.smpp.spec import ESM_INTERMEDIATE, ESM_RECEIPT

TEXT_QUOTED = 20  # appendix B: the first 20 characters of the message
PADDED_LENGTH = 20


class Quirk(StrEnum):
    """One departure from the usual receipt."""

    SECONDS = "seconds"
    NO_TEXT = "no-text"
    CAPITAL_TEXT = "capital-text"
    NO_COUNTS = "no-counts"
    STATE_ONLY = "state-only"
    LONG_STATES = "long-states"
    LETTER_ERRORS = "letter-errors"
    PAYLOAD = "payload"
    DATA_SM = "data-sm"
    NO_TLV = "no-tlv"
    ID_TLV_ONLY = "id-tlv-only"
    TLV_ONLY = "tlv-only"
    HEX_ID = "hex-id"
    DECIMAL_ID = "decimal-id"
    PADDED_ID = "padded-id"
    OTHER_CASE_ID = "other-case-id"
    PLAIN_ESM_CLASS = "plain-esm-class"
    SWAPPED = "swapped"
    DUPLICATE = "duplicate"
    BEFORE_ANSWER = "before-answer"
    ENROUTE_FIRST = "enroute-first"
    ACCEPTED_FIRST = "accepted-first"


QUIRKS: dict[Quirk, str] = {
    Quirk.SECONDS: "dates with seconds",
    Quirk.NO_TEXT: "no text field",
    Quirk.CAPITAL_TEXT: "'Text:' with a capital",
    Quirk.NO_COUNTS: "no sub and dlvrd fields",
    Quirk.STATE_ONLY: "the text is 'stat:' alone; the id is in the TLV",
    Quirk.LONG_STATES: "states spelled out (DELIVERED, FAILED)",
    Quirk.LETTER_ERRORS: "error codes with letters",
    Quirk.PAYLOAD: "the text in message_payload",
    Quirk.DATA_SM: "the receipt as data_sm",
    Quirk.NO_TLV: "no TLVs",
    Quirk.ID_TLV_ONLY: "receipted_message_id without message_state",
    Quirk.TLV_ONLY: "TLVs and no text",
    Quirk.HEX_ID: "id in hex where the answer had decimal",
    Quirk.DECIMAL_ID: "id in decimal where the answer had hex",
    Quirk.PADDED_ID: "id padded with zeros",
    Quirk.OTHER_CASE_ID: "letters of the id in the other case",
    Quirk.PLAIN_ESM_CLASS: "esm_class 0, as if it were a message",
    Quirk.SWAPPED: "source and destination as in the submit, not turned round",
    Quirk.DUPLICATE: "each receipt twice",
    Quirk.BEFORE_ANSWER: "the receipt before the submit_sm_resp",
    Quirk.ENROUTE_FIRST: "an ENROUTE notification first",
    Quirk.ACCEPTED_FIRST: "an ACCEPTD receipt first",
}

WORDS: dict[PartState, str] = {
    PartState.SCHEDULED: "SCHEDULED",
    PartState.ENROUTE: "ENROUTE",
    PartState.DELIVERED: "DELIVRD",
    PartState.EXPIRED: "EXPIRED",
    PartState.DELETED: "DELETED",
    PartState.UNDELIVERABLE: "UNDELIV",
    PartState.ACCEPTED: "ACCEPTD",
    PartState.UNKNOWN: "UNKNOWN",
    PartState.REJECTED: "REJECTD",
    PartState.SKIPPED: "SKIPPED",
}
LONG_WORDS: dict[PartState, str] = WORDS | {
    PartState.DELIVERED: "DELIVERED",
    PartState.UNDELIVERABLE: "FAILED",
    PartState.ACCEPTED: "ACCEPTED",
    PartState.REJECTED: "REJECTED",
}
ERRORS: dict[PartState, tuple[str, str]] = {  # (usual, with letters)
    PartState.EXPIRED: ("027", "2B"),
    PartState.DELETED: ("064", "D4"),
    PartState.UNDELIVERABLE: ("001", "U1"),
    PartState.UNKNOWN: ("255", "FF"),
    PartState.REJECTED: ("088", "R8"),
}
NO_ERROR = ("000", "0")
NETWORK_GSM = b"\x03"  # network_error_code, first octet (5.3.2.31)


@dataclass(slots=True)
class ReceiptFacts:
    """What a receipt says. `text` is the message's own, of which the start is quoted."""

    message_id: str
    state: PartState
    submitted_at: datetime
    done_at: datetime
    text: str = ""


@dataclass(slots=True)
class ReceiptShape:
    """How it goes on the wire. The TLV fields are None when the receipt does not carry them."""

    text: bytes
    in_payload: bool
    as_data_sm: bool
    swapped: bool
    esm_class: int
    receipted_message_id: str | None
    message_state: int | None
    network_error_code: bytes | None


@dataclass(frozen=True, slots=True)
class Style:
    """What a set of quirks comes to, worked out once (`style_of`), because receipts come by the thousand."""

    words: dict[PartState, str]
    seconds: bool
    text_label: str  # '' for no text field
    counts: bool
    state_only: bool
    error: int  # which of a pair in ERRORS
    text: bool
    in_payload: bool
    as_data_sm: bool
    id_tlv: bool
    state_tlv: bool
    swapped: bool
    esm_class: int
    esm_class_intermediate: int
    quirks: frozenset[Quirk]


@cache
def style_of(quirks: frozenset[Quirk]) -> Style:
    """The style of a set of quirks."""
    text = Quirk.TLV_ONLY not in quirks
    as_data_sm = Quirk.DATA_SM in quirks
    # An id must travel somewhere: in the TLV when the text has none.
    id_tlv = Quirk.NO_TLV not in quirks or not text or Quirk.STATE_ONLY in quirks
    plain = Quirk.PLAIN_ESM_CLASS in quirks
    label = "Text" if Quirk.CAPITAL_TEXT in quirks else "text"
    return Style(
        words=LONG_WORDS if Quirk.LONG_STATES in quirks else WORDS,
        seconds=Quirk.SECONDS in quirks,
        text_label="" if Quirk.NO_TEXT in quirks else label,
        counts=Quirk.NO_COUNTS not in quirks,
        state_only=Quirk.STATE_ONLY in quirks,
        error=int(Quirk.LETTER_ERRORS in quirks),
        text=text,
        in_payload=text and (as_data_sm or Quirk.PAYLOAD in quirks),
        as_data_sm=as_data_sm,
        id_tlv=id_tlv,
        state_tlv=id_tlv and Quirk.ID_TLV_ONLY not in quirks,
        swapped=Quirk.SWAPPED in quirks,
        esm_class=0 if plain else ESM_RECEIPT,
        esm_class_intermediate=0 if plain else ESM_INTERMEDIATE,
        quirks=quirks,
    )


def receipt_id(message_id: str, quirks: frozenset[Quirk]) -> str:
    """The id as the receipt writes it; an id that is no number in the expected base stays as it is."""
    if Quirk.HEX_ID in quirks and message_id.isdecimal():
        message_id = f"{int(message_id):X}"
    elif Quirk.DECIMAL_ID in quirks and _is_hex(message_id):
        message_id = str(int(message_id, 16))
    if Quirk.OTHER_CASE_ID in quirks:
        message_id = message_id.swapcase()
    if Quirk.PADDED_ID in quirks:
        message_id = message_id.rjust(PADDED_LENGTH, "0")
    return message_id


def receipt_text(facts: ReceiptFacts, style: Style) -> str:
    """The text form, fields in appendix B's order."""
    state = style.words[facts.state]
    if style.state_only:
        return f"stat:{state}"
    message_id = receipt_id(facts.message_id, style.quirks) if style.quirks else facts.message_id
    counts = f" sub:001 dlvrd:00{int(facts.state is PartState.DELIVERED)}" if style.counts else ""
    submitted, done = _stamp(facts.submitted_at, style.seconds), _stamp(facts.done_at, style.seconds)
    error = ERRORS.get(facts.state, NO_ERROR)[style.error]
    text = f" {style.text_label}:{facts.text[:TEXT_QUOTED]}" if style.text_label else ""
    return f"id:{message_id}{counts} submit date:{submitted} done date:{done} stat:{state} err:{error}{text}"


def shape(facts: ReceiptFacts, style: Style) -> ReceiptShape:
    """The whole receipt in this style."""
    error = ERRORS.get(facts.state) if style.state_tlv else None
    intermediate = facts.state is PartState.ENROUTE
    return ReceiptShape(
        text=receipt_text(facts, style).encode("ascii", "replace") if style.text else b"",
        in_payload=style.in_payload,
        as_data_sm=style.as_data_sm,
        swapped=style.swapped,
        esm_class=style.esm_class_intermediate if intermediate else style.esm_class,
        receipted_message_id=receipt_id(facts.message_id, style.quirks) if style.id_tlv else None,
        message_state=int(facts.state) if style.state_tlv else None,
        network_error_code=NETWORK_GSM + int(error[0]).to_bytes(2, "big") if error else None,
    )


def _stamp(at: datetime, seconds: bool) -> str:
    """YYMMDDhhmm, and ss; strftime takes three times as long."""
    stamp = f"{at.year % 100:02d}{at.month:02d}{at.day:02d}{at.hour:02d}{at.minute:02d}"
    return f"{stamp}{at.second:02d}" if seconds else stamp


def _is_hex(text: str) -> bool:
    return bool(text) and all(character in "0123456789abcdefABCDEF" for character in text)
