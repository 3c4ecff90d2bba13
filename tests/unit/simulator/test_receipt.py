"""Every quirk as a row: what the receipt then looks like."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from viesti.domain.status import PartState
from viesti.simulator.receipt import QUIRKS, Quirk, ReceiptFacts, receipt_id, receipt_text, shape, style_of

FACTS = ReceiptFacts(
    "3735928559",
    PartState.DELIVERED,
    datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
    datetime(2026, 3, 4, 5, 9, 10, tzinfo=UTC),
    "Good morning, your parcel is here",
)
DATES = "submit date:2603040506 done date:2603040509"


def quirks(*names: Quirk) -> frozenset[Quirk]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("state", "names", "expected"),
    [
        (PartState.DELIVERED, (),
         f"id:3735928559 sub:001 dlvrd:001 {DATES} stat:DELIVRD err:000 text:Good morning, your p"),
        (PartState.UNDELIVERABLE, (),
         f"id:3735928559 sub:001 dlvrd:000 {DATES} stat:UNDELIV err:001 text:Good morning, your p"),
        (PartState.EXPIRED, (Quirk.NO_TEXT,),
         f"id:3735928559 sub:001 dlvrd:000 {DATES} stat:EXPIRED err:027"),
        (PartState.REJECTED, (Quirk.NO_TEXT, Quirk.LETTER_ERRORS),
         f"id:3735928559 sub:001 dlvrd:000 {DATES} stat:REJECTD err:R8"),
        (PartState.DELIVERED, (Quirk.NO_TEXT, Quirk.NO_COUNTS),
         f"id:3735928559 {DATES} stat:DELIVRD err:000"),
        (PartState.DELIVERED, (Quirk.CAPITAL_TEXT, Quirk.NO_COUNTS),
         f"id:3735928559 {DATES} stat:DELIVRD err:000 Text:Good morning, your p"),
        (PartState.DELIVERED, (Quirk.NO_TEXT, Quirk.SECONDS),
         "id:3735928559 sub:001 dlvrd:001 submit date:260304050607 done date:260304050910"
         " stat:DELIVRD err:000"),
        (PartState.UNDELIVERABLE, (Quirk.LONG_STATES, Quirk.NO_TEXT, Quirk.NO_COUNTS),
         f"id:3735928559 {DATES} stat:FAILED err:001"),
        (PartState.ENROUTE, (Quirk.NO_TEXT, Quirk.NO_COUNTS), f"id:3735928559 {DATES} stat:ENROUTE err:000"),
        (PartState.DELIVERED, (Quirk.STATE_ONLY,), "stat:DELIVRD"),
        (PartState.DELIVERED, (Quirk.HEX_ID, Quirk.NO_TEXT, Quirk.NO_COUNTS),
         f"id:DEADBEEF {DATES} stat:DELIVRD err:000"),
    ],
)  # fmt: skip
def test_text(state: PartState, names: tuple[Quirk, ...], expected: str) -> None:
    assert receipt_text(replace(FACTS, state=state), style_of(quirks(*names))) == expected


@pytest.mark.parametrize(
    ("given", "names", "expected"),
    [
        ("255", (), "255"),
        ("255", (Quirk.HEX_ID,), "FF"),
        ("FF", (Quirk.HEX_ID,), "FF"),
        ("FF", (Quirk.DECIMAL_ID,), "255"),
        ("00ff", (Quirk.DECIMAL_ID,), "255"),
        ("9b1c-x", (Quirk.DECIMAL_ID,), "9b1c-x"),
        ("FF", (Quirk.OTHER_CASE_ID,), "ff"),
        ("255", (Quirk.HEX_ID, Quirk.OTHER_CASE_ID), "ff"),
        ("255", (Quirk.PADDED_ID,), "00000000000000000255"),
    ],
)
def test_id(given: str, names: tuple[Quirk, ...], expected: str) -> None:
    assert receipt_id(given, quirks(*names)) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), {"receipted_message_id": "3735928559", "message_state": 2, "esm_class": 4, "in_payload": False}),
        ((Quirk.NO_TLV,), {"receipted_message_id": None, "message_state": None}),
        ((Quirk.ID_TLV_ONLY,), {"receipted_message_id": "3735928559", "message_state": None}),
        ((Quirk.TLV_ONLY,), {"text": b"", "receipted_message_id": "3735928559", "message_state": 2}),
        ((Quirk.TLV_ONLY, Quirk.NO_TLV), {"text": b"", "receipted_message_id": "3735928559"}),
        ((Quirk.STATE_ONLY, Quirk.NO_TLV),
         {"text": b"stat:DELIVRD", "receipted_message_id": "3735928559"}),
        ((Quirk.PAYLOAD,), {"in_payload": True, "as_data_sm": False}),
        ((Quirk.DATA_SM,), {"in_payload": True, "as_data_sm": True}),
        ((Quirk.DATA_SM, Quirk.TLV_ONLY), {"in_payload": False, "as_data_sm": True}),
        ((Quirk.PLAIN_ESM_CLASS,), {"esm_class": 0}),
        ((Quirk.SWAPPED,), {"swapped": True}),
        ((Quirk.HEX_ID,), {"receipted_message_id": "DEADBEEF"}),
    ],
)  # fmt: skip
def test_shape(names: tuple[Quirk, ...], expected: dict[str, object]) -> None:
    found = shape(FACTS, style_of(quirks(*names)))
    assert {name: getattr(found, name) for name in expected} == expected


def test_failure_carries_the_network_error_in_its_tlv() -> None:
    failed = replace(FACTS, state=PartState.UNDELIVERABLE)
    assert shape(failed, style_of(quirks())).network_error_code == b"\x03\x00\x01"
    assert shape(FACTS, style_of(quirks())).network_error_code is None


def test_an_intermediate_notification_has_its_own_esm_class() -> None:
    assert shape(replace(FACTS, state=PartState.ENROUTE), style_of(quirks())).esm_class == 0x20


def test_text_outside_ascii_is_replaced() -> None:
    text = shape(replace(FACTS, text="Hyvää päivää"), style_of(quirks())).text
    assert text.endswith(b"text:Hyv?? p?iv??")


def test_every_quirk_is_explained() -> None:
    assert set(QUIRKS) == set(Quirk)
