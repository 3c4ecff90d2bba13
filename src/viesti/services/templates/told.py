"""What Meta says of a template, as we keep it.

Rule: its words are kept as they come, and only their form is made fit for the store.
"""

from __future__ import annotations

import re
from dataclasses import replace

from viesti.domain.templates.components import read
from viesti.domain.templates.template import Template
from viesti.protocols.whatsapp.templates import Listed
from viesti.storage.text import storable

_NOT_OF_A_WORD = re.compile(r"[^A-Z_]+")
UNKNOWN = "UNKNOWN"


def word(said: str) -> str:
    """A state or category: capital letters and `_`."""
    return _NOT_OF_A_WORD.sub("_", said.upper()).strip("_") or UNKNOWN


def as_told(known: Template, told: Listed) -> Template:
    """A template that is known, as Meta has it now."""
    components = [*(told.components or known.components)]
    return replace(
        known,
        provider_id=told.id,
        status=word(told.status),
        category=word(told.category) if told.category else known.category,
        quality=storable(told.quality),
        reason=storable(told.reason),
        components=components,
        raw_content=storable(read(components).body) or known.raw_content,
    )
