"""Lists and who is on them; the list of a group service carries its service.

Rule: a list that was emptied is cut off at once and swept later. Who puts somebody on a list finds it by its
service or name in the same transaction, which holds it, and has locked the contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from viesti.domain.contact import Membership
from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("lists")


class Lists:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def of_service(self, service_id: int) -> int | None:
        """The list of a group service; nobody empties it before this transaction ends."""
        found: int | None = await self._connection.fetchval(SQL["of_service"], service_id)
        return found

    async def make_for_service(
        self, list_id: int, bucket: int, customer_id: int, name: str, service_id: int
    ) -> None:
        """Make it, or take one of that name that is nobody's, unless the service has one."""
        await self._connection.execute(
            SQL["make_for_service"], list_id, bucket, customer_id, name, service_id
        )

    async def by_name(self, customer_id: int, name: str) -> int | None:
        """A list by its name; nobody empties it before this transaction ends."""
        found: int | None = await self._connection.fetchval(SQL["by_name"], customer_id, name)
        return found

    async def make(self, list_id: int, bucket: int, customer_id: int, name: str) -> None:
        """Make one, unless there is one of that name."""
        await self._connection.execute(SQL["make"], list_id, bucket, customer_id, name)

    async def member(self, list_id: int, contact_id: int) -> Membership | None:
        row = await self._connection.fetchrow(SQL["member"], list_id, contact_id)
        return Membership(**row) if row else None

    async def member_of_service(self, service_id: int, contact_id: int) -> Membership | None:
        """The membership of a group service, to look at only."""
        row = await self._connection.fetchrow(SQL["member_of_service"], service_id, contact_id)
        return Membership(**row) if row else None

    async def add(
        self, list_id: int, bucket: int, contact_ids: Sequence[int], active: bool, now: datetime
    ) -> list[int]:
        """Put contacts on a list; gives those that were not on it yet."""
        rows = await self._connection.fetch(SQL["add"], list_id, bucket, contact_ids, active, now)
        return [row["contact_id"] for row in rows]

    async def set_active(self, list_id: int, contact_ids: Sequence[int], active: bool) -> None:
        await self._connection.execute(SQL["set_active"], list_id, contact_ids, active)

    async def remove(self, list_id: int, contact_ids: Sequence[int]) -> list[int]:
        """Take contacts off a list; gives those that were on it."""
        rows = await self._connection.fetch(SQL["remove"], list_id, contact_ids)
        return [row["contact_id"] for row in rows]

    async def page(self, service_id: int, after_contact: int, limit: int) -> list[tuple[int, str | None]]:
        """The next active members of a group service after a contact, as `(id, phone)`, in the order of
        ids."""
        rows = await self._connection.fetch(SQL["page"], service_id, after_contact, limit)
        return [(row["id"], row["phone"]) for row in rows]

    async def empty(self, customer_id: int, service_id: int, now: datetime) -> bool:
        """Empty the list of a service, in the time of one update; gives whether it had one."""
        done: str = await self._connection.execute(SQL["empty"], customer_id, service_id, now)
        return done != "UPDATE 0"

    async def emptied(self, limit: int) -> list[int]:
        """Lists to be swept."""
        return [row["id"] for row in await self._connection.fetch(SQL["emptied"], limit)]

    async def swept_next(self, list_id: int, after_contact: int, limit: int) -> list[int]:
        """The next contacts on an emptied list, locked, without those that somebody else holds."""
        rows = await self._connection.fetch(SQL["swept_next"], list_id, after_contact, limit)
        return [row["id"] for row in rows]

    async def drop_without_contact(self, list_id: int, limit: int) -> int:
        """Take away members whose contact is gone; gives how many."""
        done = await self._connection.execute(SQL["drop_without_contact"], list_id, limit)
        return int(done.split()[-1])

    async def drop(self, list_id: int) -> bool:
        """Drop an emptied list; gives whether it had no members left."""
        return bool(await self._connection.execute(SQL["drop"], list_id) == "DELETE 1")

    async def named(self, customer_id: int, names: Sequence[str]) -> list[tuple[int, str, int | None]]:
        """`(id, name, service)` of the lists with these names in any letter case, the oldest first; nobody
        empties them before this transaction ends."""
        rows = await self._connection.fetch(SQL["named"], customer_id, names)
        return [(row["id"], row["name"], row["service_id"]) for row in rows]

    async def tag(self, customer_id: int, list_id: int) -> str | None:
        """The name of a tag, which nobody ends before this transaction does."""
        row = await self._connection.fetchrow(SQL["tag"], customer_id, list_id)
        return row["name"] if row else None

    async def tags(self, customer_id: int, limit: int, offset: int) -> list[tuple[int, str, int]]:
        """`(id, name, contacts)` by name."""
        rows = await self._connection.fetch(SQL["tags"], customer_id, limit, offset)
        return [(row["id"], row["name"], row["contacts"]) for row in rows]

    async def tags_of(self, customer_id: int, contact_id: int) -> list[tuple[int, str, bool]]:
        """`(id, name, active)` of a contact's tags, by name."""
        rows = await self._connection.fetch(SQL["tags_of"], customer_id, contact_id)
        return [(row["id"], row["name"], row["active"]) for row in rows]

    async def sizes_of_services(self, service_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """`(contacts, active ones)` by group service; an empty group is not in it."""
        rows = await self._connection.fetch(SQL["sizes_of_services"], service_ids)
        return {row["service_id"]: (row["contacts"], row["active"]) for row in rows}

    async def size(self, list_id: int) -> int:
        return int(await self._connection.fetchval(SQL["size"], list_id))

    async def rename(self, customer_id: int, list_id: int, name: str) -> None:
        await self._connection.execute(SQL["rename"], customer_id, list_id, name)

    async def cut_off(self, customer_id: int, list_id: int, now: datetime) -> bool:
        """Empty a tag and end it, in the time of one update; gives whether there was one."""
        done: str = await self._connection.execute(SQL["cut_off"], customer_id, list_id, now)
        return done != "UPDATE 0"
