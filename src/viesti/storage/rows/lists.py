"""Lists and who is on them; the list of a group service carries its service.

Rule: a list that was emptied is cut off at once and swept later; nothing reads a list by its id after that.
"""

from __future__ import annotations

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("lists")


class Lists:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
