"""Delivery receipts in every form carriers send them: TLVs (3.4, 5.3.2), the text of appendix B, or both.

Rule: TLVs are the standard and win; the text form is only a custom and is read leniently. What is kept as
`raw` is put together again from the keys we know, so it can't hold the message's text whatever the carrier
wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, NamedTuple

from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.references import IdBase, candidates
from viesti.protocols.smpp.spec import (
    ESM_DELIVERY_ACK,
    ESM_INTERMEDIATE,
    ESM_RECEIPT,
    ESM_TYPE_MASK,
    ESM_UDHI,
    Tag,
)

_UCS2: Final = 0x08
_ENROUTE: Final = 1
_UNDELIVERABLE: Final = 5
_REPORT_TYPES: Final = ESM_RECEIPT | ESM_DELIVERY_ACK | ESM_INTERMEDIATE
_CONVERSATION_ABORT: Final = 0x18

# How a `stat:` word begins -> message_state (5.2.28). Carriers write 7 letters, the whole word, or their own.
_STATES: Final[tuple[tuple[str, int], ...]] = (
    ("SCHED", 0),
    ("ENROUT", 1),
    ("EN_ROUT", 1),
    ("BUFF", 1),
    ("QUEUED", 1),
    ("DELIV", 2),
    ("READ", 2),
    ("EXPIR", 3),
    ("DELET", 4),
    ("UNDEL", 5),
    ("FAIL", 5),
    ("ACCEP", 6),
    ("ACKED", 6),
    ("UNKN", 7),
    ("REJ", 8),
    ("SKIP", 9),
)
_LAST_STATE: Final = 9

_KEYS: Final = r"(?:id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat(?:us)?|err(?:or)?)"
_PAIR: Final = re.compile(rf"(?<![a-z0-9_])({_KEYS})\s*:(?:\s*(?!{_KEYS}\s*:)([^\s,;]+))?", re.IGNORECASE)
_TEXT: Final = re.compile(r"(?<![a-z0-9_])text\s*:", re.IGNORECASE)
# What nearly all carriers write, in one match; its names are those the pairs get.
_USUAL: Final = re.compile(
    r"id:(?P<id>[^\s,;:]+) sub:(?P<sub>[^\s,;:]+) dlvrd:(?P<dlvrd>[^\s,;:]+)"
    r" submit date:(?P<submitdate>[^\s,;:]+) done date:(?P<donedate>[^\s,;:]+)"
    r" stat:(?P<stat>[^\s,;:]+) err:(?P<err>[^\s,;:]+) text:",
    re.IGNORECASE,
)
_USUAL_FRAME: Final = 60  # characters of its keys, so that no value can be longer than is kept
_NAMES: Final = {"status": "stat", "error": "err"}
_DIGITS: Final = re.compile(r"[0-9]{10,14}")
_RAW_VALUE: Final = 64  # characters of one value kept; more is nothing a receipt says
_RAW_TAGS: Final = (Tag.RECEIPTED_MESSAGE_ID, Tag.MESSAGE_STATE, Tag.NETWORK_ERROR_CODE)


@dataclass(frozen=True, slots=True)
class ReceiptOptions:
    """A carrier's habits. `sniff`: it sends receipts with esm_class 0, so look at the content."""

    answer_base: IdBase = IdBase.STRING
    receipt_base: IdBase = IdBase.EITHER
    utc_offset: timedelta = timedelta(0)
    sniff: bool = False


class ParsedReceipt(NamedTuple):
    """What a receipt says. `references` are canonical, likeliest first, () when it names none; `state` is a
    message_state, 1 (ENROUTE) when it says nothing that could be called final."""

    references: tuple[str, ...]
    state: int
    error: str
    done_at: datetime | None
    intermediate: bool
    raw: str


def parse_receipt(pdu: Pdu, options: ReceiptOptions) -> ParsedReceipt | None:
    """Reads a deliver_sm or data_sm as a receipt; None when it is a message from a handset."""
    kind = pdu.number("esm_class") & ESM_TYPE_MASK
    flagged = kind & _REPORT_TYPES and kind != _CONVERSATION_ABORT
    if not flagged and not (options.sniff and kind == 0):
        return None
    pairs = _pairs(pdu)
    tlv_id = _tlv_text(pdu, Tag.RECEIPTED_MESSAGE_ID)
    tlv_state = pdu.tlv_number(Tag.MESSAGE_STATE)
    if not flagged and not (tlv_id and tlv_state is not None) and not ("id" in pairs and "stat" in pairs):
        return None
    references = candidates(pairs.get("id", ""), options.answer_base, options.receipt_base)
    if tlv_id:
        likelier = candidates(tlv_id, options.answer_base, options.receipt_base)
        references = tuple(dict.fromkeys(likelier + references))
    error = pairs.get("err", "") or _network_error(pdu)
    return ParsedReceipt(
        references=references,
        state=_state(tlv_state, pairs.get("stat", ""), bool(error.strip("0"))),
        error=error,
        done_at=_date(pairs.get("donedate", ""), options.utc_offset),
        intermediate=bool(kind & ESM_INTERMEDIATE),
        raw=_raw(pdu, pairs),
    )


def _pairs(pdu: Pdu) -> dict[str, str]:
    octets = pdu.message()
    if pdu.number("esm_class") & ESM_UDHI and octets:
        octets = octets[1 + octets[0] :]
    encoding = "utf-16-be" if pdu.number("data_coding") == _UCS2 else "latin-1"
    text = octets.decode(encoding, "replace")
    usual = _USUAL.match(text)
    if usual and usual.end() <= _RAW_VALUE + _USUAL_FRAME:
        return usual.groupdict()
    cut = _TEXT.search(text)
    pairs: dict[str, str] = {}
    for key, value in _PAIR.findall(text, 0, cut.start() if cut else len(text)):
        name = key.lower().replace(" ", "").replace("_", "")
        pairs.setdefault(_NAMES.get(name, name), value[:_RAW_VALUE])
    return pairs


def _tlv_text(pdu: Pdu, tag: int) -> str:
    value = pdu.tlv(tag) or b""
    return value.split(b"\0", 1)[0].decode("latin-1")


def _network_error(pdu: Pdu) -> str:
    value = pdu.tlv(Tag.NETWORK_ERROR_CODE)
    return str(int.from_bytes(value[1:], "big")) if value and len(value) == 3 else ""


@lru_cache(maxsize=256)  # carriers write few
def _state(tlv: int | None, said: str, failed: bool) -> int:
    """The message_state by its TLV, else by the `stat:` word; `failed`: there is an error code beside it."""
    if tlv is not None and tlv <= _LAST_STATE:
        return tlv
    word = said.upper()
    if word.isdecimal() and word.isascii():
        return int(word) if len(word) == 1 else _ENROUTE
    for start, state in _STATES:
        if word.startswith(start):
            return state
    # A word nobody knows proves a failure only together with an error code.
    return _UNDELIVERABLE if word and failed else _ENROUTE


@lru_cache(maxsize=4096)  # many receipts of one minute
def _date(digits: str, offset: timedelta) -> datetime | None:
    """YYMMDDhhmm, with seconds, or with the century; 12 digits are the one of the two that is a date."""
    if not _DIGITS.fullmatch(digits):
        return None
    for year, rest in ((f"20{digits[:2]}", digits[2:]), (digits[:4], digits[4:])):
        if len(rest) not in (8, 10):
            continue
        month, day, hour, minute, second = (int(rest[at : at + 2] or 0) for at in range(0, 10, 2))
        try:
            local = datetime(int(year), month, day, hour, minute, second, tzinfo=timezone(offset))
            return local.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _raw(pdu: Pdu, pairs: dict[str, str]) -> str:
    said = [f"{name}:{value}" for name, value in pairs.items()]
    for tag in _RAW_TAGS if pdu.tlvs else ():
        value = pdu.tlv(tag)
        if value is not None:
            shown = _tlv_text(pdu, tag) if tag is Tag.RECEIPTED_MESSAGE_ID else value.hex()
            said.append(f"{tag.name.lower()}={shown[:_RAW_VALUE]}")
    return " ".join(said)
