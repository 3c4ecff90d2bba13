"""Reading a channel's options from a plain mapping (TOML, JSON), with errors a person can act on.

Rule: nothing is guessed and nothing ignored. A wrong type, a value out of range and an unknown key each raise
`OptionError` naming the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)


class OptionError(ValueError):
    """A channel option that can't be used; `field` is its dotted name."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class OptionReader:
    """Takes options out of a mapping one by one; `finish` complains of what nobody asked for."""

    def __init__(self, values: Mapping[str, Any], prefix: str = "") -> None:
        self._values = dict(values)
        self._prefix = prefix

    def _take(self, name: str) -> Any:
        return self._values.pop(name, None)

    def error(self, name: str, problem: str) -> OptionError:
        """An error about one of these options."""
        return OptionError(self._prefix + name, problem)

    def text(self, name: str, default: str | None = None, longest: int | None = None) -> str:
        """A string; required when there is no default."""
        value = self._take(name)
        if value is None:
            if default is None:
                raise self.error(name, "is required")
            return default
        if not isinstance(value, str):
            raise self.error(name, f"must be text, not {type(value).__name__}")  # it may be a secret
        if longest is not None and len(value) > longest:
            raise self.error(name, f"is longer than {longest} characters")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number within bounds."""
        value = self._take(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(name, f"must be a whole number, not {value!r}")
        if not low <= value <= high:
            raise self.error(name, f"must be from {low} to {high}, not {value}")
        return value

    def optional_number(self, name: str, low: int, high: int) -> int | None:
        """A whole number within bounds, or None when left out."""
        return self.number(name, low, low, high) if self._values.get(name) is not None else None

    def seconds(self, name: str, default: float | None, low: float = 0.0) -> float | None:
        """A duration or rate as a number above `low`; False switches it off where there may be none."""
        value = self._take(name)
        if value is None:
            return default
        if value is False:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(name, f"must be a number, not {value!r}")
        if not low < value < float("inf"):
            raise self.error(name, f"must be more than {low:g}, not {value}")
        return float(value)

    def required_seconds(self, name: str, default: float, low: float = 0.0) -> float:
        """As `seconds`, where off makes no sense."""
        value = self.seconds(name, default, low)
        if value is None:
            raise self.error(name, "can't be switched off")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """true or false."""
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error(name, f"must be true or false, not {value!r}")
        return value

    def choice(self, name: str, kind: type[Choice], default: Choice) -> Choice:
        """One of a closed list."""
        value = self._take(name)
        if value is None:
            return default
        try:
            return kind(value)
        except ValueError:
            listed = ", ".join(f"'{one}'" for one in kind)
            raise self.error(name, f"must be one of {listed}, not {value!r}") from None

    def mapping(self, name: str) -> Mapping[str, Any]:
        """A table of its own; empty when left out."""
        value = self._take(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.error(name, f"must be a table, not {value!r}")
        return value

    def reader(self, name: str) -> OptionReader:
        """A reader of the table under `name`."""
        return OptionReader(self.mapping(name), f"{self._prefix}{name}.")

    def finish(self) -> None:
        """To be called last: whatever is left is a mistake."""
        for name in self._values:
            raise self.error(name, "is no option here")
