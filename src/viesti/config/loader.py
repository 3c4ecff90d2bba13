"""Reads the settings from a TOML file and the environment; the environment wins.

Rule: it reads and checks, and builds nothing. What is wrong is said in one sentence that names the setting,
where it was found and what is allowed; a secret's value is never part of it.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from viesti.config.kinds import Kind
from viesti.config.settings import FIELDS, Settings

PREFIX = "VIESTI_"
NOT_SETTINGS = frozenset(  # read by others: the place of the file, the scripts, and `viesti send`
    {"VIESTI_CONFIG", "VIESTI_VENV", "VIESTI_ALLOW_MISSING", "VIESTI_API_KEY", "VIESTI_API_SECRET"}
)
# Kubernetes adds such variables to every pod when a service is called "viesti"; they are not meant for us.
_SERVICE_LINK = re.compile(r"VIESTI_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_\w+)?)$")


class ConfigError(Exception):
    """A setting is unknown or has a value that is not allowed; the text is one sentence for a person."""


def load(file: Path | None, environment: Mapping[str, str]) -> Settings:
    """The settings from `file` (else the file VIESTI_CONFIG names, else none) and `environment`.

    Raises ConfigError.
    """
    if file is None and environment.get("VIESTI_CONFIG"):
        file = Path(environment["VIESTI_CONFIG"])
    values: dict[str, Any] = _from_file(file) if file is not None else {}
    return Settings(**(values | _from_environment(environment)))


def _from_file(file: Path) -> dict[str, object]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The configuration file {file} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"The configuration file {file} is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The configuration file {file} is not TOML: {error}.") from error
    return {key: _checked(key, f"{key} in {file}", "", value) for key, value in document.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    values = {}
    for name, text in environment.items():
        if name.startswith(PREFIX) and name not in NOT_SETTINGS and not _SERVICE_LINK.match(name):
            key = name.removeprefix(PREFIX).lower()
            values[key] = _checked(key, f"{name} in the environment", PREFIX, text)
    return values


def _checked(key: str, where: str, prefix: str, value: object) -> object:
    """The value of setting `key` as code wants it. `prefix` is how names start there: "" in a file."""
    if key not in FIELDS:
        near = difflib.get_close_matches(key, FIELDS, n=1)
        proper = prefix + (near[0].upper() if prefix else near[0]) if near else ""
        hint = f"did you mean {proper}?" if near else "docs/configuration.md lists all that there are."
        raise ConfigError(f"{where} is not a setting; {hint}")
    about = FIELDS[key].metadata
    kind: Kind = about["kind"]
    try:
        return kind.check(kind.from_text(str(value)) if prefix else value)
    except ValueError as error:
        said = "has a value that is" if about["secret"] else f"is {value!r}, which is"
        raise ConfigError(f"{where} {said} not allowed; it must be {kind.allowed}.") from error
