"""What the simulated Cloud API says of a send's body: the code, and the member named."""

from __future__ import annotations

from typing import Any

import pytest

from viesti.simulator.whatsapp.checks import MarkRead, Send, read
from viesti.simulator.whatsapp.problem import Problem

PERSON = "+358 40-123 4567"


def send(**message: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": PERSON, **message}


def text(body: Any, **more: Any) -> dict[str, Any]:
    return send(type="text", text={"body": body}, **more)


def buttons(*labels: str, **reply: Any) -> dict[str, Any]:
    action = {
        "buttons": [
            {"type": "reply", "reply": {"id": str(place), "title": label, **reply}}
            for place, label in enumerate(labels)
        ]
    }
    return send(type="interactive", interactive={"type": "button", "body": {"text": "?"}, "action": action})


def listed(count: int, sections: int = 1, titled: bool = True) -> dict[str, Any]:
    rows = [{"id": str(place), "title": f"Row {place}"} for place in range(count)]
    parts = [{"title": "S" if titled else "", "rows": rows[place::sections]} for place in range(sections)]
    action = {"button": "Choose", "sections": parts}
    return send(type="interactive", interactive={"type": "list", "body": {"text": "?"}, "action": action})


def template(**members: Any) -> dict[str, Any]:
    return send(type="template", template={"name": "a", "language": {"code": "fi"}, **members})


GOOD = [
    text("Hei"),
    text("x" * 4096),
    text("Hei", biz_opaque_callback_data="x" * 512, context={"message_id": "wamid.A"}),
    buttons("Yes", "No"),
    listed(10, 2),
    template(components=[]),
    send(type="image", image={"id": "7", "caption": "x" * 1024}),
    send(type="document", document={"link": "https://example.com/a.pdf", "filename": "a.pdf"}),
    send(type="reaction", reaction={"message_id": "wamid.A", "emoji": ""}),
    send(type="location", location={"latitude": 0, "longitude": 0}),
    send(type="contacts", contacts=[{"name": {"formatted_name": "Aino"}}]),
]


@pytest.mark.parametrize("body", GOOD, ids=lambda body: body["type"])
def test_taken(body: dict[str, Any]) -> None:
    asked = read(body)
    assert isinstance(asked, Send)
    assert (asked.given, asked.digits, asked.user_id) == (PERSON, "358401234567", "")


@pytest.mark.parametrize(
    ("body", "code", "names"),
    [
        ({"to": PERSON}, 100, "messaging_product"),
        (text("Hei", recipient_type="group"), 100, "recipient_type"),
        ({**text("Hei"), "to": ""}, 100, "to or recipient"),
        ({**text("Hei"), "to": "office"}, 131009, "to"),
        ({**text("Hei"), "to": "", "recipient": "aino"}, 131009, "recipient"),
        (send(type="fax", fax={}), 100, "type"),
        (send(type="text"), 131008, "'text'"),
        (text(""), 131008, "text.body"),
        (text(7), 100, "$.text.body"),
        (text("x" * 4097), 131009, "4097"),
        (text("Hei", context="wamid.A"), 100, "$.context"),
        (text("Hei", biz_opaque_callback_data="x" * 513), 131009, "biz_opaque_callback_data"),
        (buttons(), 131009, "1 to 3"),
        (buttons("1", "2", "3", "4"), 131009, "1 to 3"),
        (buttons("Yes", "Yes"), 131009, "'title'"),
        (buttons("Yes", "No", id="same"), 131009, "'id'"),
        (buttons("x" * 21), 131009, "button.reply.title"),
        (listed(11), 131009, "11"),
        (listed(4, 2, titled=False), 131009, "title"),
        (template(name=""), 131008, "template.name"),
        (template(language={}), 131008, "template.language.code"),
        (template(language="fi"), 100, "$.template.language"),
        (template(components={"type": "body"}), 100, "$.template.components"),
        (send(type="image", image={}), 100, "image.id"),
        (send(type="image", image={"id": "7", "link": "https://example.com/"}), 100, "image.id"),
        (send(type="image", image={"link": "ftp://example.com/"}), 131009, "image.link"),
        (send(type="image", image={"id": "7", "caption": "x" * 1025}), 131009, "image.caption"),
        (send(type="audio", audio={"id": "7", "caption": "x"}), 100, "caption"),
        (send(type="reaction", reaction={"emoji": "x"}), 131008, "reaction.message_id"),
        (send(type="location", location={"latitude": 0}), 131008, "longitude"),
        (send(type="contacts", contacts=[]), 131008, "contacts"),
        ({"messaging_product": "whatsapp", "status": "read"}, 131008, "message_id"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_refused(body: dict[str, Any], code: int, names: str) -> None:
    problem = read(body)
    assert isinstance(problem, Problem)
    assert problem.code == code
    assert names in problem.details


def test_a_business_scoped_id_and_a_number() -> None:
    by_id = read({**text("Hei"), "to": None, "recipient": "FI.123456"})
    assert isinstance(by_id, Send)
    assert (by_id.digits, by_id.user_id) == ("", "FI.123456")
    both = read({**text("Hei"), "recipient": "FI.123456"})
    assert isinstance(both, Send)
    assert (both.digits, both.user_id) == ("358401234567", "")  # the number comes first


def test_mark_read() -> None:
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A"}
    assert read(body) == MarkRead("wamid.A")
