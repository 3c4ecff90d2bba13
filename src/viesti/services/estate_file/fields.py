"""How a table of the estate file is described: its keys, what they may be and how they are kept.

Rule: all that is particular to a table is data of these types; code that reads the file asks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from viesti.services.estate_file.kinds import Kind

REQUIRED = object()


class Keeping(Enum):
    """How a secret is kept."""

    HASHED = "hashed"  # only compared
    SEALED = "sealed"  # used again


class Pruning(Enum):
    """What `--prune` does with a thing that the file does not mention."""

    DISABLE = "disabled"
    DELETE = "deleted"


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a table. `refers` names the table whose key it holds; `shown` tells a made default.

    `generated`: made when neither file nor store has one. A secret, generated or `kept` key that the file
    leaves out stays as it is, a `kept` one being `at_first` what that says; any other gets its default.
    """

    name: str
    kind: Kind
    meaning: str
    default: Any = REQUIRED
    refers: str = ""
    shown: str = ""
    secret: Keeping | None = None
    generated: bool = False
    kept: bool = False
    at_first: Any = None

    @property
    def stays(self) -> bool:
        """Whether leaving it out leaves what is stored."""
        return self.secret is not None or self.generated or self.kept


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of thing. `identity`: the keys that say which one it is; they never change."""

    name: str
    noun: str
    meaning: str
    identity: tuple[str, ...]
    fields: tuple[Field, ...]
    pruning: Pruning = Pruning.DISABLE

    @property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}
