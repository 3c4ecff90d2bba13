"""The exceptions whose text is a sentence for the person at the terminal.

Rule: only what that person can put right is here. It is imported once something has gone wrong, so it may
import what is slow.
"""

from __future__ import annotations

from viesti.api.serve import PortTaken
from viesti.cli.wiring import Problem
from viesti.config import ConfigError
from viesti.storage.database import StoreUnavailable
from viesti.storage.embedded import PostgresError
from viesti.storage.migrate import MigrationError

PROBLEMS = (Problem, PortTaken, ConfigError, PostgresError, StoreUnavailable, MigrationError)
