"""Who writes becomes a contact, is counted, and flows are told of him."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    BETA,
    BETA_NUMBER,
    NUMBER,
    START,
    TWO_WAY,
    World,
    address,
    inbound,
    receipt,
)

from viesti.domain.channel import AddressKind, InboundPart
from viesti.services.fold_counts import FoldCounts

pytestmark = pytest.mark.integration

HANDSET = address(7)
LATER = START + timedelta(minutes=5)


async def _take(world: World, *parts: InboundPart) -> list[dict[str, Any]]:
    await world.receive.store(parts)
    while await world.receive.process(100):
        pass
    return await world.rows("select * from inbound_messages order by received_at, id")


async def _contact(world: World, **fields: Any) -> int:
    identifier = 64 * 100 + ACME_BUCKET
    values = {
        "id": identifier, "bucket": ACME_BUCKET, "customer_id": ACME, "phone": HANDSET, "source": "api",
        "created_at": START,
    }  # fmt: skip
    await world.insert("contacts", {**values, **fields})
    return identifier


async def _subscribe(world: World, number: int = 1, **fields: Any) -> None:
    values: dict[str, Any] = {
        "id": number * 64 + ACME_BUCKET, "bucket": ACME_BUCKET, "customer_id": ACME, "service_id": None,
        "dialect": "txtsync", "event": "inbound", "url_sealed": f"sealed {number}",
        "url_digest": number.to_bytes(32), "created_at": START,
    }  # fmt: skip
    await world.insert("subscriptions", {**values, **fields})


async def _told(world: World) -> dict[str, Any]:
    (callback,) = await world.callbacks()
    body: dict[str, Any] = json.loads(callback["body"])
    content: dict[str, Any] = body["Content"]
    return content


# Who becomes a contact


async def test_who_is_unknown_becomes_a_contact(world: World) -> None:
    await _take(world, inbound("Hello"), inbound("And"), inbound("Hi", destination=BETA_NUMBER))
    await _take(world, inbound("Again", received_at=LATER))
    contacts = await world.rows("select * from contacts order by customer_id")
    assert [(c["customer_id"], c["bucket"], c["phone"], c["source"], c["created_at"]) for c in contacts] == [
        (ACME, ACME_BUCKET, HANDSET, "inbound", START), (BETA, 9, HANDSET, "inbound", START),
    ]  # fmt: skip
    assert {c["external_reference"] for c in contacts} == {None}


async def test_who_is_known_stays_as_he_is(world: World) -> None:
    await _contact(world, first_name="Anna", external_reference="crm-9")
    before = await world.row("select *, xmin from contacts")
    await _take(world, inbound("Hello"))
    assert await world.row("select *, xmin from contacts") == before


async def test_not_where_the_customer_does_not_want_it(world: World) -> None:
    await world.change("update customers set senders_become_contacts = false where id = $1", ACME)
    await _take(world, inbound("Hello"), inbound("Hi", destination=BETA_NUMBER))
    assert await world.value("select array_agg(customer_id) from contacts") == [BETA]
    assert await world.value("select count(*) from contact_counts where customer_id = $1", ACME) == 0


@pytest.mark.parametrize(
    ("source", "kind"), [("Bank", AddressKind.ALPHANUMERIC), ("16100", AddressKind.SHORT_CODE)]
)
async def test_names_and_short_codes_are_nobodys(world: World, source: str, kind: AddressKind) -> None:
    await _take(world, inbound("Hello", source=source, source_kind=kind))
    assert await world.value("select count(*) from contacts") == 0
    assert await world.value("select count(*) from contact_counts") == 0


async def test_a_message_for_no_service_makes_none(world: World) -> None:
    await _take(world, inbound("Hello", destination="16399"))
    assert await world.value("select count(*) from contacts") == 0


async def test_two_processes_meet_a_person_once(world: World) -> None:
    await world.receive.store([inbound(f"{n}", source=address(n % 5)) for n in range(60)])
    async with world.another() as other:
        while await world.value("select count(*) from inbound_parts"):
            await other.receive.process(7)
            await world.receive.process(7)
    assert await world.value("select count(*) from contacts") == 5
    assert await world.value("select sum(amount) from contact_counts") == 60


# What is counted of him


async def test_what_he_wrote_is_counted(world: World) -> None:
    contact = await _contact(world)
    await _take(world, inbound("a"), inbound("b", received_at=LATER), inbound("c", source=address(8)))
    await FoldCounts(world.store)()
    counters = await world.row("select * from contact_counters where contact_id = $1", contact)
    assert (counters["inbound"], counters["outbound"], counters["last_at"]) == (2, 0, LATER)
    assert await world.value("select sum(inbound) from contact_counters") == 3


async def test_a_failure_is_no_communication(world: World) -> None:
    contact = await _contact(world)
    await _take(world, inbound("a"))
    await world.insert(
        "contact_counts",
        {
            "id": 64 * 900 + ACME_BUCKET, "bucket": ACME_BUCKET, "customer_id": ACME, "address": HANDSET,
            "kind": "failed", "amount": 1, "at": LATER,
        },
    )  # fmt: skip
    await FoldCounts(world.store)()
    counters = await world.row("select * from contact_counters where contact_id = $1", contact)
    assert (counters["failed"], counters["last_at"]) == (1, START)


# What flows are told


async def test_a_flow_is_told(world: World) -> None:
    contact = await _contact(world, first_name="Anna", last_name="Aalto", external_reference="crm-9")
    await _subscribe(world)
    (message,) = await _take(world, inbound("Hello"))
    assert await _told(world) == {
        "Contact": {"ExternalReference": "crm-9"},
        "SMS": {
            "ContactID": contact, "ContactName": "Anna Aalto", "DeliveredDate": "2030-01-01T12:00:00.000Z",
            "FromNumber": HANDSET, "Message": "Hello", "SMSID": message["id"], "ToNumber": NUMBER,
        },
    }  # fmt: skip


async def test_a_flow_is_told_of_the_contact_that_is_new(world: World) -> None:
    await _subscribe(world)
    await _take(world, inbound("Hello"))
    told = await _told(world)
    assert told["SMS"]["ContactID"] == await world.value("select id from contacts")


async def test_a_flow_is_told_of_nobody(world: World) -> None:
    await world.change("update customers set senders_become_contacts = false")
    await _subscribe(world)
    await _take(world, inbound("Hello"))
    told = await _told(world)
    assert (told["SMS"]["ContactID"], told["SMS"]["ContactName"]) == (0, "")


async def test_the_last_message_to_him(world: World) -> None:
    await _subscribe(world, service_id=TWO_WAY)
    at = world.clock.now = START - timedelta(hours=2)
    await world.sent("a0", text="The first", sender="Acme")
    sent = await world.sent("a1", text="The last that went out", sender=NUMBER)
    await world.receipts([receipt("a1", at=at)])
    await world.accepted(1, text="Waits still")
    await _take(world, inbound("Hello", source=address(1)))
    told = await _told(world)
    assert told["LastSMSOutbound"] == {
        "ContactID": told["SMS"]["ContactID"], "ContactName": "", "FromNumber": NUMBER, "SMSID": sent,
        "DeliveredDate": "2030-01-01T10:00:00.000Z", "Message": "The last that went out",
        "ToNumber": address(1),
    }  # fmt: skip


async def test_the_last_message_is_his_own_and_this_customers(world: World) -> None:
    await _subscribe(world)
    await world.sent("a1")
    await _take(world, inbound("Hello", source=address(2)))
    assert "LastSMSOutbound" not in await _told(world)


async def test_the_last_message_with_a_text_of_his_own(world: World) -> None:
    await _subscribe(world)
    await world.sent("a1", text="Hei $(name)", placeholders=True)
    await _take(world, inbound("Hello", source=address(1)))
    assert (await _told(world))["LastSMSOutbound"]["Message"] == "Hei "
    assert (await _told(world))["LastSMSOutbound"]["DeliveredDate"] == ""


async def test_both_interfaces_are_told_in_their_words(world: World) -> None:
    await _subscribe(world)
    await _subscribe(world, 2, dialect="smartdialog", service_id=TWO_WAY)
    await _take(world, inbound("Hello"))
    bodies = [json.loads(callback["body"]) for callback in await world.callbacks()]
    assert [set(body) for body in bodies if "Content" in body] == [{"Content"}]
    assert [body["content"] for body in bodies if "content" in body] == ["Hello"]
