"""Files at Meta: sent up to be used in messages, fetched down when they came with one, and examples for
templates (an upload in a session, which can be continued).

Rule: nothing here holds octets; the caller streams them.
"""

from __future__ import annotations

from typing import Final

import msgspec

from viesti.protocols.whatsapp.answers import Refused, Unclear, read_body

_MEGABYTE: Final = 1024 * 1024

# The largest file of each type, by the kind of message that carries it.
LIMITS: Final[dict[str, dict[str, int]]] = {
    "image": dict.fromkeys(("image/jpeg", "image/png"), 5 * _MEGABYTE),
    "video": dict.fromkeys(("video/mp4", "video/3gpp"), 16 * _MEGABYTE),
    "audio": dict.fromkeys(
        ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * _MEGABYTE
    ),
    "sticker": {"image/webp": 500 * 1024},  # animated; a still one has at most 100 kB
}
DOCUMENT_LIMIT: Final = 100 * _MEGABYTE  # of any type


class Uploaded(msgspec.Struct, frozen=True):
    """A file that can be sent by its id, for 30 days."""

    id: str


class Located(msgspec.Struct, frozen=True):
    """Where a file can be fetched, with the token, for five minutes; what people sent is kept a week."""

    url: str
    mime_type: str = ""
    sha256: str = ""
    file_size: int = 0
    id: str = ""


class UploadSession(msgspec.Struct, frozen=True):
    """An upload that was begun, and how many octets of it Meta has."""

    id: str
    file_offset: int = 0


class Handle(msgspec.Struct, frozen=True):
    """A template's example file."""

    h: str


_uploaded = msgspec.json.Decoder(Uploaded)
_located = msgspec.json.Decoder(Located, strict=False)  # file_size has come as a text, too
_session = msgspec.json.Decoder(UploadSession, strict=False)
_handle = msgspec.json.Decoder(Handle)


def limit(kind: str, mime_type: str) -> int | None:
    """The most octets a file of this type may have in a message of this kind; None when it can't be one."""
    if kind == "document":
        return DOCUMENT_LIMIT
    return LIMITS[kind].get(mime_type.partition(";")[0].strip().lower())


def upload_fields(mime_type: str) -> dict[str, str]:
    """The form's fields beside `file`, which has this type too."""
    return {"messaging_product": "whatsapp", "type": mime_type}


def session_query(file_name: str, file_length: int, file_type: str) -> dict[str, str]:
    """The query that begins an upload of an example file (`paths.upload_sessions`)."""
    return {"file_name": file_name, "file_length": str(file_length), "file_type": file_type}


def upload_headers(token: str, file_offset: int = 0) -> dict[str, str]:
    """The headers of the octets from `file_offset` on: the scheme is another than everywhere else."""
    return {"Authorization": f"OAuth {token}", "file_offset": str(file_offset)}


def read_uploaded(status: int, body: bytes) -> Uploaded | Refused | Unclear:
    """The answer to a file sent up."""
    return read_body(status, body, _uploaded)


def read_located(status: int, body: bytes) -> Located | Refused | Unclear:
    """The answer to asking where a file is."""
    return read_body(status, body, _located)


def read_session(status: int, body: bytes) -> UploadSession | Refused | Unclear:
    """The answer to beginning an upload, or to asking how far one is."""
    return read_body(status, body, _session)


def read_handle(status: int, body: bytes) -> Handle | Refused | Unclear:
    """The answer to the last octets."""
    return read_body(status, body, _handle)
