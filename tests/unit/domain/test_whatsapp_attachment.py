"""What a file becomes in WhatsApp."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.whatsapp_attachment import LONGEST_NAME, attachment, carries_text


@pytest.mark.parametrize(
    ("url", "kind", "filename"),
    [
        ("https://files.example/a/photo.jpg", "image", ""),
        ("https://files.example/photo.JPEG?sig=x.pdf", "image", ""),
        ("https://files.example/photo.png#top", "image", ""),
        ("https://files.example/clip.mp4", "video", ""),
        ("https://files.example/note.ogg", "audio", ""),
        ("https://files.example/a/invoice.pdf", "document", "invoice.pdf"),
        ("https://files.example/offer%202030.pdf", "document", "offer 2030.pdf"),
        ("https://files.example/laskun%20er%C3%A4.pdf", "document", "laskun erä.pdf"),
        ("https://files.example/photo.webp", "document", "photo.webp"),
        ("https://files.example/photo.gif", "document", "photo.gif"),
        ("https://files.example/jpg", "document", "jpg"),
        ("https://files.example/share/", "document", "share"),
        ("https://files.example", "document", ""),
        ("https://files.example/a%0d%0ab.pdf", "document", "ab.pdf"),
    ],
)
def test_what_the_end_of_a_path_says(url: str, kind: str, filename: str) -> None:
    made = attachment(url)
    assert (made.kind, made.link, made.filename, made.caption) == (kind, url, filename, "")


@pytest.mark.parametrize(("name", "text"), [("a.mp3", False), ("a.png", True), ("a.mp4", True), ("a", True)])
def test_a_sound_carries_no_text(name: str, text: bool) -> None:
    assert carries_text(attachment(f"https://files.example/{name}")) is text


@given(st.text())
def test_any_path_gives_something(path: str) -> None:
    made = attachment("https://files.example/" + path.translate({91: "", 93: ""}))
    assert len(made.filename) <= LONGEST_NAME
    assert made.filename.isprintable()
