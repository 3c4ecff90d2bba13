"""A file in a form, as another's reader takes it apart."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.channels.whatsapp.graph import form


@given(st.binary(max_size=300))
def test_any_content_comes_through(content: bytes) -> None:
    kind, body = form({"messaging_product": "whatsapp", "type": "image/png"}, content, "image/png", "a.png")
    parts = list(
        BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body).iter_parts()
    )
    assert [part.get_param("name", header="content-disposition") for part in parts] == [
        "messaging_product",
        "type",
        "file",
    ]
    assert parts[2].get_content_type() == "image/png"
    assert parts[2].get_filename() == "a.png"
    assert body.endswith(content + f"\r\n--{kind.partition('=')[2]}--\r\n".encode())


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('a"b.pdf', 'filename="a%22b.pdf"'),
        ("a\r\nX: y.pdf", 'filename="a%0D%0AX: y.pdf"'),
        ("päätös.pdf", 'filename="päätös.pdf"'),
    ],
)
def test_no_name_ends_its_line(name: str, written: str) -> None:
    _, body = form({}, b"x", "application/pdf", name)
    assert f"{written}\r\nContent-Type: application/pdf\r\n\r\nx\r\n--".encode() in body
