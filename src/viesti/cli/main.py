"""The entry point of the command `viesti`.

Rule: what a person can put right ends as one sentence and exit code 1; only a fault of ours shows a
traceback. Ctrl-C is no fault, not even while the commands are still being imported.
"""

from __future__ import annotations

import sys


def run() -> None:
    """Run the command line."""
    try:
        from viesti.cli.commands import app

        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from viesti.cli.problems import PROBLEMS

        if not isinstance(error, PROBLEMS):
            raise
        print(error, file=sys.stderr)
        sys.exit(1)
