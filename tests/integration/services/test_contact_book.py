"""The contact book as TxtSync's services keep it: added, changed, found, deleted, tagged, imported."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from msgspec import UNSET
from tests.integration.services.world import ACME, ACME_BUCKET, BETA, GROUP, START, World, address

from viesti.domain.contact import Contact, ContactCount
from viesti.services.contacts.add import AddContact
from viesti.services.contacts.create_in_group import CreateInGroup
from viesti.services.contacts.delete import DeleteContact
from viesti.services.contacts.delete_from_group import DeleteFromGroup
from viesti.services.contacts.duplicates import FindDuplicates
from viesti.services.contacts.fields import ContactFields, Property
from viesti.services.contacts.get import GetContact
from viesti.services.contacts.import_contacts import ContactLine, ImportContacts
from viesti.services.contacts.listing import ListContacts
from viesti.services.contacts.make_keys import MakeKeys
from viesti.services.contacts.search import SearchContacts
from viesti.services.contacts.seen import ContactSeen, Whose
from viesti.services.contacts.tags import Tags, TagSeen
from viesti.services.contacts.update import UpdateContact
from viesti.services.contacts.update_in_group import UpdateInGroup
from viesti.services.fold_counts import FoldCounts
from viesti.services.refusals import Invalid, Missing, Taken
from viesti.services.sweep_lists import SweepLists

pytestmark = pytest.mark.integration
APPLICATION = 51


class Book:
    """The operations on Acme's contacts, or on another customer's."""

    def __init__(self, world: World) -> None:
        self.world = world
        store, now = world.store, world.clock
        self._add = AddContact(store, now)
        self._get = GetContact(store)
        self._update = UpdateContact(store, now)
        self._delete = DeleteContact(store)
        self._search = SearchContacts(store)
        self._listing = ListContacts(store)
        self._duplicates = FindDuplicates(store)
        self.tags = Tags(store, now)
        self.take = ImportContacts(store, now, "ops")

    def of(self, customer: int = ACME) -> Any:
        return self.world.estate.current.estate.customers[customer]

    async def add(
        self, number: str, *, of: int = ACME, tags: Sequence[str] = (), allow_sms: Any = UNSET, **fields: Any
    ) -> Any:
        given = ContactFields(**fields)
        return await self._add(self.of(of), APPLICATION, number, given, tags, allow_sms)

    async def added(self, number: int, **about: Any) -> ContactSeen:
        made = await self.add("+" + address(number), **about)
        assert isinstance(made, ContactSeen), made
        return made

    async def update(
        self,
        whose: Whose,
        *,
        of: int = ACME,
        number: Any = UNSET,
        tags: Sequence[str] = (),
        allow_sms: Any = UNSET,
        **fields: Any,
    ) -> Any:
        given = ContactFields(**fields)
        return await self._update(self.of(of), APPLICATION, whose, number, given, tags, allow_sms)

    async def get(self, whose: Whose, of: int = ACME) -> Any:
        return await self._get(self.of(of), whose)

    async def delete(self, whose: Whose, of: int = ACME) -> Missing | None:
        return await self._delete(self.of(of), whose)

    async def found(self, text: str, *, of: int = ACME, numbers: bool = False, **page: int) -> list[str]:
        """The last digits of those who are found."""
        page = {"limit": 10, "offset": 0} | page
        seen = await self._search(self.of(of), text, numbers_only=numbers, **page)
        return [str(int((each.contact.phone or "")[5:])) for each in seen]

    async def listed(self, limit: int = 10, offset: int = 0, *, descending: bool = False) -> list[int]:
        seen = await self._listing(self.of(), limit=limit, offset=offset, descending=descending)
        return [each.contact.id for each in seen]

    async def alike(self, limit: int = 10, offset: int = 0) -> list[tuple[str, str, int]]:
        found = await self._duplicates(self.of(), limit=limit, offset=offset)
        return [(each.kind, each.value, len(each.contacts)) for each in found]

    async def tags_of(self, contact: int) -> list[tuple[str, bool]]:
        found = await self.tags.of_contact(self.of(), contact)
        assert not isinstance(found, Missing)
        return [(tag.name, tag.subscribed) for tag in found]

    async def imported(self, *lines: ContactLine) -> tuple[int, int, list[tuple[int, str]]]:
        done = await self.take(self.of(), lines)
        return done.made, done.changed, [(bad.number, bad.problem.field) for bad in done.bad]

    async def count(self, table: str) -> int:
        return int(await self.world.value(f"select count(*) from {table}"))


@pytest.fixture
def book(world: World) -> Book:
    return Book(world)


async def test_added_and_seen_again(book: Book) -> None:
    made = await book.add(
        "040 0000001",
        first_name="Ada",
        last_name="Lovelace",
        external_reference="crm-1",
        properties=(Property("Custom01", "gold"),),
    )
    assert made.contact == Contact(
        id=made.contact.id,
        bucket=ACME_BUCKET,
        customer_id=ACME,
        phone=address(1),
        external_reference="crm-1",
        source="api",
        first_name="Ada",
        last_name="Lovelace",
        properties=(("Custom01", "gold"),),
        created_at=START,
    )
    assert (made.allow_sms, made.rating) == (True, 50)
    assert await book.get(made.contact.id) == await book.get("crm-1") == made


async def test_what_is_another_s_is_not_there(book: Book) -> None:
    made = await book.added(1, external_reference="crm-1", first_name="Ada")
    for whose in (made.contact.id, "crm-1"):
        assert isinstance(await book.get(whose, of=BETA), Missing)
        assert isinstance(await book.update(whose, of=BETA, first_name="Eve"), Missing)
        assert isinstance(await book.delete(whose, of=BETA), Missing)
    assert await book.found("Ada", of=BETA) == []
    theirs = await book.added(1, of=BETA, external_reference="crm-1")
    assert theirs.contact.id != made.contact.id
    assert (await book.get("crm-1")) == made


async def test_a_number_and_a_reference_are_of_one_contact(book: Book) -> None:
    made = await book.added(1, external_reference="crm-1")
    again = await book.add("+" + address(1))
    assert isinstance(again, Taken)
    assert again.field == "phone"
    assert str(made.contact.id) in again.sentence
    again = await book.add("+" + address(2), external_reference="crm-1", tags=["new"])
    assert isinstance(again, Taken)
    assert again.field == "external_reference"
    assert (await book.count("contacts"), await book.count("lists")) == (1, 0)


async def test_two_at_once_are_one(book: Book) -> None:
    results = await asyncio.gather(*(book.add("+" + address(1), external_reference="r") for _ in range(4)))
    assert sorted(type(each).__name__ for each in results) == ["ContactSeen", "Taken", "Taken", "Taken"]
    results = await asyncio.gather(*(book.add("+" + address(n), external_reference="q") for n in range(5, 9)))
    assert sorted(type(each).__name__ for each in results) == ["ContactSeen", "Taken", "Taken", "Taken"]


async def test_who_wrote_or_is_in_a_group_is_completed(book: Book) -> None:
    group = book.world.estate.current.estate.services[GROUP]
    create = CreateInGroup(book.world.store, book.world.clock)
    identifier = await create(book.of(), group, address(1), (), ContactFields(city="Turku"), True)
    made = await book.added(1, first_name="Ada")
    assert made.contact.id == identifier
    assert (made.contact.city, made.contact.first_name, made.contact.source) == ("Turku", "Ada", "api")
    await DeleteFromGroup(book.world.store)(book.of(), group, address(1))
    assert isinstance(await book.get(made.contact.id), ContactSeen)


async def test_everything_wrong_is_told_at_once(book: Book) -> None:
    wrong = await book.add("123", email="x" * 321, tags=["a,b", ""])
    assert isinstance(wrong, Invalid)
    assert [(each.field, each.index) for each in wrong.problems] == [
        ("phone", None),
        ("email", None),
        ("tags", 0),
        ("tags", 1),
    ]
    assert await book.count("contacts") == 0


async def test_only_what_is_given_changes(book: Book) -> None:
    made = await book.added(1, first_name="Ada", last_name="Lovelace", external_reference="crm-1")
    book.world.clock.advance(minutes=1)
    changed = await book.update("crm-1", last_name="King", city="")
    expected = replace(made.contact, last_name="King", updated_at=book.world.clock.now)
    assert changed.contact == expected
    assert await book.found("king") == ["1"]
    assert await book.found("lovelace") == []


async def test_a_number_changes_and_conflicts_change_nothing(book: Book) -> None:
    made = await book.added(1, external_reference="crm-1")
    await book.added(2, external_reference="crm-2")
    changed = await book.update(made.contact.id, number="040 000 0003", external_reference="crm-3")
    assert (changed.contact.phone, changed.contact.external_reference) == (address(3), "crm-3")
    assert await book.found(address(3)) == ["3"]
    assert await book.found("0400000001") == []
    for wrong in ({"number": address(2)}, {"external_reference": "crm-2"}):
        assert isinstance(await book.update(made.contact.id, **wrong, first_name="Eve", tags=["t"]), Taken)
    assert await book.get(made.contact.id) == changed
    assert await book.count("lists") == 0
    same = await book.update(made.contact.id, number="", first_name="Ada")
    assert same.contact.phone == address(3)


async def test_deleted_with_all_that_hangs_on_it(book: Book) -> None:
    made = await book.added(1, first_name="Ada", tags=["vip"], allow_sms=False)
    async with book.world.store.transaction() as tx:
        await tx.contacts.count([ContactCount(64, 5, ACME, address(1), "inbound", 1, START)])
    await FoldCounts(book.world.store)()
    assert await book.delete(made.contact.id) is None
    for table in ("contacts", "contact_keys", "contact_counters", "list_members"):
        assert await book.count(table) == 0, table
    assert isinstance(await book.delete(made.contact.id), Missing)
    assert not (await book.added(1)).allow_sms


async def test_whether_he_may_be_written_to(book: Book) -> None:
    made = await book.added(1, allow_sms=False)
    assert not made.allow_sms
    assert not (await book.update(made.contact.id, allow_sms=False)).allow_sms
    assert not (await book.update(made.contact.id, first_name="Ada")).allow_sms
    assert (await book.update(made.contact.id, allow_sms=True)).allow_sms
    assert (await book.update(made.contact.id, allow_sms=True)).allow_sms
    ledger = await book.world.rows("select action, scope, source, evidence from consent_ledger order by id")
    evidence = f"application {APPLICATION}, contact {made.contact.id}"
    assert [tuple(line.values()) for line in ledger] == [
        ("stop", "all", "txtsync", evidence),
        ("start", "all", "txtsync", evidence),
    ]


async def test_found_by_name_number_reference_and_address(book: Book) -> None:
    await book.added(1, first_name="Änna Maria", last_name="Virtanen", email="anna.v@example.test")
    await book.added(2, first_name="Anna", last_name="Virta", external_reference="CRM/2")
    await book.added(12, first_name="Pekka", last_name="O'Neill", email="pekka@example.test")
    for text, expected in {
        "anna": ["1", "2"],
        "virt an": ["2", "1"],
        "maria virtanen anna": ["1"],
        "VIRTANEN": ["1"],
        "oneill": ["12"],
        "o'nei pek": ["12"],
        "tanen": [],
        "040 000 0001": ["1"],
        "+358 (0)40 0000001": ["1"],
        "0400000012": ["12"],
        "35840000000": ["1", "2"],
        "crm/2": ["2"],
        "CRM": ["2"],
        "anna.v@": ["1"],
        "Pekka@Example.TEST": ["12"],
        "%": [],
        "_": [],
        "": [],
    }.items():
        assert await book.found(text) == expected, text
    assert await book.found("anna", numbers=True) == []
    assert await book.found("0400", numbers=True) == ["1", "2", "12"]
    assert await book.found("anna", limit=1, offset=1) == ["2"]


async def test_a_group_s_contacts_are_found_too(book: Book) -> None:
    group = book.world.estate.current.estate.services[GROUP]
    store, clock = book.world.store, book.world.clock
    fields = ContactFields(first_name="Grace", last_name="Hopper")
    await CreateInGroup(store, clock)(book.of(), group, address(1), (), fields, True)
    assert await book.found("hop gra") == ["1"]
    changed = ContactFields(last_name="Murray")
    await UpdateInGroup(store, clock)(book.of(), group, address(1), (), changed, None)
    assert (await book.found("hopper"), await book.found("murray")) == ([], ["1"])
    await DeleteFromGroup(store)(book.of(), group, address(1))
    assert (await book.found("murray"), await book.count("contact_keys")) == ([], 0)


async def test_listed_page_by_page(book: Book) -> None:
    ids = [(await book.added(number)).contact.id for number in range(5)]
    await book.added(9, of=BETA)
    assert await book.listed() == ids
    assert await book.listed(2, 1, descending=True) == [ids[3], ids[2]]


async def test_the_same_name_or_address_under_several_numbers(book: Book) -> None:
    await book.added(1, first_name="Anna", last_name="Virtanen", email="a@example.test")
    await book.added(2, first_name="Virtanen", last_name="Änna", email="A@example.test")
    await book.added(3, first_name="Anna")
    await book.added(4, first_name="Anna")
    await book.added(5, of=BETA, first_name="Anna", last_name="Virtanen")
    assert await book.alike() == [("email", "a@example.test", 2), ("name", "anna virtanen", 2)]
    assert await book.alike(1, 1) == [("name", "anna virtanen", 2)]


async def test_tags_are_made_when_new_and_added_to_those_present(book: Book) -> None:
    made = await book.added(1, tags=["VIP", "guests"])
    await book.update(made.contact.id, tags=["vip", "New"])
    assert await book.tags_of(made.contact.id) == [("guests", True), ("New", True), ("VIP", True)]
    listed = await book.tags.list(book.of(), limit=10, offset=0)
    assert [(tag.name, tag.contacts) for tag in listed] == [("guests", 1), ("New", 1), ("VIP", 1)]
    assert await book.tags.list(book.of(BETA), limit=10, offset=0) == []


async def test_a_group_s_list_is_no_tag(book: Book) -> None:
    group = book.world.estate.current.estate.services[GROUP]
    store, clock = book.world.store, book.world.clock
    await CreateInGroup(store, clock)(book.of(), group, address(1), (), ContactFields(), True)
    wrong = await book.add("+" + address(2), tags=["fine", group.key])
    assert isinstance(wrong, Invalid)
    assert [(each.field, each.index) for each in wrong.problems] == [("tags", 1)]
    assert isinstance(await book.tags.create(book.of(), group.key), Taken)
    assert [tag.name for tag in await book.tags.list(book.of(), limit=9, offset=0)] in ([], ["fine"])
    assert await book.count("contacts") == 1


async def test_a_tag_s_life(book: Book) -> None:
    customer, tags = book.of(), book.tags
    made = await tags.create(customer, " Guests ")
    assert isinstance(made, TagSeen)
    assert (made.name, made.contacts) == ("Guests", 0)
    assert isinstance(await tags.create(customer, "guests"), Taken)
    assert isinstance(await tags.create(customer, "a,b"), Invalid)
    contact = (await book.added(1)).contact.id
    put = await tags.put(customer, contact, made.id, subscribed=False)
    assert not isinstance(put, Missing | Invalid)
    assert await book.tags_of(contact) == [("Guests", False)]
    await tags.put(customer, contact, "GUESTS", subscribed=True)
    assert await book.tags_of(contact) == [("Guests", True)]
    other = await tags.create(customer, "Other")
    assert isinstance(other, TagSeen)
    assert isinstance(await tags.rename(customer, other.id, "guests"), Taken)
    renamed = await tags.rename(customer, made.id, "GUESTS")
    assert renamed == TagSeen(made.id, "GUESTS", 1)
    for foreign in (
        await tags.get(book.of(BETA), made.id),
        await tags.rename(book.of(BETA), made.id, "X"),
        await tags.delete(book.of(BETA), made.id),
        await tags.put(book.of(BETA), contact, made.id, subscribed=True),
        await tags.of_contact(book.of(BETA), contact),
    ):
        assert isinstance(foreign, Missing)
    assert await tags.delete(customer, made.id) is None
    assert isinstance(await tags.get(customer, made.id), Missing)
    assert await book.tags_of(contact) == []
    assert isinstance(await tags.create(customer, "GUESTS"), TagSeen)
    sweep = SweepLists(book.world.store)
    while await sweep():
        pass
    assert await book.count("list_members") == 0
    assert isinstance(await book.get(contact), ContactSeen)


async def test_counters_and_the_rating_are_seen(book: Book) -> None:
    made = await book.added(1)
    kinds = [("inbound", 1, 0), ("outbound", 2, 2), ("failed", 1, 0), ("click", 1, 0)]
    counts = [
        ContactCount(64 * n, 5, ACME, address(1), kind, many, START, links)
        for n, (kind, many, links) in enumerate(kinds)
    ]
    async with book.world.store.transaction() as tx:
        await tx.contacts.count(counts)
    await FoldCounts(book.world.store)()
    seen = await book.get(made.contact.id)
    assert tuple(seen.counters)[:5] == (1, 2, 1, 2, 1)
    assert seen.rating == 56


def line(number: int, phone: str = "", **about: Any) -> ContactLine:
    outer = {name: about.pop(name) for name in ("tags", "allow_sms") if name in about}
    return ContactLine(number=number, phone=phone or address(number), fields=ContactFields(**about), **outer)


async def test_imported_with_bad_lines_left_out(book: Book) -> None:
    await book.added(2, first_name="Old", external_reference="crm-2")
    await book.added(9, external_reference="crm-9")
    await book.added(10)
    made, changed, bad = await book.imported(
        line(1, first_name="Ada", tags=("new",), allow_sms=False),
        line(2, last_name="Known"),
        line(3, "12"),
        line(4, email="x" * 321),
        line(5, external_reference="crm-2"),
        line(6, address(10), external_reference="crm-9"),
        line(7, address(1), city="Turku"),
    )
    assert (made, changed) == (1, 3)
    assert bad == [(3, "phone"), (4, "email"), (6, "external_reference")]
    assert await book.found("ada") == ["1"]
    moved = await book.get("crm-2")
    assert (moved.contact.phone, moved.contact.first_name, moved.contact.last_name) == (
        address(5),
        "Old",
        "Known",
    )
    (ada,) = await book._search(book.of(), "ada", numbers_only=False, limit=1, offset=0)
    assert (ada.contact.city, ada.allow_sms, ada.contact.source) == ("Turku", False, "import")
    assert await book.tags_of(ada.contact.id) == [("new", True)]
    assert await book.imported(line(1, first_name="Ada", tags=("new",), allow_sms=False)) == (0, 1, [])
    assert await book.count("consent_ledger") == 1


async def test_imported_beside_each_other(book: Book) -> None:
    """Two imports of the same people make each of them once."""
    lines = [line(number, first_name=f"N{number}", tags=("all",)) for number in range(1200)]
    done = await asyncio.gather(book.imported(*lines), book.imported(*reversed(lines)))
    assert sum(made for made, *_ in done) == 1200
    assert sum(changed for _, changed, _ in done) == 1200
    assert (await book.count("contacts"), await book.count("list_members")) == (1200, 1200)


async def test_keys_of_contacts_that_had_none(book: Book) -> None:
    for number in range(5):
        await book.added(number, first_name=f"Name{number}")
    await book.world.change("delete from contact_keys")
    assert await book.found("name3") == []
    make = MakeKeys(book.world.store, step=2)
    while await make():
        pass
    assert await book.found("name3") == ["3"]
    await book.added(7, first_name="Name7")
    await book.world.change("delete from contact_keys")
    assert await MakeKeys(book.world.store)() == 0  # it is done once, also for a process that starts later
