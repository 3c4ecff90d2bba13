"""What is done with the Viesti connector's operations on messages, and what must come of it.

Rule: an act asserts at the far end: on phones, at flows, or by what another operation tells.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.connectors.acts_smartdialog import group_contact
from tests.e2e.connectors.client import Client, Pick
from tests.e2e.connectors.world import NUMBER, SECONDS, World

ACME = {"Customer": Pick("Acme")}


async def send_message(world: World, client: Client) -> None:
    """To a phone that is named twice, once; with the same request id again, it is the same message."""
    phone = world.phone()
    body = {
        "to": [f"+{phone}", f"0{phone[3:]}"],
        "text": "5 € off",
        "sender": Pick("Acme"),
        "service": Pick("News"),
        "customerData": "order 17",
        "dlrUrl": world.report_url(phone),
        "requestId": f"request {phone}",
    }
    sent = (await client.perform("SendMessage", ACME, body)).value
    assert [each["address"] for each in sent["recipients"]] == [phone]
    assert [each["why"] for each in sent["skipped"]] == ["duplicate"]
    again = (await client.perform("SendMessage", ACME, body)).value
    assert again["id"] == sent["id"]
    await world.reads(phone, "5 € off")
    await world.reported(phone, "delivered")


async def preview_message(world: World, client: Client) -> None:
    """A letter that makes two parts of it; nothing is sent."""
    phone = world.phone()
    body = {"to": [f"+{phone}"], "text": "ł" * 71, "sender": Pick("Acme"), "service": Pick("News")}
    seen = (await client.perform("PreviewMessage", ACME, body)).value
    assert (seen["coding"], seen["partsEach"], seen["acceptable"]) == ("ucs2", 2, True)
    assert (seen["cost"], seen["currency"]) == (0.1, "EUR")
    assert (await client.perform("ListMessages", ACME | {"recipient": phone})).value["messages"] == []


async def later(world: World, client: Client) -> tuple[str, int]:
    """The phone and id of a message that is sent in an hour."""
    phone = world.phone()
    body = {
        "to": [phone],
        "text": "5 € off",
        "service": Pick("News"),
        "sendAt": datetime.now(UTC) + timedelta(hours=1),
    }
    sent = (await client.perform("SendMessage", ACME, body)).value
    assert [each["status"] for each in sent["recipients"]] == ["scheduled"]
    return phone, sent["id"]


async def cancel_message(world: World, client: Client) -> None:
    _, message = await later(world, client)
    done = (await client.perform("CancelMessage", ACME | {"id": message})).value
    assert (done["id"], done["cancelled"], done["notCancelled"]) == (message, 1, 0)
    found = (await client.perform("GetMessage", ACME | {"id": message})).value
    assert [each["status"] for each in found["recipients"]] == ["cancelled"]
    await client.perform("RescheduleMessage", ACME | {"id": message}, soon(), status=409)


async def reschedule_message(world: World, client: Client) -> None:
    phone, message = await later(world, client)
    done = (await client.perform("RescheduleMessage", ACME | {"id": message}, soon())).value
    assert (done["rescheduled"], done["notRescheduled"]) == (1, 0)
    await world.reads(phone, "5 € off")


def soon() -> dict[str, datetime]:
    return {"sendAt": datetime.now(UTC) + timedelta(seconds=1)}


async def send_to_group_or_tag(world: World, client: Client) -> None:
    """To who is in a group, to who has a tag, and to a number."""
    tagged, stranger, tag = world.phone(), world.phone(), f"guests of {world.phone()}"
    await client.perform("AddTags", ACME, {"tags": [tag], "number": tagged})
    member = await group_contact(world, world.clients["smartdialog"])
    body = {
        "groups": [Pick("VIP")],
        "tags": [Pick(tag)],
        "to": [f"+{stranger}"],
        "text": f"Only for guests of {stranger}",
        "sender": Pick("Acme"),
        "service": Pick("News"),
    }
    made = (await client.perform("SendToGroupOrTag", ACME, body)).value
    for phone in (tagged, stranger, member):
        await world.reads(phone, body["text"])
    rows = await listed(world, client, "ListMessages", {"campaign": made["campaignId"]}, 3)
    assert {tagged, stranger, member} <= {each["address"] for each in rows}


async def delivered(world: World, client: Client) -> dict[str, Any]:
    """What the list tells of a message that came to a phone."""
    phone = world.phone()
    await world.send_by_hand(phone, "5 € off")
    asked = {"recipient": f"+{phone}", "status": "delivered"}
    (row,) = await listed(world, client, "ListMessages", asked)
    return dict(row)


async def listed(
    world: World, client: Client, operation: str, asked: dict[str, Any], count: int = 1
) -> list[Any]:
    """Wait until the list has so many; gives them."""
    found: list[Any] = []

    async def look() -> bool:
        found[:] = (await client.perform(operation, ACME | asked)).value["messages"]
        return len(found) >= count

    await world.installation.until(look, SECONDS, f"{operation} to tell of {asked}")
    return found


async def list_messages(world: World, client: Client) -> None:
    """By what it may be searched for, and page by page."""
    before = datetime.now(UTC)
    row = await delivered(world, client)
    assert (row["text"], row["status"], row["protocol"]) == ("5 € off", "delivered", "SMS")
    narrowed = {
        "sender": Pick("Acme"),
        "text": "OFF",
        "recipient": row["address"],
        "limit": 1,
        "from": before,
    }
    page = (await client.perform("ListMessages", ACME | narrowed)).value
    assert [each["id"] for each in page["messages"]] == [row["id"]]
    await delivered(world, client)
    first = (await client.perform("ListMessages", ACME | {"limit": 1})).value
    second = (await client.perform("ListMessages", ACME | {"limit": 1, "cursor": first["next"]})).value
    assert second["messages"][0]["id"] < first["messages"][0]["id"]


async def get_message(world: World, client: Client) -> None:
    row = await delivered(world, client)
    found = (await client.perform("GetMessage", ACME | {"id": row["messageId"]})).value
    assert (found["text"], found["finished"], found["service"]) == ("5 € off", True, "alerts")
    (recipient,) = found["recipients"]
    assert (recipient["id"], recipient["status"], recipient["cost"]) == (row["id"], "delivered", 0.05)
    assert [part["state"] for part in recipient["parts"]] == ["delivered"]


async def get_message_timeline(world: World, client: Client) -> None:
    row = await delivered(world, client)
    found = (await client.perform("GetMessageTimeline", ACME | {"id": row["messageId"]})).value
    steps = [each["kind"] for each in found["steps"]]
    assert (steps[0], found["finished"]) == ("accepted", True)
    assert found["steps"] == sorted(found["steps"], key=lambda each: each["at"])


async def list_inbound_messages(world: World, client: Client) -> None:
    phone = world.phone()
    world.write(phone, "Is it open? äö€")
    asked = {"service": Pick("Desk"), "sender": f"+{phone}"}
    (came,) = await listed(world, client, "ListInboundMessages", asked)
    assert (came["sender"], came["recipient"], came["text"]) == (phone, NUMBER, "Is it open? äö€")


ACTS: dict[str, Callable[[World, Client], Awaitable[None]]] = {
    "SendMessage": send_message,
    "PreviewMessage": preview_message,
    "SendToGroupOrTag": send_to_group_or_tag,
    "CancelMessage": cancel_message,
    "RescheduleMessage": reschedule_message,
    "ListMessages": list_messages,
    "GetMessage": get_message,
    "GetMessageTimeline": get_message_timeline,
    "ListInboundMessages": list_inbound_messages,
}
