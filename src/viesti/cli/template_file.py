"""A template as it is written in a file: TOML, in our words; docs/whatsapp.md shows one.

Rule: nothing is guessed and nothing ignored; what is wrong is named by its place.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from viesti.cli.wiring import Problem
from viesti.domain.templates.shape import Button, ButtonKind, Header, HeaderKind, Shape
from viesti.services.templates.create import NewTemplate

_KINDS = {
    "Call": ButtonKind.PHONE_NUMBER,
    "QuickReply": ButtonKind.QUICK_REPLY,
    "Url": ButtonKind.URL,
    "CopyCode": ButtonKind.COPY_CODE,
}


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str = ""
    example: str = ""
    file: str = ""


class _Button(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: Literal["Call", "QuickReply", "Url", "CopyCode"]
    label: str = ""
    data: str = ""
    example: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: str
    name: str
    category: str
    language: str
    body: str
    examples: tuple[str, ...] = ()
    header: _Header | None = None
    footer: str = ""
    buttons: tuple[_Button, ...] = ()


def read(path: Path) -> tuple[str, NewTemplate]:
    """The number and the template of a file. Raises Problem."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        file = msgspec.convert(written, _File)
    except OSError as error:
        raise Problem(f"{path} can't be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Problem(f"{path}: {error}.") from error
    header = file.header
    if header and bool(header.text) == bool(header.file):
        raise Problem(f"{path}: a header has either text or file.")
    shape = Shape(
        file.body,
        Header(HeaderKind.TEXT, header.text, header.example) if header and header.text else None,
        file.footer,
        tuple(Button(_KINDS[each.type], each.label, each.data, each.example) for each in file.buttons),
        file.examples,
    )
    new = NewTemplate(file.name, file.category, file.language, shape, header.file if header else "")
    return file.number, new
