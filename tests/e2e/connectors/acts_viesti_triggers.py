"""What is done with the Viesti connector's operations that start flows, and what must come of it.

Rule: an act asserts at the far end: on phones, at flows, or by what another operation tells.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.e2e.connectors.client import Client, Pick
from tests.e2e.connectors.world import NUMBER, OLDER, PICTURE, PICTURE_TYPE, World

ACME = {"Customer": Pick("Acme")}


async def delivery_report(world: World, client: Client) -> None:
    phone = world.phone()

    async def happens() -> None:
        await world.send_by_hand(phone, "5 € off")

    asked = {"service": Pick("Alerts"), "outcome": "delivered"}
    told = await world.started(client, "DeliveryReport", phone, happens, ACME, asked)
    assert (told["event"], told["number"], told["status"]) == ("deliveryReport", phone, "delivered")
    assert (told["text"], told["service"], told["protocol"]) == ("5 € off", "alerts", "SMS")
    assert told["sentAt"] <= told["at"]


async def opt_out(world: World, client: Client) -> None:
    """And back in, where both start the flow."""
    phone, words = world.phone(), iter(("STOP", "START"))

    async def happens() -> None:
        world.write(phone, next(words))

    told = await world.started(client, "OptOut", phone, happens, ACME, {"direction": "both"})
    assert (told["event"], told["number"], told["words"]) == ("optOut", phone, "STOP")
    assert told["sender"] == NUMBER


async def keyword_received(world: World, client: Client) -> None:
    """By SMS, and by WhatsApp with a picture; not by what begins with another word."""
    phone = world.phone()

    async def happens() -> None:
        world.write(phone, "hello")
        world.write(phone, "vote A äö€")

    asked = {"service": Pick("Desk"), "keyword": "VOTE"}
    told = await world.started(client, "KeywordReceived", phone, happens, ACME, asked)
    assert (told["number"], told["recipient"], told["text"]) == (phone, NUMBER, "vote A äö€")
    told = await world.started(client, "KeywordReceived", phone, world.shows(phone, "Vote B"), ACME, asked)
    assert (told["text"], told["protocol"], told["attachmentType"]) == ("Vote B", "WhatsApp", PICTURE_TYPE)
    assert await world.fetched(told["attachmentUrl"]) == PICTURE


async def link_click(world: World, client: Client) -> None:
    phone, target = world.phone(), "https://shop.example.com/menu?from=sms"
    await world.send_by_hand(phone, f"Our menu: {target}", OLDER)
    link = await world.link_on(phone)

    async def happens() -> None:
        await world.visit(link)

    told = await world.started(client, "LinkClick", phone, happens, ACME, {"service": Pick("Desk")})
    assert (told["number"], told["link"], told["visitor"], told["first"]) == (phone, target, "person", True)


async def invalid_recipient(world: World, client: Client) -> None:
    phone = f"{world.phone()[:-4]}0011"  # by its ending, refused by the carrier

    async def happens() -> None:
        await world.send_by_hand(phone, "Is it you?")

    told = await world.started(client, "InvalidRecipient", phone, happens, ACME, {"service": Pick("Alerts")})
    assert (told["number"], told["failure"]) == (phone, "invalid_destination")


ACTS: dict[str, Callable[[World, Client], Awaitable[None]]] = {
    "DeliveryReport": delivery_report,
    "OptOut": opt_out,
    "KeywordReceived": keyword_received,
    "LinkClick": link_click,
    "InvalidRecipient": invalid_recipient,
    "DeleteTrigger": delivery_report,
}
