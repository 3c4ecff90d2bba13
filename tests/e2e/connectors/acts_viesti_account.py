"""What is done with the Viesti connector's operations on accounts and contacts, and what must come.

Rule: an act asserts at the far end: on phones, at flows, or by what another operation tells.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.e2e.connectors.client import Client, Pick
from tests.e2e.connectors.world import NUMBER, World

ACME = {"Customer": Pick("Acme")}


async def list_customers(_: World, client: Client) -> None:
    (acme,) = (await client.perform("ListCustomers")).value["customers"]
    assert (acme["key"], acme["name"]) == ("acme", "Acme")


async def list_services(_: World, client: Client) -> None:
    services = (await client.perform("ListServices", ACME)).value["services"]
    assert {each["name"]: each["kind"] for each in services} == {
        "Alerts": "TwoWay",
        "Desk": "TwoWay",
        "News": "OneWay",
        "VIP": "Group",
    }
    (vip,) = (await client.perform("ListServices", ACME | {"kind": "Group"})).value["services"]
    assert vip["key"] == "vip"


async def list_senders(_: World, client: Client) -> None:
    senders = (await client.perform("ListSenders", ACME)).value["senders"]
    kinds = {each["sender"]: each["kind"] for each in senders}
    assert (kinds["Acme"], kinds[NUMBER]) == ("name", "number")


async def get_balance(world: World, client: Client) -> None:
    before = (await client.perform("GetBalance", ACME)).value
    await world.installation.command("balance", "acme", "add", "100")
    after = (await client.perform("GetBalance", ACME)).value
    assert (after["currency"], after["paid"] - before["paid"]) == ("EUR", 100)


async def look_up_number(world: World, client: Client) -> None:
    """In the form of its country, too; and what is none."""
    phone = world.phone()
    asked = ACME | {"service": Pick("Desk")}
    for written in ({"number": f"+{phone}"}, {"number": f"0{phone[3:]}", "region": "FI"}):
        found = (await client.perform("LookUpNumber", asked | written)).value
        assert (found["e164"], found["type"], found["region"]) == (f"+{phone}", "mobile", "FI")
        assert (found["routed"], found["pricePerPart"]) == (True, 0.05)
    found = (await client.perform("LookUpNumber", asked | {"number": "Ada/12"})).value
    assert (found["written"], found["valid"]) == ("Ada/12", False)


async def tagged(world: World, client: Client) -> tuple[str, str]:
    """The number of a new contact and the name of its tag, which is new."""
    phone = world.phone()
    tag = f"guests of {phone}"
    answer = await client.perform("AddTags", ACME, {"tags": [tag], "number": f"+{phone}"})
    assert answer.value["created"] is True
    return phone, tag


async def add_tags(world: World, client: Client) -> None:
    """A second one, picked from the list."""
    (phone, first), (_, second) = await tagged(world, client), await tagged(world, client)
    answer = await client.perform("AddTags", ACME, {"tags": [Pick(second)], "number": f"0{phone[3:]}"})
    assert answer.value["created"] is False
    assert {each["name"] for each in answer.value["tags"]} == {first, second}


async def remove_tags(world: World, client: Client) -> None:
    phone, tag = await tagged(world, client)
    answer = await client.perform("RemoveTags", ACME, {"tags": [Pick(tag)], "number": phone})
    assert answer.value["tags"] == []


async def list_tags(world: World, client: Client) -> None:
    """Page by page."""
    expected = {(await tagged(world, client))[1] for _ in range(2)}
    names, asked = set(), ACME | {"limit": 1}
    while True:
        page = (await client.perform("ListTags", asked)).value
        names |= {each["name"] for each in page["tags"]}
        if "next" not in page:
            break
        asked = asked | {"cursor": page["next"]}
    assert expected <= names


async def list_groups(_: World, client: Client) -> None:
    (vip,) = (await client.perform("ListGroups", ACME)).value["groups"]
    assert (vip["key"], vip["name"]) == ("vip", "VIP")


ACTS: dict[str, Callable[[World, Client], Awaitable[None]]] = {
    "ListCustomers": list_customers,
    "ListServices": list_services,
    "ListSenders": list_senders,
    "GetBalance": get_balance,
    "LookUpNumber": look_up_number,
    "ListTags": list_tags,
    "ListGroups": list_groups,
    "AddTags": add_tags,
    "RemoveTags": remove_tags,
}
