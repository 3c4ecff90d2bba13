"""Callbacks that programs asked for at run time.

Rule: a live subscription is there once for a customer, service, dialect, event and URL.
"""

from __future__ import annotations

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("subscriptions")


class Subscriptions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
