"""Delivery receipts as carriers really write them: the appendix B text and its departures, chosen by quirk.

Rule: a quirk changes how a receipt looks or when it comes, never what it says. The list is protocols' known
departures; each has one row in QUIRKS.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from viesti.domain.status import PartState

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


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a receipt says. `text` is the message's own, of which the start is quoted."""

    message_id: str
    state: PartState
    submitted_at: datetime
    done_at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
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


def receipt_id(message_id: str, quirks: AbstractSet[Quirk]) -> str:
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


def receipt_text(facts: ReceiptFacts, quirks: AbstractSet[Quirk]) -> str:
    """The text form, fields in appendix B's order."""
    words = LONG_WORDS if Quirk.LONG_STATES in quirks else WORDS
    state = f"stat:{words[facts.state]}"
    if Quirk.STATE_ONLY in quirks:
        return state
    dates = "%y%m%d%H%M%S" if Quirk.SECONDS in quirks else "%y%m%d%H%M"
    error = ERRORS.get(facts.state, NO_ERROR)[Quirk.LETTER_ERRORS in quirks]
    fields = [f"id:{receipt_id(facts.message_id, quirks)}"]
    if Quirk.NO_COUNTS not in quirks:
        fields.append(f"sub:001 dlvrd:{int(facts.state is PartState.DELIVERED):03d}")
    fields.append(f"submit date:{facts.submitted_at:{dates}} done date:{facts.done_at:{dates}}")
    fields.append(f"{state} err:{error}")
    if Quirk.NO_TEXT not in quirks:
        label = "Text" if Quirk.CAPITAL_TEXT in quirks else "text"
        fields.append(f"{label}:{facts.text[:TEXT_QUOTED]}")
    return " ".join(fields)


def shape(facts: ReceiptFacts, quirks: AbstractSet[Quirk]) -> ReceiptShape:
    """The whole receipt under these quirks."""
    tlvs = Quirk.NO_TLV not in quirks or Quirk.TLV_ONLY in quirks or Quirk.STATE_ONLY in quirks
    state_tlv = tlvs and Quirk.ID_TLV_ONLY not in quirks
    text = "" if Quirk.TLV_ONLY in quirks else receipt_text(facts, quirks)
    error = ERRORS.get(facts.state)
    as_data_sm = Quirk.DATA_SM in quirks
    return ReceiptShape(
        text=text.encode("ascii", "replace"),
        in_payload=bool(text) and (as_data_sm or Quirk.PAYLOAD in quirks),
        as_data_sm=as_data_sm,
        swapped=Quirk.SWAPPED in quirks,
        esm_class=_esm_class(facts.state, quirks),
        receipted_message_id=receipt_id(facts.message_id, quirks) if tlvs else None,
        message_state=int(facts.state) if state_tlv else None,
        network_error_code=NETWORK_GSM + int(error[0]).to_bytes(2, "big") if error and state_tlv else None,
    )


def _esm_class(state: PartState, quirks: AbstractSet[Quirk]) -> int:
    """5.2.12: 0x04 a receipt, 0x20 an intermediate notification."""
    if Quirk.PLAIN_ESM_CLASS in quirks:
        return 0
    return 0x20 if state is PartState.ENROUTE else 0x04


def _is_hex(text: str) -> bool:
    return bool(text) and all(character in "0123456789abcdefABCDEF" for character in text)
