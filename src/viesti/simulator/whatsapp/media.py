"""Pictures, sounds and documents: what the Cloud API keeps, and which kinds and sizes it takes.

Rule: an octet string is kept under one id for a time and given out only by a link that lives minutes and
asks for the token again.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from viesti.simulator.whatsapp.problem import Problem, missing

MIB = 1024 * 1024
LINK_SECONDS = 300
KEPT = 500  # files; the oldest is forgotten
KEPT_OCTETS = 128 * MIB
LARGEST = 100 * MIB

_DOCUMENTS = (
    "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
)  # fmt: skip
LIMITS: dict[str, tuple[tuple[str, ...], int]] = {
    "image": (("image/jpeg", "image/png"), 5 * MIB),
    "video": (("video/mp4", "video/3gpp"), 16 * MIB),
    "audio": (("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MIB),
    "document": (_DOCUMENTS, 100 * MIB),
    "sticker": (("image/webp",), 500 * 1024),
}
_BY_MIME = {mime: (kind, most) for kind, (mimes, most) in LIMITS.items() for mime in mimes}


@dataclass(frozen=True, slots=True)
class File:
    """What was uploaded, or came with a message."""

    id: str
    waba_id: str
    mime_type: str
    octets: bytes
    name: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()

    @property
    def kind(self) -> str:
        """image, video, audio, document or sticker."""
        return _BY_MIME[self.mime_type][0]


class Files:
    """All files kept, the oldest forgotten beyond KEPT or KEPT_OCTETS."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, File] = OrderedDict()
        self._octets = 0

    def keep(self, file: File) -> None:
        """Keep one, and forget what is too much."""
        self._files[file.id] = file
        self._octets += len(file.octets)
        while len(self._files) > KEPT or (self._octets > KEPT_OCTETS and len(self._files) > 1):
            self._octets -= len(self._files.popitem(last=False)[1].octets)

    def get(self, identifier: str, waba_id: str = "") -> File | None:
        """One, if the account may see it ('' asks for nobody)."""
        file = self._files.get(identifier)
        return file if file is not None and waba_id in ("", file.waba_id) else None

    def remove(self, identifier: str) -> None:
        """Forget one."""
        file = self._files.pop(identifier, None)
        if file is not None:
            self._octets -= len(file.octets)

    def __len__(self) -> int:
        return len(self._files)


def check(mime_type: str, size: int) -> Problem | None:
    """Whether a file of that type and size is taken."""
    known = _BY_MIME.get(mime_type)
    if known is None:
        takes = ", ".join(sorted(_BY_MIME))
        return Problem(
            100,
            f"Param file must be a file with one of the following types: {takes}. Received '{mime_type}'.",
        )
    if not 0 < size <= known[1]:
        return Problem(131053, f"The file has {size} octets; {mime_type} may have 1 to {known[1]}.")
    return None


def form(content_type: str, body: bytes) -> dict[str, tuple[dict[str, str], bytes]] | Problem:
    """The parts of a multipart/form-data body by their names: what the head says of each, and its octets."""
    kind, _, parameters = content_type.partition(";")
    boundary = _parameters(parameters).get("boundary", "")
    if kind.strip().lower() != "multipart/form-data" or not boundary:
        return Problem(100, "Media is uploaded as multipart/form-data.")
    parts: dict[str, tuple[dict[str, str], bytes]] = {}
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1"))
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            return parts
        head, found, octets = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not found:
            break
        said: dict[str, str] = {}
        for line in head.decode("utf-8", "replace").split("\r\n"):
            name, _, value = line.partition(":")
            if name.lower() == "content-disposition":
                said |= _parameters(value.partition(";")[2])
            elif name.lower() == "content-type":
                said["type"] = value.partition(";")[0].strip().lower()
        parts[said.get("name", "")] = (said, octets)
    return Problem(100, "The multipart body has no end.")


def _parameters(text: str) -> dict[str, str]:
    found = {}
    for one in text.split(";"):
        name, _, value = one.strip().partition("=")
        found[name.lower()] = value.strip('"')
    return found


def read_upload(content_type: str, body: bytes) -> tuple[str, str, bytes] | Problem:
    """An upload's type, file name and octets."""
    parts = form(content_type, body)
    if isinstance(parts, Problem):
        return parts
    if parts.get("messaging_product", ({}, b""))[1] != b"whatsapp":
        return missing("messaging_product")
    if "file" not in parts:
        return missing("file")
    said, octets = parts["file"]
    stated = parts.get("type", ({}, b""))[1].decode("latin-1").partition(";")[0].strip()
    mime_type = said.get("type") or stated
    return check(mime_type, len(octets)) or (mime_type, said.get("filename", ""), octets)


def node(file: File, link: str) -> dict[str, Any]:
    """What a GET of a media id gives."""
    return {
        "messaging_product": "whatsapp",
        "url": link,
        "mime_type": file.mime_type,
        "sha256": file.sha256,
        "file_size": len(file.octets),
        "id": file.id,
    }
