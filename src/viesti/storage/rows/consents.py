"""What people allowed and forbade.

Rule: an opt-out is never weakened, only ended; every change has a line in the ledger.
"""

from __future__ import annotations

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("consents")


class Consents:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
