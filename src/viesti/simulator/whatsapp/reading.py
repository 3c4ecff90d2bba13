"""What a person sees of a message that was sent to them: its words, picture and buttons.

Rule: a body that was judged and taken; nothing here refuses.
"""

from __future__ import annotations

from typing import Any

from viesti.simulator.whatsapp.checks import MEDIA, Send
from viesti.simulator.whatsapp.fit import Filled
from viesti.simulator.whatsapp.record import Message


def show(message: Message, send: Send, filled: Filled | None) -> None:
    """Write what is seen into the message."""
    payload: Any = send.payload
    if filled is not None:
        message.text, message.header, message.footer = filled.body, filled.header, filled.footer
        message.media, message.buttons = filled.media, filled.buttons
        message.template = payload["name"]
    elif send.kind == "text":
        message.text = payload["body"]
    elif send.kind in MEDIA:
        message.text, message.media = str(payload.get("caption") or ""), (send.kind, payload)
    elif send.kind == "interactive":
        _interactive(message, payload)
    elif send.kind == "location":
        message.text = ", ".join(
            str(payload[name]) for name in ("name", "address", "latitude", "longitude") if payload.get(name)
        )
    elif send.kind == "contacts":
        message.text = ", ".join(one["name"]["formatted_name"] for one in payload)
    elif send.kind == "reaction":
        message.text = payload["emoji"]


def _interactive(message: Message, payload: dict[str, Any]) -> None:
    action, header = payload["action"], payload.get("header") or {}
    message.text = str((payload.get("body") or {}).get("text", ""))
    message.footer = str((payload.get("footer") or {}).get("text", ""))
    kind = header.get("type")
    if kind == "text":
        message.header = str(header.get("text", ""))
    elif kind in MEDIA and isinstance(header.get(kind), dict):
        message.media = (kind, header[kind])
    if payload["type"] == "button":
        message.buttons = tuple(
            ("REPLY", one["reply"]["title"], one["reply"]["id"]) for one in action["buttons"]
        )
    elif payload["type"] == "list":
        message.list_button = action["button"]
        message.buttons = tuple(
            ("ROW", row["title"], row["id"])
            for section in action["sections"]
            for row in section.get("rows", ())
        )
    elif payload["type"] == "cta_url":
        parameters = action["parameters"]
        message.buttons = (("URL", parameters["display_text"], parameters["url"]),)
