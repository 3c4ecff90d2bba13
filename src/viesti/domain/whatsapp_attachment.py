"""What a file becomes in WhatsApp: a picture, a video, a sound, or a document.

Rule: it is told by the end of the URL's path, as nobody fetches it before it is accepted. What is not known
to be anything else is a document, which WhatsApp takes of any kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from viesti.domain.whatsapp_content import Media, MediaKind

# A webp file could be a sticker; but only of one size exactly, so it goes as a document, which always works.
KINDS: Mapping[str, MediaKind] = {
    "jpg": "image",
    "jpeg": "image",
    "png": "image",
    "mp4": "video",
    "3gp": "video",
    "aac": "audio",
    "amr": "audio",
    "mp3": "audio",
    "m4a": "audio",
    "ogg": "audio",
    "opus": "audio",
}
LONGEST_NAME = 240  # characters of a document's name
NO_TEXT = "An audio file carries no text in WhatsApp: leave the text empty."


def attachment(url: str) -> Media:
    """The message that shows the file at this URL; its caption is the message's text."""
    name = file_name(url)
    kind = KINDS.get(name.rpartition(".")[2].lower(), "document") if "." in name else "document"
    return Media(kind, link=url, filename=name if kind == "document" else "")


def carries_text(media: Media) -> bool:
    """Whether a text can go with it."""
    return media.kind not in ("audio", "sticker")


def file_name(url: str) -> str:
    """The last part of the path, as a person would read it."""
    last = unquote(urlsplit(url).path, errors="replace").rstrip("/").rpartition("/")[2]
    return "".join(mark for mark in last if mark.isprintable())[-LONGEST_NAME:]
