"""What is done with each operation of the Viesti connector, and what must come of it.

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
    assert (kinds["Acme"], kinds[f"+{NUMBER}"]) == ("name", "number")


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


ACTS: dict[str, Callable[[World, Client], Awaitable[None]]] = {
    "ListCustomers": list_customers,
    "ListServices": list_services,
    "ListSenders": list_senders,
    "GetBalance": get_balance,
    "LookUpNumber": look_up_number,
}
