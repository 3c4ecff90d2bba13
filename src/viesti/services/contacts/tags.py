"""Tags: made, renamed, ended, and given to contacts.

Rule: a tag is a list that no group has. Its members are swept away behind it when it ends, as an emptied
group's are.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

import msgspec

from viesti.domain.estate import Customer
from viesti.services.contacts.seen import find, lock, nobody
from viesti.services.contacts.tagging import held_tags, name_objection
from viesti.services.refusals import Invalid, Missing, Taken
from viesti.services.requests import FieldProblem
from viesti.storage.store import Store, Transaction

_NO_TAG = Missing("tag", "There is no tag of yours with this id.")


class TagSeen(msgspec.Struct, frozen=True):
    """A tag, and how many contacts have it."""

    id: int
    name: str
    contacts: int


class TagOfContact(msgspec.Struct, frozen=True):
    """A tag that a contact has. `subscribed`: he gets what is sent to it."""

    id: int
    name: str
    subscribed: bool


TagsOfContact: TypeAlias = list[TagOfContact]


class Tags:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def list(self, customer: Customer, *, limit: int, offset: int) -> list[TagSeen]:
        """A page of the customer's tags, by name."""
        async with self._store.statements() as tx:
            return [TagSeen(*row) for row in await tx.lists.tags(customer.id, limit, offset)]

    async def get(self, customer: Customer, tag_id: int) -> TagSeen | Missing:
        async with self._store.statements() as tx:
            name = await tx.lists.tag(customer.id, tag_id)
            return TagSeen(tag_id, name, await tx.lists.size(tag_id)) if name is not None else _NO_TAG

    async def create(self, customer: Customer, name: str) -> TagSeen | Taken | Invalid:
        """Make a tag of this name."""
        name = name.strip()
        if sentence := name_objection(name):
            return Invalid((FieldProblem("name", sentence),))
        identifier = await self._store.ids.one(customer.bucket)
        outcome: list[TagSeen | Taken | Invalid] = []

        async def work(tx: Transaction) -> None:
            if await tx.lists.named(customer.id, [name]):
                outcome.append(_taken(name))
                return
            await tx.lists.make(identifier, customer.bucket, customer.id, name)
            made = await tx.lists.tag(customer.id, identifier)
            outcome.append(TagSeen(identifier, name, 0) if made else _taken(name))

        await self._store.run(work)
        return outcome[-1]

    async def rename(self, customer: Customer, tag_id: int, name: str) -> TagSeen | Missing | Taken | Invalid:
        """Give a tag another name; who has it keeps it."""
        name = name.strip()
        if sentence := name_objection(name):
            return Invalid((FieldProblem("name", sentence),))
        outcome: list[TagSeen | Missing | Taken | Invalid] = []

        async def work(tx: Transaction) -> None:
            if await tx.lists.tag(customer.id, tag_id) is None:
                outcome.append(_NO_TAG)
            elif any(other != tag_id for other, *_ in await tx.lists.named(customer.id, [name])):
                outcome.append(_taken(name))
            else:
                await tx.lists.rename(customer.id, tag_id, name)
                outcome.append(TagSeen(tag_id, name, await tx.lists.size(tag_id)))

        await self._store.run(work)
        return outcome[-1]

    async def delete(self, customer: Customer, tag_id: int) -> Missing | None:
        """End a tag; nobody has it any more."""

        async def cut_off(tx: Transaction) -> bool:
            return await tx.lists.cut_off(customer.id, tag_id, self._now())

        return None if await self._store.run_one(cut_off) else _NO_TAG

    async def of_contact(self, customer: Customer, contact_id: int) -> TagsOfContact | Missing:
        """The tags of a contact, by name."""
        async with self._store.statements() as tx:
            if await find(tx, customer, contact_id) is None:
                return nobody(contact_id)
            return await _tags_of(tx, customer, contact_id)

    async def put(
        self, customer: Customer, contact_id: int, wanted: int | str, *, subscribed: bool
    ) -> TagsOfContact | Missing | Invalid:
        """Give a contact a tag, by its id or by its name, made when new; gives all he has then.
        `subscribed`: he gets what is sent to it."""
        if isinstance(wanted, str) and (sentence := name_objection(wanted)):
            return Invalid((FieldProblem("name", sentence),))
        outcome: list[TagsOfContact | Missing | Invalid] = []

        async def work(tx: Transaction) -> None:
            if await lock(tx, customer, contact_id) is None:
                outcome.append(nobody(contact_id))
                return
            tag_id = await self._tag(tx, customer, wanted)
            if not isinstance(tag_id, int):
                outcome.append(tag_id)
                return
            await tx.lists.add(tag_id, customer.bucket, [contact_id], subscribed, self._now())
            await tx.lists.set_active(tag_id, [contact_id], subscribed)
            outcome.append(await _tags_of(tx, customer, contact_id))

        await self._store.run(work)
        return outcome[-1]

    async def _tag(self, tx: Transaction, customer: Customer, wanted: int | str) -> int | Missing | Invalid:
        if isinstance(wanted, int):
            return wanted if await tx.lists.tag(customer.id, wanted) is not None else _NO_TAG
        found = await held_tags(tx, self._store, customer, [wanted.strip()])
        if isinstance(found, FieldProblem):
            return Invalid((FieldProblem("name", found.sentence),))
        return found[0]


async def _tags_of(tx: Transaction, customer: Customer, contact_id: int) -> TagsOfContact:
    return [TagOfContact(*row) for row in await tx.lists.tags_of(customer.id, contact_id)]


def _taken(name: str) -> Taken:
    return Taken("name", f"There is a tag or a group of yours that is named '{name}'.")
