"""One of our APIs as documents tell of it: its operations in sections, and what opens them.

Rule: this is data, made from declarations; the documents and the pages about an API are made from it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from viesti.api.contract.operation import AnyOperation


class Credentials(StrEnum):
    """What a caller may show, by its name in documents."""

    BASIC = "basic"  # key and secret of an application
    OAUTH2 = "oauth2"  # an access token, for a connection that a person allowed
    PERSONAL_TOKEN = "personalAccessToken"  # noqa: S105  a person's own, in a header


@dataclass(frozen=True, slots=True)
class Section:
    """Operations that belong together."""

    name: str
    about: str
    operations: tuple[AnyOperation, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """An API. `key`: in addresses; `base`: the path before its operations' own; `scopes`: what a person
    agrees to, by the scope; `error`: the schema of its errors."""

    key: str
    title: str
    version: str
    about: str
    base: str
    sections: tuple[Section, ...]
    credentials: tuple[Credentials, ...]
    scopes: Mapping[str, str]
    error: Mapping[str, Any]

    @property
    def operations(self) -> tuple[AnyOperation, ...]:
        """All of them."""
        return tuple([operation for section in self.sections for operation in section.operations])
