"""`python -m viesti.cli`: the same as the command `viesti`."""

from __future__ import annotations

from viesti.cli.main import run

run()
