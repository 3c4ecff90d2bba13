"""A template of a customer, as it is stored.

Rule: `name` is Meta's and never changes; with the language it is what a template is known by.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from viesti.domain.templates.components import read
from viesti.domain.templates.shape import Shape
from viesti.domain.templates.state import State, state_of

_OTHERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Template:
    """`channel_id`: that of its WhatsApp account; `provider_id` is empty while Meta has not answered yet;
    `components` are Meta's; `raw_content`: the text of the body."""

    id: int
    bucket: int
    customer_id: int
    channel_id: int
    provider_id: str
    name: str
    language: str
    display_name: str
    category: str
    status: str
    quality: str
    reason: str
    components: Sequence[Mapping[str, Any]]
    raw_content: str
    created_at: datetime
    updated_at: datetime

    @cached_property
    def shape(self) -> Shape:
        """Its parts. While Meta's own text of one for codes is not known, ours stands for it."""
        found = read(self.components)
        return found if found.body else replace(found, body=self.raw_content)

    @property
    def state(self) -> State:
        return state_of(self.status)

    @property
    def reference(self) -> str:
        """The name with the language, which says which one is meant whatever others there are."""
        return f"{self.name}:{self.language}"


def name_of(display_name: str) -> str:
    """Meta's name for a template that people call so: small letters, digits and `_`; empty when nothing of
    it can be written with those."""
    plain = unicodedata.normalize("NFKD", display_name).encode("ascii", "ignore").decode("ascii")
    return _OTHERS.sub("_", plain.lower()).strip("_")


def split_reference(named: str) -> tuple[str, str]:
    """Name and language of what somebody calls a template: `name` or `name:language`."""
    name, _, language = named.strip().partition(":")
    return name.strip(), language.strip()
