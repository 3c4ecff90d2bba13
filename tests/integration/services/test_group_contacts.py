"""Contacts of groups: made, changed, taken out, emptied, swept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    BETA,
    BETA_GROUP,
    GROUP,
    ONE_WAY,
    START,
    World,
    address,
)

from viesti.domain.contact import Contact, ContactCount
from viesti.domain.estate import Customer, Service
from viesti.services.contacts.create_in_group import CreateInGroup
from viesti.services.contacts.delete_from_group import DeleteFromGroup
from viesti.services.contacts.empty_group import EmptyGroup
from viesti.services.contacts.fields import ContactFields, Property
from viesti.services.contacts.get_in_group import ContactInGroup, GetInGroup
from viesti.services.contacts.hold import hold_contact, list_named
from viesti.services.contacts.update_in_group import UpdateInGroup
from viesti.services.fold_counts import FoldCounts
from viesti.services.refusals import Invalid, Taken
from viesti.services.sweep_lists import SweepLists
from viesti.storage.store import Transaction

pytestmark = pytest.mark.integration

OTHER_GROUP = 14
PHONE = address(1)
FULL = ContactFields(
    email="ada@example.test",
    first_name="Ada",
    last_name="Lovelace",
    company="Analytical Engines",
    gender="female",
    birth_year=1915,
    address_line1="Mannerheimintie 1",
    address_line2="B 12",
    postcode="00100",
    city="Helsinki",
    county="Uusimaa",
    country="Suomi",
    country_code="fin",
    properties=(Property("size", "M"), Property("dog", "Rex")),
)


class Groups:
    """The operations on the groups of the world."""

    def __init__(self, world: World) -> None:
        self.world = world
        store = world.store
        self._create = CreateInGroup(store, world.clock)
        self._get = GetInGroup(store)
        self._update = UpdateInGroup(store, world.clock)
        self._delete = DeleteFromGroup(store)
        self._empty = EmptyGroup(store, world.clock)
        self.sweep = SweepLists(store, step=3)
        self.fold = FoldCounts(store)

    def of(self, service_id: int) -> tuple[Customer, Service]:
        estate = self.world.estate.current.estate
        service = estate.services[service_id]
        return estate.customers[service.customer_id], service

    async def create(
        self,
        phone: str = PHONE,
        *,
        group: int = GROUP,
        regions: tuple[str, ...] = (),
        fields: ContactFields | None = None,
        active: bool = True,
    ) -> int | Taken | Invalid:
        return await self._create(*self.of(group), phone, regions, fields or ContactFields(), active)

    async def get(self, phone: str = PHONE, *, group: int = GROUP) -> ContactInGroup | None:
        found = await self._get(*self.of(group), phone, ())
        assert not isinstance(found, Invalid)
        return found

    async def update(
        self, phone: str = PHONE, *, group: int = GROUP, active: bool | None = None, **fields: Any
    ) -> bool | Invalid:
        return await self._update(*self.of(group), phone, (), ContactFields(**fields), active)

    async def delete(self, phone: str = PHONE, *, group: int = GROUP) -> bool | Invalid:
        return await self._delete(*self.of(group), phone)

    async def empty(self, group: int = GROUP) -> bool:
        return await self._empty(*self.of(group))

    async def sweep_all(self) -> None:
        while await self.sweep():
            pass

    async def phones(self, group: int = GROUP) -> list[str]:
        rows = await self.world.rows(
            "select phone from lists l join list_members m on m.list_id = l.id"
            " join contacts c on c.id = m.contact_id where l.service_id = $1 order by phone",
            group,
        )
        return [row["phone"] for row in rows]

    async def count(self, table: str) -> int:
        return int(await self.world.value(f"select count(*) from {table}"))


@pytest.fixture
async def groups(world: World) -> Groups:
    other = {"id": OTHER_GROUP, "customer_id": ACME, "key": "staff", "name": "Staff", "kind": "Group"}
    await world.insert("services", {**other, "created_at": START})
    return Groups(world)


async def test_every_field_is_kept(groups: Groups) -> None:
    identifier = await groups.create(fields=FULL)
    found = await groups.get()
    assert found and found.active
    assert found.contact == Contact(
        id=identifier,  # type: ignore[arg-type]
        bucket=ACME_BUCKET,
        customer_id=ACME,
        phone=PHONE,
        source="group",
        email="ada@example.test",
        first_name="Ada",
        last_name="Lovelace",
        company="Analytical Engines",
        gender="Female",
        birth_year=1915,
        address_line1="Mannerheimintie 1",
        address_line2="B 12",
        postcode="00100",
        city="Helsinki",
        county="Uusimaa",
        country="Suomi",
        country_code="FIN",
        properties=(("size", "M"), ("dog", "Rex")),
        created_at=START,
    )


async def test_a_change_leaves_what_it_does_not_name(groups: Groups) -> None:
    await groups.create(fields=FULL)
    before = await groups.get()
    groups.world.clock.advance(seconds=5)
    assert await groups.update(city="Turku", properties=(Property("cat", "Tom"), Property("dog", "")))
    after = await groups.get()
    assert before and after
    assert after.contact.city == "Turku"
    assert after.contact.properties == (("size", "M"), ("cat", "Tom"))
    assert after.contact.updated_at == groups.world.clock.now
    unchanged = {"first_name", "email", "birth_year", "gender", "country_code", "created_at", "phone"}
    assert {name: getattr(after.contact, name) for name in unchanged} == {
        name: getattr(before.contact, name) for name in unchanged
    }
    assert after.active


async def test_empty_values_clear(groups: Groups) -> None:
    await groups.create(fields=FULL)
    assert await groups.update(first_name="", gender="", birth_year=0, country_code="")
    found = await groups.get()
    assert found
    contact = found.contact
    assert (contact.first_name, contact.gender, contact.birth_year, contact.country_code) == (
        "", None, None, None,
    )  # fmt: skip


async def test_active_is_changed_only_when_it_is_said(groups: Groups) -> None:
    await groups.create(active=False)
    await groups.update(city="Turku")
    found = await groups.get()
    assert found and not found.active
    await groups.update(active=True)
    found = await groups.get()
    assert found and found.active and found.contact.city == "Turku"


async def test_somebody_is_in_a_group_once(groups: Groups) -> None:
    first = await groups.create(fields=ContactFields(city="Turku"))
    assert isinstance(first, int)
    again = await groups.create(f"+{PHONE}", fields=ContactFields(city="Oulu"))
    assert again == Taken("phone", f"+{PHONE} is in this group already.")
    found = await groups.get()
    assert found and found.contact.city == "Turku"


async def test_parallel_creations_of_one_number(groups: Groups) -> None:
    async with groups.world.another() as other:
        elsewhere = CreateInGroup(other.store, groups.world.clock)
        results = await asyncio.gather(
            *(
                create(*groups.of(GROUP), PHONE, (), ContactFields(), True)
                for create in (groups._create, elsewhere) * 10
            )
        )
    assert sorted(type(result).__name__ for result in results) == ["Taken"] * 19 + ["int"]
    assert await groups.phones() == [PHONE]
    assert await groups.count("lists") == 1


async def test_one_contact_in_two_groups(groups: Groups) -> None:
    first = await groups.create(fields=ContactFields(city="Turku", first_name="Ada"))
    second = await groups.create(group=OTHER_GROUP, fields=ContactFields(city="Oulu"), active=False)
    assert first == second
    for group, active in ((GROUP, True), (OTHER_GROUP, False)):
        found = await groups.get(group=group)
        assert found and (found.contact.city, found.contact.first_name) == ("Oulu", "Ada")
        assert found.active is active
    assert await groups.delete()
    assert await groups.get() is None
    assert await groups.get(group=OTHER_GROUP)
    assert await groups.delete(group=OTHER_GROUP)
    assert await groups.count("contacts") == 0


async def test_customers_have_books_of_their_own(groups: Groups) -> None:
    await groups.create(fields=ContactFields(city="Turku"))
    assert await groups.get(group=BETA_GROUP) is None
    assert await groups.update(group=BETA_GROUP, city="Oulu") is False
    assert await groups.delete(group=BETA_GROUP) is False
    await groups.create(group=BETA_GROUP)
    await groups.empty(BETA_GROUP)
    found = await groups.get()
    assert found and found.contact.city == "Turku"
    owners = await groups.world.rows("select customer_id from contacts order by customer_id")
    assert [row["customer_id"] for row in owners] == [ACME, BETA]


@pytest.mark.parametrize(
    ("written", "regions", "digits"),
    [
        ("0401234567", (), "358401234567"),  # the customer's own
        ("040 123 4567", ("fi",), "358401234567"),
        ("070 123 45 67", ("SE", "FI"), "46701234567"),
        ("+46 70 123 45 67", ("FI",), "46701234567"),
        ("0401234567", ("NO", "FI"), "358401234567"),  # no Norwegian number: the next region
        ("07911 123456", ("FI", "GB"), "447911123456"),
    ],
)
async def test_regions_in_their_order(
    groups: Groups, written: str, regions: tuple[str, ...], digits: str
) -> None:
    assert isinstance(await groups.create(written, regions=regions), int)
    assert await groups.phones() == [digits]


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        ({"phone": "x"}, {"phone"}),
        ({"phone": "12"}, {"phone"}),
        ({"phone": "0" * 65}, {"phone"}),
        ({"regions": ("FI", "Finland")}, {"regions"}),
        ({"fields": ContactFields(gender="robot")}, {"gender"}),
        ({"fields": ContactFields(birth_year=1899)}, {"birth_year"}),
        ({"fields": ContactFields(birth_year=2201)}, {"birth_year"}),
        ({"fields": ContactFields(country_code="FI")}, {"country_code"}),
        ({"fields": ContactFields(email="a" * 321)}, {"email"}),
        ({"fields": ContactFields(city="a" * 256, county="\0")}, {"city", "county"}),
        ({"fields": ContactFields(properties=(Property("", "M"),))}, {"properties"}),
        ({"fields": ContactFields(properties=(Property("a" * 101),))}, {"properties"}),
        ({"fields": ContactFields(properties=(Property("a", "a" * 1001),))}, {"properties"}),
        ({"fields": ContactFields(properties=(Property("a"),) * 101)}, {"properties"}),
        ({"phone": "x", "fields": ContactFields(gender="robot")}, {"phone", "gender"}),
    ],
)
async def test_wrong_fields_are_named(groups: Groups, arguments: dict[str, Any], fields: set[str]) -> None:
    refused = await groups.create(**arguments)
    assert isinstance(refused, Invalid)
    assert {problem.field for problem in refused.problems} == fields
    assert await groups.count("contacts") == 0


async def test_properties_don_t_grow_without_end(groups: Groups) -> None:
    await groups.create(fields=ContactFields(properties=tuple(Property(f"p{n}", "x") for n in range(100))))
    refused = await groups.update(properties=(Property("one more", "x"),))
    assert isinstance(refused, Invalid)
    found = await groups.get()
    assert found and len(found.contact.properties) == 100


async def test_who_is_not_in_the_group(groups: Groups) -> None:
    await groups.create(group=OTHER_GROUP)
    assert await groups.get() is None
    assert await groups.update(city="Turku") is False
    assert await groups.delete() is False


async def test_emptied_and_swept(groups: Groups) -> None:
    for number in range(10):
        await groups.create(address(number))
    await groups.create(address(3), group=OTHER_GROUP)
    assert await groups.empty()
    assert await groups.phones() == []
    assert await groups.get(address(1)) is None
    assert await groups.count("contacts") == 10  # not yet
    await groups.create(address(20))  # on a list of its own
    await groups.sweep_all()
    left = await groups.world.rows("select phone from contacts order by phone")
    assert [row["phone"] for row in left] == [address(3), address(20)]
    assert await groups.phones() == [address(20)]
    assert await groups.phones(OTHER_GROUP) == [address(3)]
    names = await groups.world.rows("select name from lists order by name")
    assert [row["name"] for row in names] == ["staff", "vip"]
    assert await groups.count("list_members") == 2


async def test_emptied_when_there_was_nobody(groups: Groups) -> None:
    assert not await groups.empty()
    await groups.create()
    assert await groups.empty()
    assert not await groups.empty()


async def test_nothing_old_comes_back(groups: Groups) -> None:
    old = await groups.create(fields=FULL)
    await groups.world.change(
        "insert into contact_counters (contact_id, bucket, failed) values ($1, 5, 7)", old
    )
    await groups.empty()
    new = await groups.create(fields=ContactFields(city="Turku"))
    found = await groups.get()
    assert found and (found.contact.city, found.contact.first_name) == ("Turku", "")
    assert (found.contact.properties, found.counters.failed) == ((), 0)
    await groups.sweep_all()
    assert await groups.phones() == [PHONE]
    assert new != old
    assert await groups.count("contact_counters") == 0


async def test_what_others_know_stays(groups: Groups) -> None:
    """A contact that an inbound message made, or that has a reference, is no group's to delete."""
    await groups.create(address(1), fields=ContactFields(city="Turku"))
    await groups.create(address(2))
    await groups.world.change("update contacts set source = 'inbound' where phone = $1", address(1))
    await groups.world.change("update contacts set external_reference = 'X' where phone = $1", address(2))
    await groups.delete(address(1))
    await groups.empty()
    await groups.sweep_all()
    assert await groups.count("contacts") == 2
    await groups.create(address(1))
    found = await groups.get(address(1))
    assert found and found.contact.city == "Turku"


async def test_a_list_that_an_action_made_becomes_the_group_s(groups: Groups) -> None:
    customer, _ = groups.of(GROUP)
    async with groups.world.store.transaction() as tx:
        made = await list_named(tx, groups.world.store, customer, "vip")
    await groups.create()
    assert await groups.world.value("select id from lists where service_id = $1", GROUP) == made


async def test_created_while_the_group_is_emptied(groups: Groups) -> None:
    """Whoever was created before the emptying is gone, whoever after it stays: never on a dead list."""
    await groups.create(address(0))
    customer, service = groups.of(GROUP)
    held: asyncio.Event = asyncio.Event()
    go_on = asyncio.Event()

    async def slow(tx: Transaction) -> None:
        list_id = await tx.lists.of_service(service.id)
        assert list_id
        held.set()
        await go_on.wait()
        contact = Contact(
            id=64 * 77 + 5, bucket=5, customer_id=ACME, phone=address(1), source="group", created_at=START
        )
        await tx.lists.add(list_id, 5, [await hold_contact(tx, contact)], True, START)

    creating = asyncio.create_task(groups.world.store.run(slow))
    await held.wait()
    emptying = asyncio.create_task(groups.empty())
    await groups.world.until_one_waits_for_a_lock()
    go_on.set()
    await asyncio.gather(creating, emptying)
    assert await groups.phones() == []
    await groups.sweep_all()
    assert await groups.count("contacts") == 0
    assert customer.id == ACME


async def test_the_sweep_passes_whom_somebody_holds(groups: Groups) -> None:
    for number in range(5):
        await groups.create(address(number))
    await groups.empty()
    customer, service = groups.of(OTHER_GROUP)
    swept = asyncio.Event()
    held = asyncio.Event()

    async def slow(tx: Transaction) -> None:
        contact = await tx.contacts.lock_phone(ACME, address(2))
        assert contact
        held.set()
        await swept.wait()
        list_id = await list_named(tx, groups.world.store, customer, service.key)
        await tx.lists.add(list_id, 5, [contact.id], True, START)

    saving = asyncio.create_task(groups.world.store.run(slow))
    await held.wait()
    await groups.sweep_all()
    assert [row["phone"] for row in await groups.world.rows("select phone from contacts")] == [address(2)]
    swept.set()
    await saving
    await groups.sweep_all()
    assert [row["phone"] for row in await groups.world.rows("select phone from contacts")] == [address(2)]
    assert await groups.count("lists") == 1


async def test_members_without_a_contact_don_t_hold_up_the_sweep(groups: Groups) -> None:
    for number in range(5):
        await groups.create(address(number))
    await groups.world.change("delete from contacts where phone = any($1)", [address(n) for n in range(4)])
    await groups.empty()
    await groups.sweep_all()
    assert await groups.count("list_members") + await groups.count("lists") == 0


async def test_counts_are_folded(groups: Groups) -> None:
    await groups.create(address(1))
    await groups.create(address(2))
    counts = [
        (ACME, address(1), "failed"),
        (ACME, address(1), "failed"),
        (ACME, address(1), "outbound"),
        (ACME, address(2), "failed"),
        (ACME, address(2), "inbound"),
        (ACME, address(9), "failed"),  # nobody's
        (BETA, address(2), "failed"),  # not Beta's contact
    ]
    async with groups.world.store.transaction() as tx:
        await tx.contacts.count(
            [
                ContactCount(64 * n + 5, 5, customer, phone, kind, 1, groups.world.clock.advance(seconds=1))
                for n, (customer, phone, kind) in enumerate(counts, 1)
            ]
        )
    assert await groups.fold() == 7
    assert await groups.fold() == 0
    one, two = await groups.get(address(1)), await groups.get(address(2))
    assert one and two
    assert (one.counters.failed, one.counters.outbound, two.counters.failed) == (2, 1, 1)
    assert two.counters.inbound == 1
    assert one.counters.last_at and two.counters.last_at and two.counters.last_at > one.counters.last_at


async def test_a_service_of_another_kind_has_no_list(groups: Groups) -> None:
    assert await groups.get(group=ONE_WAY) is None
