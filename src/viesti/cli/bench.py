"""`viesti bench`: run the bench that is kept beside the sources.

Rule: the bench is no part of the product and is not installed with it; without the sources this says so.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from viesti.cli.wiring import Problem


def bench(context: typer.Context) -> None:
    """Measure the platform on this machine (`viesti bench --help` tells how)."""
    script = Path(__file__).resolve().parents[3] / "bench" / "run.py"
    if not script.is_file():
        raise Problem("The bench comes with the sources: clone the repository and run bench/run.py there.")
    os.execv(sys.executable, [sys.executable, str(script), *context.args])  # noqa: S606  our own program
