"""Sending to a whole group: who gets it, who is told why not, and going on after a break."""

from __future__ import annotations

import pytest
from tests.integration.services.world import ACME, GROUP, START, World, address

from viesti.services.contacts.create_in_group import CreateInGroup
from viesti.services.contacts.delete_from_group import DeleteFromGroup
from viesti.services.contacts.fields import ContactFields
from viesti.services.requests import NotAccepted
from viesti.services.send_to_group import Progress, SendToGroup

pytestmark = pytest.mark.integration


class Group:
    """The group of the world, and a way to write to it."""

    def __init__(self, world: World) -> None:
        self.world = world
        estate = world.estate.current.estate
        self.service = estate.services[GROUP]
        self.customer = estate.customers[ACME]
        self._create = CreateInGroup(world.store, world.clock)
        self._delete = DeleteFromGroup(world.store)

    async def join(self, *phones: str, active: bool = True) -> None:
        for phone in phones:
            made = await self._create(self.customer, self.service, f"+{phone}", (), ContactFields(), active)
            assert isinstance(made, int)

    async def leave(self, *phones: str) -> None:
        for phone in phones:
            assert await self._delete(self.customer, self.service, f"+{phone}") is True

    async def send(
        self, text: str = "Hello", *, request_id: str = "once", sender: str = "", pages: int | None = None
    ) -> list[Progress | NotAccepted]:
        """Send by pages of three, to the end or broken off after so many."""
        done = []
        sending = SendToGroup(self.world.store, self.world.submit, page=3)
        async for progress in sending(self.customer, self.service, sender, text, request_id):
            done.append(progress)
            if len(done) == pages:
                break
        return done

    async def sent_to(self) -> list[str]:
        rows = await self.world.rows("select address from recipients order by id")
        return [row["address"] for row in rows]


@pytest.fixture
async def group(world: World) -> Group:
    return Group(world)


async def test_everybody_in_the_group_once(group: Group) -> None:
    everybody = [address(number) for number in range(7)]
    await group.join(*everybody)
    assert [(one.accepted, one.parts) for one in await group.send() if isinstance(one, Progress)] == [
        (3, 3), (3, 3), (1, 1),
    ]  # fmt: skip
    assert await group.sent_to() == everybody
    message = await group.world.row("select distinct sender, service_id, dialect from messages")
    assert message == {"sender": "Acme", "service_id": GROUP, "dialect": "group"}


async def test_nobody(group: Group) -> None:
    assert await group.send() == []


async def test_inactive_ones_and_those_who_opted_out_get_nothing(group: Group) -> None:
    await group.join(address(1), address(3))
    await group.join(address(2), active=False)
    await group.world.change(
        "insert into opt_outs (customer_id, bucket, address, since) values ($1, 5, $2, $3)",
        ACME, address(3), START,
    )  # fmt: skip
    (done,) = await group.send()
    assert isinstance(done, Progress)
    assert (done.accepted, done.opted_out, done.parts) == (1, 1, 1)
    assert len(await group.world.queued()) == 1
    assert address(2) not in await group.sent_to()


async def test_who_can_t_be_sent_to_holds_up_nobody(group: Group) -> None:
    await group.world.change("update routes set prefix = '358'")
    await group.join(address(1), "46701234567", address(2), "46701234568", "46701234569", "46701234560")
    first, second = await group.send()
    assert isinstance(first, Progress) and isinstance(second, Progress)
    assert (first.accepted, [one.phone for one in first.refused]) == (2, ["46701234567"])
    assert first.refused[0].sentence == "No route leads to +46701234567."
    assert (second.message_id, len(second.refused)) == (None, 3)
    assert await group.sent_to() == [address(1), address(2)]


async def test_a_message_that_nobody_could_get(group: Group) -> None:
    await group.join(*(address(number) for number in range(5)))
    (refused,) = await group.send(sender="Nobody's")
    assert isinstance(refused, NotAccepted)
    assert refused.problems[0].field == "sender"
    assert await group.sent_to() == []


async def test_going_on_where_it_was_broken_off(group: Group) -> None:
    everybody = [address(number) for number in range(8)]
    await group.join(*everybody)
    await group.send(pages=2)
    await group.leave(address(0), address(4))
    await group.join(address(9))
    again = await group.send()
    assert [(one.repeated, one.accepted) for one in again if isinstance(one, Progress)] == [
        (True, 3), (True, 3), (False, 3),
    ]  # fmt: skip
    assert await group.sent_to() == [*everybody, address(9)]
    assert len(await group.send()) == 3
    assert len(await group.sent_to()) == 9


async def test_another_text_under_the_same_request_id(group: Group) -> None:
    await group.join(address(1))
    await group.send()
    (refused,) = await group.send("Something else")
    assert isinstance(refused, NotAccepted) and refused.conflict
    assert len(await group.sent_to()) == 1


async def test_another_request_id_sends_again(group: Group) -> None:
    await group.join(address(1))
    await group.send()
    await group.send(request_id="twice")
    assert await group.sent_to() == [address(1), address(1)]
