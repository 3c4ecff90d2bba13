"""Signing in, consents and tokens.

Rule: a token is stored as its SHA-256 alone; what ends a grant ends all its tokens at once.
"""

from __future__ import annotations

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("access")


class Access:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
