"""The simulator and our tables, which were made apart from each other: it takes every send of theirs, and all
that it posts is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.integration.simulator.cloud_world import NUMBER, PERSON, CloudStarter

from viesti.protocols.whatsapp import events, templates
from viesti.protocols.whatsapp.answers import Sent, read_sent
from viesti.simulator.whatsapp.media import File

pytestmark = pytest.mark.integration

SENDS = json.loads((Path(__file__).parents[2] / "wire" / "whatsapp_sends.json").read_text())
PICTURE = b"\x89PNG\r\n\x1a\n--not really--\r\n"

# The template `order_sent` as each row needs it: the body, and the components beside it.
HI, WHOM = "Hi {{1}}, it is {{2}} now.", "Hi {{customer_name}}, it is sent."
HANDLE = "4:a"
TEMPLATES: dict[str, tuple[str, tuple[dict[str, Any], ...]]] = {
    "template without places": ("It is sent.", ()),
    "template with a body": (HI, ()),
    "template to a business-scoped id": (HI, ()),
    "template with names": (WHOM, ()),
    "template with a header of text": ("It is sent.", (templates.header_text("In {{1}}", ["May"]),)),
    "template with a picture by link": ("It is sent.", (templates.header_media("image", HANDLE),)),
    "template with a video by id": ("It is sent.", (templates.header_media("video", HANDLE),)),
    "template with a document": ("It is sent.", (templates.header_media("document", HANDLE),)),
    "template with buttons": (
        HI,
        (
            templates.button_row(
                [
                    templates.url_button("Order", "https://e.com/{{1}}", "https://e.com/77"),
                    templates.quick_reply("Later"),
                    templates.copy_button("SAVE25"),
                ]
            ),
        ),
    ),
    "template with a one-time password": (
        "{{1}} is your code.",
        (templates.button_row([templates.url_button("Copy", "https://e.com/{{1}}", "https://e.com/1")]),),
    ),
}


TYPES = {
    "image": "image/png",
    "video": "video/mp4",
    "audio": "audio/ogg",
    "document": "application/pdf",
    "sticker": "image/webp",
}


@pytest.mark.parametrize("row", SENDS, ids=lambda row: row["name"])
async def test_sends(cloud: CloudStarter, row: dict[str, Any]) -> None:
    """Each body as it stands, but for the ids of this world's person, message and file."""
    world = await cloud(late_refusals=False)
    written = world.whatsapp.handset(PERSON).text("Moi")
    person = world.whatsapp.cloud.people.by_phone(PERSON)
    kind = row["content"].get("kind", "video")
    world.whatsapp.cloud.files.keep(File("77", NUMBER.waba_id, TYPES[kind], PICTURE))
    body, components = TEMPLATES.get(row["name"], ("", ()))
    if body:
        language = row["content"]["language"]
        world.whatsapp.add_template("order_sent", body, language=language, components=components)
    sent = json.dumps(row["body"]).replace("wamid.IN1", written.id)
    sent = sent.replace(row["addressed"].get("user_id", "nobody"), person.user_id)
    status, answer = await world.call("POST", f"{NUMBER.phone_number_id}/messages", json=json.loads(sent))
    read = read_sent(status, json.dumps(answer).encode())
    assert isinstance(read, Sent), answer
    assert read.wamid in [message.id for message in world.whatsapp.messages(PERSON)]


async def test_webhooks(cloud: CloudStarter) -> None:
    """All that a person can do, and what becomes of a message, is an event that has a reading."""
    world = await cloud(late_refusals=False)
    phone = world.whatsapp.handset(PERSON)
    written = phone.text("Moi")
    await world.call.text(PERSON, "Hei", biz_opaque_callback_data="v1:4096:1")
    phone.send_file("image/png", PICTURE, "Kuva")
    phone.react(written, "👍")
    phone.location(60.17, 24.94, "Helsinki")
    phone.contact("Eino Laine", "358409876543")
    phone.order("milk", 1.2)
    phone.from_advertisement("Lisää?", "Kesä")
    phone.unsupported()
    phone.edit(written, "Moi!")
    phone.revoke(written)
    phone.stop_marketing()
    phone.change_number("358407777777")
    await world.whatsapp.told()
    found = [event for octets in world.hook.octets for event in events.read(octets)]
    assert not [event for event in found if isinstance(event, events.OtherEvent)]
    assert {event.phone_number_id for event in found} == {NUMBER.phone_number_id}
    assert all(event.at for event in found)
    said = {event.kind: event for event in found if isinstance(event, events.MessageEvent)}
    assert {kind: event.text for kind, event in said.items() if kind != "text"} == {
        "image": "Kuva",
        "reaction": "👍",
        "location": "Helsinki (60.17, 24.94)",
        "contacts": "Eino Laine +358409876543",
        "order": "1 x milk",
        "unsupported": "",
        "edit": "Moi!",
        "revoke": "",
    }
    assert {said[kind].target for kind in ("reaction", "edit", "revoke")} == {written.id}
    assert said["text"].referral["headline"] == "Kesä"
    statuses = [event for event in found if isinstance(event, events.StatusEvent)]
    assert {event.callback_data for event in statuses} == {"v1:4096:1"}
    assert "delivered" in {event.status for event in statuses}
    assert [event.value for event in found if isinstance(event, events.Preference)] == ["stop"]
    moved = [event for event in found if isinstance(event, events.PartyChanged)]
    assert [(event.old_wa_id, event.wa_id) for event in moved] == [(PERSON, "358407777777")]
