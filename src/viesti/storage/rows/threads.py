"""Discussions between a service and an address.

Rule: every look-up names the customer.
"""

from __future__ import annotations

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("threads")


class Threads:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
