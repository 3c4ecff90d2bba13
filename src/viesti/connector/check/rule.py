"""A rule of the linter, and a finding by it.

Rule: the sentence says how it must be, the remedy what to do; what is wrong is said by the fault. Warnings
are rules that are generally known or were inferred, and that no importer is known to enforce.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from viesti.connector.check.node import Fault
from viesti.connector.check.package import Package


@dataclass(frozen=True, slots=True)
class Rule:
    """`find` gives the faults of a package. `needs`: further files without which it can't be asked."""

    id: str
    sentence: str
    remedy: str
    find: Callable[[Package], Iterable[Fault]]
    warning: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, ready to be told."""

    file: str
    at: str
    rule: str
    warning: bool
    what: str
    remedy: str

    @property
    def line(self) -> str:
        """The finding on one line."""
        place = f"{self.file}#{self.at}" if self.at else self.file
        level = "warning" if self.warning else "error"
        return f"{place}: {level} {self.rule}: {self.what} {self.remedy}"

    def told(self) -> dict[str, Any]:
        """The finding for programs."""
        return asdict(self)
