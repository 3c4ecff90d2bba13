"""Nothing of another customer can be read, used, changed or guessed, by any operation.

Rule: Bo works for Acme alone, and every foreign id here is a real one of Beta's. The answer must be that
for an id that does not exist, octet by octet, and not one row of the store may change.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from tests.contract.bend import Call
from tests.contract.calls import SERVED, Contract, Ids, is_error
from tests.contract.conftest import ADA_AT_ACME

from viesti.services.guids import GuidKind

pytestmark = pytest.mark.integration

UNKNOWN = "01234567-89ab-cdef-0123-456789abcdef"
UNKNOWN_NUMBER = "358400000001"

# Where an operation takes what belongs to somebody, and what of Beta's is put there.
PLACES: dict[str, dict[str, tuple[str, ...]]] = {
    "GetUserCustomers": {},
    "GetCustomerServices": {"path Customer-Id": ("customer",)},
    "SendMessage": {
        "header Customer-Id": ("customer",),
        "header Service-Id": ("one_way", "two_way", "group"),
    },
    "SendReplyMessage": {
        "header Customer-Id": ("customer",),
        "header Service-Id": ("one_way", "two_way"),
        "path ParentMessageId": ("inbound",),
    },
    "SendDiscussionReplyMessage": {
        "header CustomerId": ("customer",),
        "body ThreadId": ("thread", "inbound", "message"),
    },
    "NewMessage": {"header Customer": ("customer",), "path Service": ("two_way", "one_way")},
    "DeleteTrigger": {"path Pipeline-Id": ("pipeline",), "path Action-Id": ("action",)},
    "CreateGroupContact": {"path Customer": ("customer",), "path Group Service": ("group",)},
    "GetGroupContact": {
        "path Customer": ("customer",),
        "path Group Service": ("group",),
        "path Phone": ("phone",),
    },
    "UpdateGroupContact": {"path Customer": ("customer",), "path Group Service": ("group",)},
    "DeleteGroupContact": {"path Customer": ("customer",), "path Group Service": ("group",)},
    "DeleteAllGroupContacts": {"path Customer": ("customer",), "path Group Service": ("group",)},
    "GetPhoneNumberRegions": {},
    "WhatsAppOptIn": {"path Sender": ("number",)},
    "WhatsAppOptOut": {"path Sender": ("number",)},
    "GetCustomerWhatsAppTemplates": {"path Customer-Id": ("customer",)},
    "CreateWhatsappTemplate": {"path Customer-Id": ("customer",), "path IdentityNumber": ("whatsapp",)},
    "GetWhatsappTemplateCategories": {},
    "GetCustomerWhatsappIdentities": {"path Customer-Id": ("customer",)},
    "SendWhatsappTemplateMessage": {
        "header Customer-Id": ("customer",),
        "header Service-Id": ("one_way", "two_way", "group"),
        "body TemplateName": ("template",),
    },
}
# Counted with every call, whoever it is from.
NOT_COMPARED = {"throttles"}


@dataclass(frozen=True, slots=True)
class Foreign:
    """Beta's things put into these places of a call for Acme; `token`: who calls."""

    operation: str
    places: tuple[tuple[str, str], ...]
    token: str = "bo"

    def __str__(self) -> str:
        named = ", ".join(f"{place} = Beta's {what}" for place, what in self.places)
        return f"{self.operation}: {named} by {self.token}"

    def put(self, call: Call, value_of: Callable[[str], str]) -> Call:
        for place, what in self.places:
            where, _, name = place.partition(" ")
            value = value_of(what)
            call = call.bent(body=call.body | {name: value}) if where == "body" else call.given(place, value)
        return call


def table() -> Iterator[Foreign]:
    for operation in SERVED:
        places = PLACES[operation]
        for place, things in places.items():
            for thing in things:
                yield Foreign(operation, ((place, thing),))
                # Ada works for both: even so what is Beta's is not Acme's.
                if thing not in ("customer", "number", "whatsapp"):
                    yield Foreign(operation, ((place, thing),), "ada")
                # And through a program of Acme's she sees Acme alone.
                yield Foreign(operation, ((place, thing),), ADA_AT_ACME)
        if len(places) > 1:
            yield Foreign(operation, tuple((place, things[0]) for place, things in places.items()))


TABLE = list(table())


@pytest.fixture(scope="session")
async def eyes(contract_database: str) -> AsyncIterator[Eyes]:
    connection = await asyncpg.connect(contract_database)
    yield Eyes(connection)
    await connection.close()


@pytest.mark.parametrize("foreign", TABLE, ids=str)
async def test_what_is_foreign_is_as_if_it_were_not_there(
    contract: Contract, eyes: Eyes, foreign: Foreign
) -> None:
    call = await contract.made(foreign.operation)
    unknown = foreign.put(
        call, lambda what: UNKNOWN_NUMBER if what in ("phone", "number", "whatsapp") else UNKNOWN
    )
    expected = await contract.ask(unknown, foreign.token)
    before = await eyes.everything()
    said = await contract.ask(foreign.put(call, lambda what: getattr(contract.beta, what)), foreign.token)
    is_error(said, 404)
    assert said.text == expected.text
    assert await eyes.everything() == before


async def test_a_change_would_be_seen(contract: Contract, eyes: Eyes) -> None:
    for operation in ("SendMessage", "CreateGroupContact", "WhatsAppOptIn"):
        call = await contract.made(operation)
        before = await eyes.everything()
        assert (await contract.ask(call)).status < 300
        assert await eyes.everything() != before


async def test_the_table_has_every_place_that_belongs_to_somebody() -> None:
    assert set(SERVED) <= set(PLACES)


async def test_a_contact_of_anothers_group_is_not_touched_through_ones_own(contract: Contract) -> None:
    phone = contract.beta.phone
    group = {"path Customer": contract.acme.customer, "path Group Service": contract.acme.group}
    beta = {"path Customer": contract.beta.customer, "path Group Service": contract.beta.group}
    before = await contract.ask(Call("GetGroupContact", beta | {"path Phone": phone}), "cy")
    assert before.status == 200
    for operation, body in (("UpdateGroupContact", {"firstName": "Mallory"}), ("DeleteGroupContact", None)):
        said = await contract.ask(Call(operation, group | {"path Phone": phone}, body))
        assert (said.status, said.body) == (200, False)
    said = await contract.ask(Call("DeleteAllGroupContacts", group))
    assert (said.status, said.body) == (200, True)
    after = await contract.ask(Call("GetGroupContact", beta | {"path Phone": phone}), "cy")
    assert after.text == before.text


async def test_lists_show_ones_own_alone(contract: Contract) -> None:
    customers = await contract.ask(Call("GetUserCustomers"))
    assert [each["customerId"] for each in customers.body["customerUsers"]] == [contract.acme.customer]
    for kind in ("OneWay", "TwoWay", "Group"):
        parameters = {"path Customer-Id": contract.acme.customer, "header ServiceType": kind}
        services = await contract.ask(Call("GetCustomerServices", parameters))
        assert not {each["id"] for each in services.body} & ids_of(contract.beta)


async def test_a_request_id_of_anothers_answers_nothing_of_his(contract: Contract) -> None:
    theirs = await contract.made("SendMessage", contract.beta)
    sent = await contract.ask(theirs, "cy")
    ours = await contract.made("SendMessage")
    said = await contract.ask(ours.bent(body=ours.body | {"RequestId": theirs.body["RequestId"]}))
    assert (sent.status, said.status) == (200, 200)
    assert said.body["MessageId"] != sent.body["MessageId"]
    assert said.body["Recipients"][0]["Address"] == ours.body["Recipients"][0]["Address"].removeprefix("+")


async def test_a_sender_of_anothers_is_not_used(contract: Contract, eyes: Eyes) -> None:
    call = await contract.made("SendMessage")
    before = await eyes.everything()
    for sender in (contract.beta.sender, contract.beta.number):
        is_error(await contract.ask(call.bent(body=call.body | {"Sender": sender})), 400, "Sender")
    assert await eyes.everything() == before


def test_an_id_is_not_guessed_from_another(contract: Contract) -> None:
    """Each of the 128 bits of a real id turned makes something that is nobody's."""
    for guid in sorted(ids_of(contract.acme) | ids_of(contract.beta)):
        value = int(guid.replace("-", ""), 16)
        for bit in range(128):
            digits = f"{value ^ 1 << bit:032x}"
            near = "-".join(digits[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
            assert contract.api.guids.read_any(tuple(GuidKind), near) is None


def ids_of(ids: Ids) -> set[str]:
    """The GUIDs of a customer."""
    named = (
        "customer",
        "one_way",
        "two_way",
        "group",
        "inbound",
        "thread",
        "message",
        "recipient",
        "contact",
    )
    return {getattr(ids, name) for name in named}


class Eyes:
    """Sees the rows of the store, whatever the code says of them."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self._connection = connection

    async def everything(self) -> dict[str, Any]:
        """Each table, as one digest of its rows."""
        names = await self._connection.fetch(
            "select relname from pg_class where relkind in ('r', 'p') and not relispartition"
            " and relnamespace = 'public'::regnamespace"
        )
        digest = "select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) from {} t"
        return {
            name: await self._connection.fetchval(digest.format(name))
            for (name,) in names
            if name not in NOT_COMPARED
        }
