"""Messages as submit_sm: encoding, parts, addresses, by option."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.channels.smpp.options import SmppOptions
from viesti.channels.smpp.submit import SubmitMapper, relative_time
from viesti.domain.channel import AddressKind, Outgoing
from viesti.domain.outcome import Refused
from viesti.protocols.smpp.codec import encode
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import Tag

LEAST = {"host": "smsc.example", "system_id": "viesti"}


def mapper(**options: Any) -> SubmitMapper:
    return SubmitMapper(SmppOptions.read({**LEAST, **options}))


def outgoing(text: str = "hi", **changes: Any) -> Outgoing:
    values: dict[str, Any] = {
        "recipient_id": 0x1234 << 6 | 5,
        "attempt": 1,
        "destination": "358401234567",
        "destination_kind": AddressKind.INTERNATIONAL,
        "sender": "Viesti",
        "sender_kind": AddressKind.ALPHANUMERIC,
        "text": text,
    }
    return Outgoing(**{**values, **changes})


def pdus(message: Outgoing, **options: Any) -> list[Pdu]:
    planned = mapper(**options).submits(message)
    assert not isinstance(planned, Refused)
    for submit in planned[1]:
        encode(submit.pdu)
    return [submit.pdu for submit in planned[1]]


class TestContent:
    @pytest.mark.parametrize(
        ("text", "options", "data_coding", "octets"),
        [
            ("a@€", {}, 0, b"a\x00\x1be"),
            ("Ж", {}, 8, b"\x04\x16"),
            ("é", {"alphabet": "latin1", "data_coding": 3}, 3, b"\xe9"),
            ("@", {"alphabet": "latin1"}, 0, b"@"),
            ("€", {"alphabet": "latin1"}, 8, b"\x20\xac"),
            ("plain", {"alphabet": "ascii", "data_coding": 1}, 1, b"plain"),
            ("é", {"alphabet": "ascii", "data_coding": 1}, 8, b"\0\xe9"),
        ],
    )
    def test_coding(self, text: str, options: dict[str, Any], data_coding: int, octets: bytes) -> None:
        (pdu,) = pdus(outgoing(text), **options)
        assert (pdu.number("data_coding"), pdu.message()) == (data_coding, octets)

    @pytest.mark.parametrize(("text", "data_coding"), [("hi", 0x10), ("Ж", 0x18)])
    def test_flash(self, text: str, data_coding: int) -> None:
        (pdu,) = pdus(outgoing(text, flash=True))
        assert pdu.number("data_coding") == data_coding

    def test_national_table_has_its_header(self) -> None:
        (pdu,) = pdus(outgoing("Á", languages=("es",)))
        assert (pdu.number("esm_class"), pdu.message()[:4]) == (0x40, b"\3\x24\1\2")


class TestParts:
    def test_udh8(self) -> None:
        first, second = pdus(outgoing("x" * 161))
        assert (first.message()[:6], second.message()[:6]) == (b"\5\0\3\x34\2\1", b"\5\0\3\x34\2\2")
        assert (first.number("esm_class"), len(first.message()), len(second.message())) == (0x40, 159, 14)

    def test_udh16(self) -> None:
        first, _ = pdus(outgoing("x" * 161), concatenation="udh16")
        assert first.message()[:7] == b"\6\x08\4\x12\x34\2\1"

    def test_sar(self) -> None:
        first, second = pdus(outgoing("x" * 161), concatenation="sar")
        assert (first.number("esm_class"), first.message()) == (0, b"x" * 153)
        assert second.tlvs == (
            (Tag.SAR_MSG_REF_NUM, b"\x12\x34"),
            (Tag.SAR_TOTAL_SEGMENTS, b"\2"),
            (Tag.SAR_SEGMENT_SEQNUM, b"\2"),
        )

    @pytest.mark.parametrize(("length", "payload"), [(160, False), (161, False), (255, True), (1000, True)])
    def test_payload(self, length: int, payload: bool) -> None:
        message = outgoing("x" * length)
        (pdu,) = pdus(message, concatenation="payload")
        assert pdu.message() == b"x" * length
        assert (pdu.tlv(Tag.MESSAGE_PAYLOAD) is not None) is payload
        assert mapper(concatenation="payload").parts_of(message) == 1

    def test_latin1_parts_are_cut_as_the_handset_gets_them(self) -> None:
        first, second = pdus(outgoing("é" * 161), alphabet="latin1")
        assert first.message() == b"\5\0\3\x34\2\1" + b"\xe9" * 153
        assert second.message().endswith(b"\xe9" * 8)

    def test_too_long(self) -> None:
        assert isinstance(mapper().submits(outgoing("x" * 40_000)), Refused)

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=500), st.integers(1, 2**53 - 1))
    def test_the_same_message_is_always_the_same_pdus(self, text: str, recipient_id: int) -> None:
        message = outgoing(text, recipient_id=recipient_id)
        made = pdus(message)
        assert made == pdus(message)
        assert len(made) == mapper().parts_of(message)
        again = outgoing(text, recipient_id=recipient_id, attempt=2, parts_done=frozenset({1}))
        assert pdus(again) == made[1:]


class TestAddresses:
    @pytest.mark.parametrize(
        ("change", "options", "source", "destination"),
        [
            ({}, {}, (5, 0, "Viesti"), (1, 1, "358401234567")),
            (
                {"sender": "358501", "sender_kind": AddressKind.INTERNATIONAL},
                {},
                (1, 1, "358501"),
                (1, 1, "358401234567"),
            ),
            (
                {"sender": "17170", "sender_kind": AddressKind.SHORT_CODE},
                {},
                (3, 0, "17170"),
                (1, 1, "358401234567"),
            ),
            ({}, {"source_ton": 0, "source_npi": 1}, (0, 1, "Viesti"), (1, 1, "358401234567")),
            ({}, {"destination_ton": 2, "destination_npi": 8}, (5, 0, "Viesti"), (2, 8, "358401234567")),
            ({}, {"international_prefix": "+"}, (5, 0, "Viesti"), (1, 1, "+358401234567")),
            ({"sender": ""}, {}, (0, 0, ""), (1, 1, "358401234567")),
            (
                {"sender": ""},
                {"default_sender": "358501", "international_prefix": "00"},
                (1, 1, "00358501"),
                (1, 1, "00358401234567"),
            ),
            (
                {},
                {"source_rules": {"alphanumeric": {"use": "17170", "kind": "short_code"}}},
                (3, 0, "17170"),
                (1, 1, "358401234567"),
            ),
            ({}, {"source_rules": {"alphanumeric": {"use": ""}}}, (0, 0, ""), (1, 1, "358401234567")),
            (
                {"destination": "17170", "destination_kind": AddressKind.SHORT_CODE},
                {"international_prefix": "+"},
                (5, 0, "Viesti"),
                (3, 0, "17170"),
            ),
        ],
    )
    def test_row(
        self,
        change: dict[str, Any],
        options: dict[str, Any],
        source: tuple[int, int, str],
        destination: tuple[int, int, str],
    ) -> None:
        (pdu,) = pdus(outgoing(**change), **options)
        assert (
            pdu.number("source_addr_ton"),
            pdu.number("source_addr_npi"),
            pdu.text("source_addr"),
        ) == source
        found = (pdu.number("dest_addr_ton"), pdu.number("dest_addr_npi"), pdu.text("destination_addr"))
        assert found == destination


class TestRest:
    def test_service_type_and_receipt(self) -> None:
        (pdu,) = pdus(outgoing(), service_type="CMT", registered_delivery=17)
        assert (pdu.text("service_type"), pdu.number("registered_delivery")) == ("CMT", 17)

    @pytest.mark.parametrize(
        ("message", "channel", "expected"),
        [
            (None, None, ""),
            (None, 3600, "000000010000000R"),
            (90, 3600, "000000000130000R"),
            (90_061, None, "000001010101000R"),
        ],
    )
    def test_validity(self, message: int | None, channel: int | None, expected: str) -> None:
        options = {"validity": channel} if channel else {}
        (pdu,) = pdus(outgoing(validity_seconds=message), **options)
        assert pdu.text("validity_period") == expected

    @pytest.mark.parametrize(("seconds", "expected"), [(0, "000000000001000R"), (10**9, "000030000000000R")])
    def test_validity_bounds(self, seconds: int, expected: str) -> None:
        assert relative_time(seconds) == expected

    def test_two_messages_do_not_share_fields(self) -> None:
        made = mapper()
        first = made.submits(outgoing("one"))
        second = made.submits(outgoing("two", destination="358409999999", validity_seconds=60))
        assert not isinstance(first, Refused)
        assert not isinstance(second, Refused)
        assert first[1][0].pdu.text("validity_period") == ""
        assert first[1][0].pdu.text("destination_addr") == "358401234567"
