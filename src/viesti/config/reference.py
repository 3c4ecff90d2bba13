"""The reference of all settings as Markdown, made from the settings themselves.

Rule: `docs/configuration.md` holds exactly what `markdown()` gives; a test compares them.
Renew it with `python -m viesti.config.reference > docs/configuration.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from viesti.config.kinds import Kind
from viesti.config.loader import PREFIX
from viesti.config.settings import FIELDS

_OPENING = """\
# Configuration

Viesti needs no configuration to start. What you set comes from a TOML file, named by `--config` or
`VIESTI_CONFIG`, and from environment variables, which win. A setting has the same name in both:
`api_port = 8080` in the file is `VIESTI_API_PORT=8080` in the environment. A list is written
`["10.1.0.0/16", "10.2.0.0/16"]` in the file and `10.1.0.0/16,10.2.0.0/16` in the environment.

A name that is not listed here, or a value that is not allowed, stops the start with a sentence that says so.

This page is made from the code: `python -m viesti.config.reference > docs/configuration.md`.
"""


def markdown() -> str:
    """The whole page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _OPENING
    for name, setting in FIELDS.items():
        metadata = setting.metadata
        if metadata["group"]:
            yield f"## {metadata['group']}\n"
        kind: Kind = metadata["kind"]
        yield f"### `{name}`\n"
        yield f"{metadata['meaning']}\n"
        default = metadata["shown"] or _written(setting.default)
        yield f"Environment: `{PREFIX}{name.upper()}`. Default: {default}. Allowed: {kind.allowed}.\n"


def _written(default: Any) -> str:
    if default in ("", ()):
        return "empty"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


if __name__ == "__main__":
    sys.stdout.write(markdown())
