"""Files: how large they may be, and what is said about them on the wire."""

from __future__ import annotations

import pytest

from viesti.protocols.whatsapp import media
from viesti.protocols.whatsapp.answers import Refused, Unclear
from viesti.protocols.whatsapp.media import Handle, Located, Uploaded, UploadSession

MB = 1024 * 1024


@pytest.mark.parametrize(
    ("mime_type", "kind", "most"),
    [
        ("image/jpeg", "image", 5 * MB),
        ("image/png", "image", 5 * MB),
        ("IMAGE/PNG", "image", 5 * MB),
        ("video/mp4", "video", 16 * MB),
        ("video/3gpp", "video", 16 * MB),
        ("audio/ogg; codecs=opus", "audio", 16 * MB),
        ("audio/mpeg", "audio", 16 * MB),
        ("image/webp", "sticker", 500 * 1024),
        ("application/pdf", "document", 100 * MB),
        ("image/gif", "document", 100 * MB),
        ("", "document", 100 * MB),
    ],
)
def test_limits(mime_type: str, kind: str, most: int) -> None:
    assert media.limit(kind, mime_type) == most


@pytest.mark.parametrize(
    ("kind", "mime_type"), [("image", "image/gif"), ("audio", "audio/wav"), ("sticker", "image/png")]
)
def test_what_a_kind_can_not_carry(kind: str, mime_type: str) -> None:
    assert media.limit(kind, mime_type) is None


def test_a_picture_can_be_sent_as_a_document() -> None:
    assert media.limit("document", "image/jpeg") == 100 * MB


def test_forms_and_queries() -> None:
    assert media.upload_fields("image/png") == {"messaging_product": "whatsapp", "type": "image/png"}
    assert media.session_query("a.pdf", 2048, "application/pdf") == {
        "file_name": "a.pdf",
        "file_length": "2048",
        "file_type": "application/pdf",
    }
    assert media.upload_headers("EAAx") == {"Authorization": "OAuth EAAx", "file_offset": "0"}
    assert media.upload_headers("EAAx", 1024) == {"Authorization": "OAuth EAAx", "file_offset": "1024"}


UNREADABLE = Unclear(200, "the answer is not what Meta documents")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (media.read_uploaded(200, b'{"id":"1037543291543636"}'), Uploaded("1037543291543636")),
        (media.read_uploaded(200, b"{}"), UNREADABLE),
        (
            media.read_uploaded(400, b'{"error":{"message":"(#100) file","code":100,"fbtrace_id":"A"}}'),
            Refused(100, "(#100) file", "", 400, 0, "A"),
        ),
        (
            media.read_located(
                200,
                b'{"messaging_product":"whatsapp","url":"https://l.example.com/?mid=1","mime_type":"image/jpeg",'
                b'"sha256":"ab","file_size":"303833","id":"20"}',
            ),
            Located("https://l.example.com/?mid=1", "image/jpeg", "ab", 303833, "20"),
        ),
        (media.read_located(200, b'{"url":"https://l.example.com","file_size":7}'),
         Located("https://l.example.com", file_size=7)),
        (media.read_session(200, b'{"id":"upload:MTp=?sig=A"}'), UploadSession("upload:MTp=?sig=A")),
        (media.read_session(200, b'{"id":"upload:MTp=?sig=A","file_offset":1024}'),
         UploadSession("upload:MTp=?sig=A", 1024)),
        (media.read_handle(200, b'{"h":"4::aW1h"}'), Handle("4::aW1h")),
        (media.read_handle(200, b'{"h":null}'), UNREADABLE),
    ],
)  # fmt: skip
def test_answers(answer: object, expected: object) -> None:
    assert answer == expected
