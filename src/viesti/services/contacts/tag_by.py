"""Gives a contact tags, or takes them, by whatever the caller knows him by: number, id or reference.

Rule: what stands already is no error, so a repeat changes nothing and is answered alike. Who unsubscribed
from a tag is not subscribed again by being given it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from viesti.domain.contact import API, Contact
from viesti.domain.estate import Customer
from viesti.services.contacts.hold import hold_contact
from viesti.services.contacts.numbers import read_number
from viesti.services.contacts.seen import Whose, lock, nobody
from viesti.services.contacts.tagging import held_tags, lists_named, no_tag, tag_problems
from viesti.services.contacts.tags import TagOfContact, TagsOfContact
from viesti.services.refusals import Invalid, Missing
from viesti.services.requests import FieldProblem
from viesti.storage.store import Store, Transaction


class Number(msgspec.Struct, frozen=True):
    """A phone number as it was written."""

    written: str


By: TypeAlias = Number | Whose


class Tagged(msgspec.Struct, frozen=True):
    """A contact and all the tags that he has now. `created`: he was not in the book."""

    contact: Contact
    tags: TagsOfContact
    created: bool


Outcome: TypeAlias = Tagged | Missing | Invalid
AT_ONCE = 2  # transactions of one process that may wait for an id, which takes a connection of its own
_NO_NAMES = FieldProblem("tags", "There is no tag.")
_NOBODYS = Missing("contact", "There is no contact of yours with this number.")


class TagBy:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._places = asyncio.Semaphore(AT_ONCE)

    async def add(self, customer: Customer, by: By, names: Sequence[str], *, create: bool) -> Outcome:
        """Give him these tags, made when new. `create`: a number that nobody has becomes a contact."""
        names = [name.strip() for name in names]
        number = _read(customer, by, names)
        if isinstance(number, Invalid):
            return number
        new = await self._new(customer, number) if create and number else None
        outcome: list[Outcome] = []

        async def work(tx: Transaction) -> None:
            if problem := await _of_groups(tx, customer, names):
                outcome.append(Invalid((problem,)))
                return
            if new:
                await hold_contact(tx, new)
            contact = await _locked(tx, customer, by, number)
            if isinstance(contact, Missing):
                outcome.append(contact)
                return
            lists = await held_tags(tx, self._store, customer, names)
            if isinstance(lists, FieldProblem):
                outcome.append(Invalid((lists,)))
                return
            for list_id in lists:
                await tx.lists.add(list_id, customer.bucket, [contact.id], True, self._now())
            outcome.append(await _tagged(tx, contact, created=new is not None and contact.id == new.id))

        async with self._places:
            await self._store.run(work)
        return outcome[-1]

    async def remove(self, customer: Customer, by: By, names: Sequence[str]) -> Outcome:
        """Take these tags from him, as far as he has them."""
        names = [name.strip() for name in names]
        number = _read(customer, by, names)
        if isinstance(number, Invalid):
            return number
        outcome: list[Outcome] = []

        async def work(tx: Transaction) -> None:
            if problem := await _of_groups(tx, customer, names):
                outcome.append(Invalid((problem,)))
                return
            contact = await _locked(tx, customer, by, number)
            if isinstance(contact, Missing):
                outcome.append(contact)
                return
            for list_id, _ in (await lists_named(tx, customer, names)).values():
                await tx.lists.remove(list_id, [contact.id])
            outcome.append(await _tagged(tx, contact, created=False))
            await tx.contacts.delete_unlisted([contact.id])  # whom a group alone had brought

        await self._store.run(work)
        return outcome[-1]

    async def _new(self, customer: Customer, digits: str) -> Contact:
        return Contact(
            id=await self._store.ids.one(customer.bucket),
            bucket=customer.bucket,
            customer_id=customer.id,
            phone=digits,
            source=API,
            created_at=self._now(),
        )


def _read(customer: Customer, by: By, names: Sequence[str]) -> str | Invalid:
    """The digits of the number, '' when he is known by something else; or what is wrong."""
    digits = read_number(customer, by.written, ()) if isinstance(by, Number) else ""
    problems = tag_problems(names) if names else [_NO_NAMES]
    if isinstance(digits, list):
        return Invalid((*digits, *problems))
    return Invalid(tuple(problems)) if problems else digits


async def _of_groups(tx: Transaction, customer: Customer, names: Sequence[str]) -> FieldProblem | None:
    """The first that is the name of a group's list."""
    found = await lists_named(tx, customer, names)
    for at, name in enumerate(names):
        if found.get(name.lower(), (0, False))[1]:
            return no_tag(name, at)
    return None


async def _locked(tx: Transaction, customer: Customer, by: By, digits: str) -> Contact | Missing:
    if isinstance(by, Number):
        return await tx.contacts.lock_phone(customer.id, digits) or _NOBODYS
    return await lock(tx, customer, by) or nobody(by)


async def _tagged(tx: Transaction, contact: Contact, *, created: bool) -> Tagged:
    rows = await tx.lists.tags_of(contact.customer_id, contact.id)
    return Tagged(contact, [TagOfContact(*row) for row in rows], created)
