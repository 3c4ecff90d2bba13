"""The codec against PDUs written by hand, against itself, and against noise (SMPP 3.4, section 4)."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.protocols.smpp import codec, fast
from viesti.protocols.smpp.codec import Decoder, decode, encode
from viesti.protocols.smpp.pdu import BuildError, Pdu, Unreadable
from viesti.protocols.smpp.spec import (
    LAYOUTS,
    Command,
    DistributionList,
    Field,
    Kind,
    SmeAddress,
    Tag,
    Unsuccessful,
)
from viesti.protocols.smpp.status import Status

ROWS = json.loads((Path(__file__).parents[3] / "wire" / "smpp_pdus.json").read_text())
FRAMES = [bytes.fromhex("".join(row["wire"]).replace(" ", "")) for row in ROWS]
PAIRS = list(zip(ROWS, FRAMES, strict=True))
NAMES = [row["name"] for row in ROWS]


def value_of(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"])
    if name == "dest_addresses":
        return tuple(SmeAddress(*one) if len(one) == 3 else DistributionList(*one) for one in value)
    if name == "unsuccess_smes":
        return tuple(Unsuccessful(*one) for one in value)
    return value


def pdu_of(row: dict[str, Any]) -> Pdu:
    fields = {name: value_of(name, value) for name, value in row["fields"].items()}
    tlvs = tuple((int(tag, 16), bytes.fromhex(value)) for tag, value in row["tlvs"])
    return Pdu(row["command_id"], row["status"], row["sequence"], fields, tlvs)


class TestGolden:
    @pytest.mark.parametrize(("row", "frame"), PAIRS, ids=NAMES)
    def test_read(self, row: dict[str, Any], frame: bytes) -> None:
        assert decode(frame) == pdu_of(row)

    @pytest.mark.parametrize(("row", "frame"), PAIRS, ids=NAMES)
    def test_built(self, row: dict[str, Any], frame: bytes) -> None:
        assert encode(pdu_of(row)) == frame

    def test_every_command_has_a_row(self) -> None:
        named = {row["command_id"] for row in ROWS}
        binds = {Command.BIND_RECEIVER, Command.BIND_TRANSCEIVER, Command.BIND_TRANSMITTER_RESP}
        assert {int(command) for command in Command} - named <= binds


class TestStream:
    """Any cut of the same octets gives the same PDUs."""

    def test_whole(self) -> None:
        assert Decoder().feed(b"".join(FRAMES)) == [pdu_of(row) for row in ROWS]

    def test_byte_by_byte(self) -> None:
        decoder = Decoder()
        found = [pdu for octet in b"".join(FRAMES) for pdu in decoder.feed(bytes([octet]))]
        assert found == [pdu_of(row) for row in ROWS]
        assert decoder.idle

    def test_with_a_tail(self) -> None:
        decoder = Decoder()
        head, tail = FRAMES[3] + FRAMES[4][:20], FRAMES[4][20:]
        assert decoder.feed(head) == [pdu_of(ROWS[3])]
        assert not decoder.idle
        assert decoder.feed(tail) == [pdu_of(ROWS[4])]

    @given(st.lists(st.integers(0, 2000), max_size=12))
    def test_any_cut(self, cuts: list[int]) -> None:
        stream = b"".join(FRAMES)
        edges = sorted({0, len(stream), *(cut % len(stream) for cut in cuts)})
        decoder = Decoder()
        found = [pdu for a, b in pairwise(edges) for pdu in decoder.feed(stream[a:b])]
        assert found == [pdu_of(row) for row in ROWS]


def frame(command_id: int, body: bytes, status: int = 0) -> bytes:
    head = (16 + len(body), command_id, status, 7)
    return b"".join(number.to_bytes(4, "big") for number in head) + body


SUBMIT_HEAD = b"\0\x05\0Viesti\0\x01\x01358401234567\0\0\0\0\0\0\0\0\0\0"


class TestUnreadable:
    """What can't be read is a value that says where and what to answer (3.2, 5.1.3)."""

    @pytest.mark.parametrize(
        ("octets", "path", "status"),
        [
            (frame(0x4, b""), "submit_sm.service_type", Status.RINVSERTYP),
            (frame(0x4, b"SEVENCH\0" + SUBMIT_HEAD[1:] + b"\0"), "submit_sm.service_type", Status.RINVSERTYP),
            (frame(0x4, b"\0\x05\0" + b"S" * 21 + b"\0"), "submit_sm.source_addr", Status.RINVSRCADR),
            (
                frame(0x4, b"\0\x05\0S\0\1\1" + b"3" * 21 + b"\0"),
                "submit_sm.destination_addr",
                Status.RINVDSTADR,
            ),
            (frame(0x4, b"\0\x05\0S\0\1\x0112"), "submit_sm.destination_addr", Status.RINVDSTADR),
            (frame(0x4, SUBMIT_HEAD + b"\x05Hell"), "submit_sm.short_message", Status.RINVMSGLEN),
            (frame(0x4, SUBMIT_HEAD), "submit_sm.length", Status.RINVCMDLEN),
            (frame(0x4, SUBMIT_HEAD + b"\0\x02\x04"), "submit_sm.tlv", Status.RINVOPTPARSTREAM),
            (frame(0x4, SUBMIT_HEAD + b"\0\x02\x04\0\x09\0"), "submit_sm.tlv[0204]", Status.RINVPARLEN),
            (frame(0x9, b"me\0" + b"p" * 9 + b"\0"), "bind_transceiver.password", Status.RINVPASWD),
            (frame(0x21, b"\0\5\0S\0\1\3"), "submit_multi.dest_addresses[0].dest_flag", Status.RINVDESTFLAG),
            (frame(0x21, b"\0\5\0S\0\0"), "submit_multi.dest_addresses", Status.RINVNUMDESTS),
            (frame(0x77, b"?"), "0x00000077", Status.RINVCMDID),
        ],
    )
    def test_request(self, octets: bytes, path: str, status: Status) -> None:
        bad = decode(octets)
        assert isinstance(bad, Unreadable)
        assert (bad.path, bad.status, bad.fatal, bad.raw, bad.sequence) == (path, status, False, octets, 7)

    @pytest.mark.parametrize("length", [0, 15, 65_537, 0xFFFFFFFF])
    def test_command_length_is_checked_at_the_header(self, length: int) -> None:
        decoder = Decoder()
        octets = length.to_bytes(4, "big") + bytes.fromhex("00000004 00000000 00000009")
        (bad,) = decoder.feed(octets)
        assert isinstance(bad, Unreadable)
        assert (bad.fatal, bad.status, bad.sequence) == (True, Status.RINVCMDLEN, 9)
        assert decoder.feed(FRAMES[0]) == []

    def test_the_limit_is_a_setting(self) -> None:
        assert isinstance(Decoder(max_pdu=46).feed(FRAMES[0])[0], Unreadable)
        assert isinstance(Decoder(max_pdu=47).feed(FRAMES[0])[0], Pdu)

    @pytest.mark.parametrize("size", [0, 15])
    def test_less_than_a_header(self, size: int) -> None:
        assert isinstance(decode(bytes(size)), Unreadable)


class TestResponsesAreReadAsFarAsTheyGo:
    """A response thrown away puts a message in doubt."""

    @pytest.mark.parametrize(
        ("body", "message_id"),
        [
            (b"", ""),
            (b"\0", ""),
            (b"no-nul", "no-nul"),
            (b"x" * 80 + b"\0", "x" * 80),
            (b"12\0\x04\x24", "12"),
            (b"12\0\x04\x24\xff\xff??", "12"),
            (b"12\0\x04\x27\x00\x01\x02", "12"),
        ],
    )
    def test_submit_sm_resp(self, body: bytes, message_id: str) -> None:
        pdu = decode(frame(0x80000004, body))
        assert isinstance(pdu, Pdu)
        assert pdu.text("message_id") == message_id


class TestBuild:
    @pytest.mark.parametrize(
        ("pdu", "path"),
        [
            (Pdu(0x4, fields={"source_addr": "S" * 21}), "submit_sm.source_addr"),
            (Pdu(0x4, fields={"source_addr": "Va\0r"}), "submit_sm.source_addr"),
            (Pdu(0x4, fields={"destination_addr": "☎"}), "submit_sm.destination_addr"),
            (Pdu(0x4, fields={"short_message": bytes(255)}), "submit_sm.short_message"),
            (Pdu(0x4, fields={"data_coding": 256}), "submit_sm.data_coding"),
            (Pdu(0x4, tlvs=((0x424, bytes(65_536)),)), "submit_sm.tlv[0424]"),
            (Pdu(0x21, fields={"dest_addresses": ()}), "submit_multi.dest_addresses"),
            (Pdu(0x80000004, fields={"message_id": "x" * 65}), "submit_sm_resp.message_id"),
            (Pdu(0x77), "0x00000077"),
        ],
    )
    def test_what_does_not_fit_is_named(self, pdu: Pdu, path: str) -> None:
        with pytest.raises(BuildError) as caught:
            encode(pdu)
        assert caught.value.path == path

    def test_a_long_message_goes_as_payload(self) -> None:
        long = bytes(range(256)) * 2
        pdu = decode(encode(Pdu(0x4, tlvs=((Tag.MESSAGE_PAYLOAD, long),))))
        assert isinstance(pdu, Pdu)
        assert pdu.message() == long


LATIN = st.characters(codec="latin-1", exclude_characters="\0")


def field_values(row: Field) -> st.SearchStrategy[Any]:
    address = st.text(LATIN, max_size=20)
    octet = st.integers(0, 255)
    match row.kind:
        case Kind.TEXT:
            return st.text(LATIN, max_size=row.size - 1)
        case Kind.NUMBER:
            return st.integers(0, 256**row.size - 1)
        case Kind.MESSAGE:
            return st.binary(max_size=row.size)
        case Kind.DESTINATIONS:
            one = st.builds(SmeAddress, octet, octet, address) | st.builds(DistributionList, address)
            return st.lists(one, min_size=1, max_size=4).map(tuple)
        case Kind.UNSUCCESSFUL:
            failed = st.builds(Unsuccessful, octet, octet, address, st.integers(0, 2**32 - 1))
            return st.lists(failed, max_size=4).map(tuple)


@st.composite
def pdus(draw: st.DrawFn) -> Pdu:
    command_id = int(draw(st.sampled_from(sorted(LAYOUTS))))
    return Pdu(
        command_id,
        draw(st.integers(0, 2**32 - 1)) if command_id >= 0x80000000 else 0,
        draw(st.integers(1, 2**31 - 1)),
        {row.name: draw(field_values(row)) for row in LAYOUTS[command_id]},
        tuple(draw(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=20)), max_size=3))),
    )


class TestProperties:
    @given(pdus())
    def test_what_is_built_is_read_back(self, pdu: Pdu) -> None:
        assert decode(encode(pdu)) == pdu

    @given(st.binary(max_size=400))
    def test_any_bytes_give_pdus_or_our_error(self, octets: bytes) -> None:
        for found in [*Decoder().feed(octets), decode(octets)]:
            assert isinstance(found, Pdu | Unreadable)
            if isinstance(found, Pdu) and not found.is_response:
                assert decode(encode(found)) == found

    @given(st.sampled_from(sorted(LAYOUTS)), st.binary(max_size=120))
    def test_any_body_gives_a_pdu_or_our_error(self, command_id: int, body: bytes) -> None:
        assert isinstance(decode(frame(command_id, body)), Pdu | Unreadable)

    @given(st.sampled_from(sorted(fast.DECODERS)), st.binary(max_size=60), st.binary(max_size=60))
    def test_the_fast_path_reads_what_the_rows_read(self, command_id: int, head: bytes, rest: bytes) -> None:
        for body in (head, SUBMIT_HEAD + rest, b"\0\1\1" + head + SUBMIT_HEAD[9:] + rest):
            octets = b"before" + frame(command_id, body)
            quick = fast.DECODERS[command_id](octets, 6, len(octets), command_id, 0, 7)
            if quick is not None:
                assert quick == codec._decode_by_rows(LAYOUTS[command_id], octets[6:], command_id, 0, 7)

    @given(pdus())
    def test_the_fast_path_builds_what_the_rows_build(self, pdu: Pdu) -> None:
        quick = fast.ENCODERS.get(pdu.command_id)
        built = quick(pdu) if quick else None
        if built is not None:
            slow = {key: fast.ENCODERS.pop(key) for key in list(fast.ENCODERS)}
            try:
                assert encode(pdu) == built
            finally:
                fast.ENCODERS.update(slow)
