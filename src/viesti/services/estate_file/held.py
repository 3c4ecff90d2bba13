"""What the store holds of the estate, in the form of the estate file.

Rule: a held thing and the same thing in the file compare equal, key by key; only secrets keep
their stored form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from viesti.services.estate_file.shape import key_of
from viesti.services.estate_file.tables import TABLES
from viesti.storage.store import Transaction


@dataclass(frozen=True, slots=True)
class HeldThing:
    """A thing in the store: its id, the bucket its rows take where it has one, and its values by key."""

    id: int
    values: Mapping[str, Any] = field(repr=False)  # secrets are among them
    bucket: int = 0


# By table and key, as `key_of` makes it.
Held: TypeAlias = Mapping[str, Mapping[str, HeldThing]]

NOTHING: Held = {table.name: {} for table in TABLES}


async def read_held(tx: Transaction) -> Held:
    """Everything in the store."""
    held: dict[str, dict[str, HeldThing]] = {}
    for table in TABLES:
        things = [_thing(row) for row in await tx.estate_edit.read(table.name)]
        held[table.name] = {key_of(table, thing.values): thing for thing in things}
    return held


def _thing(row: dict[str, Any]) -> HeldThing:
    identifier, bucket = row.pop("id"), row.pop("bucket", 0)
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    if "keywords" in values:
        values["keywords"] = sorted_keywords(values["keywords"])
    return HeldThing(identifier, values, bucket)


def sorted_keywords(keywords: Any) -> tuple[dict[str, str], ...]:
    """Keywords in the order in which they compare; what the file's order is says nothing."""
    return tuple(sorted(keywords, key=lambda keyword: (keyword["address"], keyword["words"])))
