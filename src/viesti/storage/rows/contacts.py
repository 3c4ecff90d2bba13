"""The contact book: people by phone number, and what is counted of them.

Rule: a caller's contact is looked up with the customer's id; ids given here come from such a look-up. What a
contact is found by is written wherever the contact is. A contact is locked (`lock`, `put`) before it is put
on a list or taken off one, so that none goes meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from viesti.domain.contact import Contact, ContactCount, ContactCounters, Properties, properties_from
from viesti.domain.contact_search import keys_of
from viesti.storage.database import Connection
from viesti.storage.rows.contact_keys import ContactKeys
from viesti.storage.sql import queries

SQL = queries("contacts")


class Contacts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._keys = ContactKeys(connection)

    async def by_phone(self, customer_id: int, phones: Sequence[str]) -> list[Contact]:
        return [_contact(row) for row in await self._connection.fetch(SQL["by_phone"], customer_id, phones)]

    async def at(self, whom: Collection[tuple[int, str]]) -> dict[tuple[int, str], Contact]:
        """The contacts at these (customer id, address)."""
        customers, phones = (list(set(column)) for column in zip(*whom, strict=True))
        rows = await self._connection.fetch(SQL["at"], customers, phones)
        return {(row["customer_id"], row["phone"]): _contact(row) for row in rows}

    async def by_reference(self, customer_id: int, references: Sequence[str]) -> list[Contact]:
        rows = await self._connection.fetch(SQL["by_reference"], customer_id, references)
        return [_contact(row) for row in rows]

    async def by_id(self, customer_id: int, ids: Sequence[int]) -> list[Contact]:
        """Those of the customer that there are, in the order of `ids`."""
        found = {row["id"]: row for row in await self._connection.fetch(SQL["by_id"], customer_id, ids)}
        return [_contact(found[each]) for each in ids if each in found]

    async def owner(self, customer_ids: Sequence[int], identifier: int) -> int | None:
        """Which of these customers has this contact."""
        found: int | None = await self._connection.fetchval(SQL["owner"], customer_ids, identifier)
        return found

    async def lock(self, customer_id: int, ids: Sequence[int]) -> list[Contact]:
        """The contacts, locked until the transaction ends, in the order of their ids."""
        return [_contact(row) for row in await self._connection.fetch(SQL["lock"], customer_id, ids)]

    async def lock_phone(self, customer_id: int, phone: str) -> Contact | None:
        """The contact with this number, locked likewise."""
        row = await self._connection.fetchrow(SQL["lock_phone"], customer_id, phone)
        return _contact(row) if row else None

    async def put(self, contacts: Sequence[Contact]) -> dict[tuple[int, str], int]:
        """Make those whose phone number the customer does not have yet. Gives every one's id by (customer,
        phone), locked until the transaction ends; it is the given one where the contact was made."""
        columns = zip(*(_row(c) for c in sorted(contacts, key=lambda c: c.phone or "")), strict=True)
        rows = await self._connection.fetch(SQL["put"], *columns)
        found = {(row["customer_id"], row["phone"]): row["id"] for row in rows}
        made = [c for c in contacts if found[c.customer_id, c.phone] == c.id]
        await self._keys.put([contact for contact in made if keys_of(contact)])
        return found

    async def write(self, contacts: Sequence[Contact]) -> None:
        """Write what is known of contacts, locked before."""
        await self._connection.execute(SQL["write"], *zip(*map(_row, contacts), strict=True))
        await self._keys.put(contacts)

    async def delete(self, customer_id: int, ids: Sequence[int]) -> list[int]:
        """Delete those, locked before, with all that hangs on them; gives those that there were."""
        return [row["id"] for row in await self._connection.fetch(SQL["delete"], customer_id, ids)]

    async def delete_unlisted(self, ids: Sequence[int]) -> int:
        """Delete those, locked before, that a group made and that no list holds any more; gives how many."""
        return len(await self._connection.fetch(SQL["delete_unlisted"], ids))

    async def count(self, counts: Sequence[ContactCount]) -> None:
        """Add these to the counters of whose they are, soon (`fold_counts`)."""
        if counts:
            await self._connection.copy_records_to_table(
                "contact_counts", records=counts, columns=ContactCount._fields
            )

    async def fold_counts(self, limit: int) -> int:
        """Add waiting counts to the counters; gives how many."""
        return int(await self._connection.fetchval(SQL["fold_counts"], limit))

    async def book(self, customer_id: int) -> tuple[int, int]:
        """How many contacts the customer has, and how many of them are opted out of everything."""
        found = await self._connection.fetchrow(SQL["book"], customer_id)
        assert found is not None  # counts are always there
        return found[0], found[1]

    async def counters_alike(self, customer_id: int) -> list[tuple[ContactCounters, int]]:
        """How many of the customer's contacts have the same counters; those of whom nothing was counted are
        not in it."""
        rows = await self._connection.fetch(SQL["counters_alike"], customer_id)
        return [(ContactCounters(*tuple(row)[:5]), row["contacts"]) for row in rows]

    async def counters(self, ids: Sequence[int]) -> dict[int, ContactCounters]:
        """By contact; one of which nothing was counted yet is not in it."""
        rows = await self._connection.fetch(SQL["counters"], ids)
        return {row["contact_id"]: ContactCounters._make(tuple(row)[1:]) for row in rows}

    async def page(self, customer_id: int, limit: int, offset: int, *, newest_first: bool) -> list[int]:
        """The ids of a customer's contacts as they were made."""
        query = SQL["by_made_desc" if newest_first else "by_made"]
        return [row["id"] for row in await self._connection.fetch(query, customer_id, limit, offset)]

    async def after(self, identifier: int, limit: int) -> list[Contact]:
        """The next contacts of all customers, in the order of ids, locked until the transaction ends."""
        return [_contact(row) for row in await self._connection.fetch(SQL["after"], identifier, limit)]


def _contact(row: Any) -> Contact:
    values = dict(row)
    values["properties"] = properties_from(values["properties"])
    return Contact(**values)


def _row(contact: Contact) -> tuple[Any, ...]:
    c = contact
    return (
        c.id,
        c.bucket,
        c.customer_id,
        c.phone,
        c.external_reference,
        c.name,
        c.source,
        c.email,
        c.first_name,
        c.last_name,
        c.company,
        c.gender,
        c.birth_year,
        c.address_line1,
        c.address_line2,
        c.postcode,
        c.city,
        c.county,
        c.country,
        c.country_code,
        _properties(c.properties),
        c.created_at,
        c.updated_at,
    )


def _properties(properties: Properties) -> str:
    return msgspec.json.encode([{"name": name, "value": value} for name, value in properties]).decode()
