"""The contact book: people by phone number, and what is counted of them.

Rule: every statement names the customer; counts are written by address and folded later.
"""

from __future__ import annotations

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("contacts")


class Contacts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
