"""What is done with each operation of the TxtSync connector, and what must come of it: the same for both
versions of the contract, but for what they answer.

Rule: an act asserts at the far end: on phones, at flows, or by what another operation tells.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from tests.e2e.connectors.client import Client
from tests.e2e.connectors.world import NUMBER, World

SENDER = "Acme"


def newer(client: Client) -> bool:
    """Whether it is the connector of version 1.2, which tells a list of one where 1.1 tells that one."""
    replies = client.operations["GetContactByExternalReference"].op_spec["responses"]
    return bool(replies["200"]["schema"]["type"] == "array")


async def send_sms(world: World, client: Client) -> None:
    phone = world.phone()
    body = {"From": SENDER, "Message": "5 € off", "To": f"+{phone}"}
    if newer(client):
        body |= {"ScheduledDate": datetime.now(UTC), "Custom01": "one", "RegardingSchema": "incident"}
    (sms,) = (await client.perform("SendSMS", body=body)).value
    assert (sms["FromNumber"], sms["ToNumber"], sms["Message"]) == (SENDER, phone, "5 € off")
    await world.reads(phone, "5 € off")


async def send_bulk_sms(world: World, client: Client) -> None:
    """To a number, and to who has the tag."""
    phone = world.phone()
    tagged = await contact(world, client, TagNames=f"guests of {phone}")
    body = {
        "From": SENDER,
        "To": [f"+{phone}"],
        "ToTagName": [f"guests of {phone}"],
        "Message": "Hello $(FirstName)",
    }
    await client.perform("SendBulkSMS", body=body)
    await world.reads(phone, "Hello ")
    await world.reads(tagged["MobileNumber"], "Hello Ada")


async def inbound_sms(world: World, client: Client) -> None:
    known = await contact(world, client)

    async def happens() -> None:
        world.write(known["MobileNumber"], "Is it open? äö€")

    told = (await world.started(client, "InboundSMS", known["MobileNumber"], happens))["Content"]
    sms = told["SMS"]
    assert (sms["FromNumber"], sms["ToNumber"]) == (known["MobileNumber"], NUMBER)
    assert sms["Message"] == "Is it open? äö€"
    assert told["Contact"]["ExternalReference"] == known["ExternalReference"]


async def outbound_sms(world: World, client: Client) -> None:
    """Of what was not sent by a flow: else flows would start each other."""
    phone = world.phone()

    async def happens() -> None:
        await world.send_by_hand(phone, "Not by a flow")

    told = (await world.started(client, "OutboundSMS", phone, happens))["Content"]
    assert (told["SMS"]["ToNumber"], told["SMS"]["Message"]) == (phone, "Not by a flow")


async def contact(world: World, client: Client, **members: str) -> dict[str, Any]:
    """A new contact: what is known of it."""
    phone = world.phone()
    known = {"FirstName": "Ada", "MobileNumber": f"+{phone}", "ExternalReference": f"crm/{phone}", **members}
    answered = (await client.perform("AddContact", body=known)).value
    assert answered["FirstName"] == "Ada"
    return known | {"ContactID": str(answered["ContactID"]), "MobileNumber": phone}


async def known_as(client: Client, reference: str) -> dict[str, Any]:
    """What is known of a contact, by its reference in a system of the customer's."""
    value = (await client.perform("GetContactByExternalReference", {"id": reference})).value
    if not newer(client):
        value = [value]
    (found,) = value
    assert found["ExternalReference"] == reference
    return dict(found)


async def add_contact(world: World, client: Client) -> None:
    made = await contact(world, client, City="Turku", Custom01="one")
    found = await known_as(client, made["ExternalReference"])
    assert (found["City"], found["Custom01"], str(found["ContactID"])) == ("Turku", "one", made["ContactID"])


async def search_contact(world: World, client: Client) -> None:
    made = await contact(world, client)
    asked = [{"search": made["MobileNumber"]}]
    if newer(client):
        asked.append({"searchNumber": made["MobileNumber"]})
    for each in asked:
        (found,) = (await client.perform("SearchContact", each)).value
        assert found["ExternalReference"] == made["ExternalReference"]


async def update_contact(world: World, client: Client) -> None:
    made = await contact(world, client)
    await client.perform("UpdateContact", {"id": made["ContactID"]}, {"FirstName": "Bea", "AllowSMS": False})
    found = await known_as(client, made["ExternalReference"])
    assert (found["FirstName"], found["AllowSMS"]) == ("Bea", False)


async def update_contact_by_external_reference(world: World, client: Client) -> None:
    made = await contact(world, client)
    named = {"id": made["ExternalReference"]}
    await client.perform("UpdateContactByExternalReference", named, {"LastName": "Lovelace"})
    assert (await known_as(client, made["ExternalReference"]))["LastName"] == "Lovelace"


async def delete_contact(world: World, client: Client) -> None:
    made = await contact(world, client)
    await client.perform("DeleteContact", {"id": made["ContactID"]})
    await gone(client, made)


async def delete_contact_by_external_reference(world: World, client: Client) -> None:
    made = await contact(world, client)
    await client.perform("DeleteContactByExternalReference", {"id": made["ExternalReference"]})
    await gone(client, made)


async def gone(client: Client, made: dict[str, Any]) -> None:
    await client.perform("GetContactByExternalReference", {"id": made["ExternalReference"]}, status=404)
    assert (await client.perform("SearchContact", {"search": made["MobileNumber"]})).value == []


ACTS: dict[str, Callable[[World, Client], Awaitable[None]]] = {
    "SendSMS": send_sms,
    "SendBulkSMS": send_bulk_sms,
    "InboundSMS": inbound_sms,
    "OutboundSMS": outbound_sms,
    "DeleteTrigger": inbound_sms,
    "SearchContact": search_contact,
    "AddContact": add_contact,
    "UpdateContact": update_contact,
    "DeleteContact": delete_contact,
    "GetContactByExternalReference": add_contact,
    "UpdateContactByExternalReference": update_contact_by_external_reference,
    "DeleteContactByExternalReference": delete_contact_by_external_reference,
}
