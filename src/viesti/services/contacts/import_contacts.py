"""Takes many contacts into a customer's book: new ones are made, known ones are given what is newly said.

Rule: a line that can't be taken is named and left out, and holds up no other. Who is meant is said by the
reference first, then by the number; when those are two people, nobody is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from viesti.domain.contact import GROUP, IMPORT, INBOUND, Contact
from viesti.domain.estate import Customer
from viesti.services.contacts.allowing import allow
from viesti.services.contacts.fields import ContactFields, check, over, too_many_properties
from viesti.services.contacts.numbers import read_number
from viesti.services.contacts.tagging import held_tags, tag_problems
from viesti.services.requests import FieldProblem
from viesti.services.tell.consents import How
from viesti.storage.store import Store, Transaction

STEP = 500  # contacts in one transaction


class ContactLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a line says of somebody; `number`: which line it is."""

    number: int
    phone: str
    fields: ContactFields = ContactFields()
    tags: tuple[str, ...] = ()
    allow_sms: bool | UnsetType = UNSET


class BadLine(msgspec.Struct, frozen=True):
    """A line that was left out, and why."""

    number: int
    problem: FieldProblem


class Imported(msgspec.Struct, frozen=True):
    """What became of some lines."""

    made: int = 0
    changed: int = 0
    bad: tuple[BadLine, ...] = ()


class _MetMeanwhile(Exception):  # noqa: N818  it is no error
    """Somebody new has just become a contact elsewhere: look again."""


class _Read(msgspec.Struct, frozen=True):
    """A line whose number was read."""

    line: ContactLine
    digits: str

    @property
    def reference(self) -> str | None:
        return self.line.fields.external_reference or None


class ImportContacts:
    """Raises `StoreUnavailable`. `actor`: who imports, for the ledger of consents."""

    def __init__(self, store: Store, now: Callable[[], datetime], actor: str) -> None:
        self._store = store
        self._now = now
        self._actor = actor

    async def __call__(self, customer: Customer, lines: Iterable[ContactLine]) -> Imported:
        """Take these lines; each is done or left out when this returns."""
        bad: list[BadLine] = []
        readable: list[_Read] = []
        for line in lines:
            read = _read(customer, line)
            if isinstance(read, _Read):
                readable.append(read)
            else:
                bad.append(read)
        made = changed = 0
        for run in _runs(readable):
            left = run
            while left:
                done, left = await self._run(customer, left)
                made, changed = made + done.made, changed + done.changed
                bad += done.bad
        return Imported(made, changed, tuple(sorted(bad, key=lambda each: each.number)))

    async def _run(self, customer: Customer, run: Sequence[_Read]) -> tuple[Imported, list[_Read]]:
        """What became of these lines, and those that are still to be taken."""
        ids = await self._store.ids.take([customer.bucket] * len(run))
        while True:
            outcome: list[tuple[Imported, list[_Read]]] = []

            async def work(tx: Transaction, outcome: list[tuple[Imported, list[_Read]]] = outcome) -> None:
                outcome.append(await self._take(tx, customer, run, ids))

            try:
                await self._store.run(work)
            except _MetMeanwhile:
                continue
            return outcome[-1]

    async def _take(
        self, tx: Transaction, customer: Customer, run: Sequence[_Read], ids: Sequence[int]
    ) -> tuple[Imported, list[_Read]]:
        now = self._now()
        book = await _Book.of(tx, customer, run)
        tags = await self._tags(tx, customer, run)
        new: dict[int, Contact] = {}
        old: dict[int, Contact] = {}
        lines: dict[int, ContactLine] = {}
        bad: list[BadLine] = []
        left: list[_Read] = []  # who mean somebody whom a line before means
        for read, identifier in zip(run, ids, strict=False):
            found = book.meant(read)
            wrong = [each for name in read.line.tags if isinstance(each := tags[name], FieldProblem)]
            if isinstance(found, Contact) and found.id in lines:
                left.append(read)
                continue
            if isinstance(found, FieldProblem) or wrong:
                bad.append(BadLine(read.line.number, found if isinstance(found, FieldProblem) else wrong[0]))
                continue
            contact = _changed(found or _blank(customer, identifier, now), read, now if found else None)
            if objection := too_many_properties(contact):
                bad.append(BadLine(read.line.number, objection))
                continue
            (old if found else new)[contact.id] = contact
            lines[contact.id] = read.line
        await _write(tx, list(new.values()), list(old.values()))
        for name, tag in tags.items():
            members = sorted(each for each, line in lines.items() if name in line.tags)
            if members and isinstance(tag, int):
                await tx.lists.add(tag, customer.bucket, members, True, now)
        said = {each.phone: lines[each.id].allow_sms for each in (new | old).values()}
        allowed = {number: word for number, word in said.items() if number and word is not UNSET}
        await allow(tx, self._store, customer, allowed, "import", self._actor, now, How.OPERATOR)
        return Imported(len(new), len(old), tuple(bad)), left

    async def _tags(
        self, tx: Transaction, customer: Customer, run: Sequence[_Read]
    ) -> dict[str, int | FieldProblem]:
        """The tags of these lines by name, or why there is none."""
        found: dict[str, int | FieldProblem] = {}
        for name in dict.fromkeys(name for read in run for name in read.line.tags):
            tags = await held_tags(tx, self._store, customer, [name])
            found[name] = tags[0] if isinstance(tags, list) else FieldProblem(tags.field, tags.sentence)
        return found


class _Book:
    """Whom some lines may mean, locked."""

    def __init__(self, known: Iterable[Contact]) -> None:
        self._by_number = {each.phone: each for each in known if each.phone}
        self._by_reference = {each.external_reference: each for each in known if each.external_reference}

    @classmethod
    async def of(cls, tx: Transaction, customer: Customer, run: Sequence[_Read]) -> _Book:
        """Look them up."""
        found = await tx.contacts.by_phone(customer.id, [each.digits for each in run])
        references = [each.reference for each in run if each.reference]
        found += await tx.contacts.by_reference(customer.id, references) if references else []
        return cls(await tx.contacts.lock(customer.id, [each.id for each in found]) if found else [])

    def meant(self, read: _Read) -> Contact | FieldProblem | None:
        """Who is meant; None: somebody new."""
        referred = self._by_reference.get(read.reference) if read.reference else None
        called = self._by_number.get(read.digits)
        if referred and called and referred.id != called.id:
            sentence = f"It is the reference of another contact than +{read.digits} is the number of."
            return FieldProblem("external_reference", sentence)
        return referred or called


async def _write(tx: Transaction, new: Sequence[Contact], old: Sequence[Contact]) -> None:
    if new:
        found = await tx.contacts.put(new)
        if any(found[each.customer_id, each.phone or ""] != each.id for each in new):
            raise _MetMeanwhile
    if old:
        await tx.contacts.write(old)


def _read(customer: Customer, line: ContactLine) -> _Read | BadLine:
    digits = read_number(customer, line.phone, ())
    problems = [*(digits if isinstance(digits, list) else ()), *check(line.fields), *tag_problems(line.tags)]
    if problems or isinstance(digits, list):
        return BadLine(line.number, problems[0])
    return _Read(line, digits)


def _runs(lines: Sequence[_Read]) -> Iterator[list[_Read]]:
    """The lines in steps, in each of which nobody is named twice."""
    run: list[_Read] = []
    named: set[str] = set()
    for line in lines:
        names = {"+" + line.digits, *([line.reference] if line.reference else ())}
        if len(run) == STEP or names & named:
            yield run
            run, named = [], set()
        run.append(line)
        named |= names
    if run:
        yield run


def _blank(customer: Customer, identifier: int, now: datetime) -> Contact:
    return Contact(
        id=identifier, bucket=customer.bucket, customer_id=customer.id, source=IMPORT, created_at=now
    )


def _changed(contact: Contact, read: _Read, now: datetime | None) -> Contact:
    """With what the line says; whom a message or a group brought is the customer's own now."""
    source = IMPORT if contact.source in (GROUP, INBOUND) else contact.source
    return replace(over(contact, read.line.fields, now), phone=read.digits, source=source)
