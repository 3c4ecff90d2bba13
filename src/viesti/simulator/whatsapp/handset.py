"""A person's phone: text, press a button, react, send a picture, reply, delete, stop marketing.

Rule: each gesture makes the message that WhatsApp would make of it, of Meta's fields and nothing else.
"""

from __future__ import annotations

from typing import Any

from viesti.simulator.whatsapp.behaviour import REPLY_BY_BUTTON
from viesti.simulator.whatsapp.cloud import Cloud
from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.simulator.whatsapp.people import Person
from viesti.simulator.whatsapp.record import Message

PRESSABLE = ("QUICK_REPLY", "REPLY", "ROW")


class Handset:
    """The phone of one person, writing to one business number."""

    def __init__(self, cloud: Cloud, person: Person, number: CloudNumber) -> None:
        self._cloud, self.person, self._number = cloud, person, number

    def text(self, text: str, reply_to: str = "") -> Message:
        """Write words."""
        return self._write("text", {"body": text}, text, reply_to)

    def press(self, message: Message, place: int = 0) -> Message:
        """Press a button or choose a row of a message that was received. IndexError when there is none."""
        buttons = [button for button in message.buttons if button[0] in PRESSABLE]
        kind, label, value = buttons[place]
        if kind == "QUICK_REPLY":
            return self._write("button", {"payload": value, "text": label}, label, message.id)
        told = "button_reply" if kind == "REPLY" else "list_reply"
        payload = {"type": told, told: {"id": value, "title": label}}
        return self._write("interactive", payload, label, message.id)

    def react(self, message: Message, emoji: str) -> Message:
        """React to a message; '' takes the reaction away."""
        payload = {"message_id": message.id} | ({"emoji": emoji} if emoji else {})
        return self._write("reaction", payload, emoji)

    def send_file(
        self, mime_type: str, octets: bytes, caption: str = "", name: str = "", kind: str = ""
    ) -> Message:
        """Send a picture, sound, video, document or sticker."""
        file = self._cloud.add_file(self._number, mime_type, octets, name)
        kind = kind or file.kind
        payload: dict[str, Any] = {"id": file.id, "mime_type": mime_type, "sha256": file.sha256}
        if caption and kind not in ("audio", "sticker"):
            payload["caption"] = caption
        if kind == "document":
            payload["filename"] = name or "document"
        if kind == "audio":
            payload["voice"] = mime_type == "audio/ogg"
        if kind == "sticker":
            payload["animated"] = False
        return self._write(kind, payload, caption)

    def location(self, latitude: float, longitude: float, name: str = "", address: str = "") -> Message:
        """Send a place."""
        payload: dict[str, Any] = {"latitude": latitude, "longitude": longitude}
        payload |= {"name": name} if name else {}
        payload |= {"address": address} if address else {}
        return self._write("location", payload, name or f"{latitude}, {longitude}")

    def contact(self, name: str, phone: str) -> Message:
        """Send somebody's card."""
        card = {
            "name": {"formatted_name": name, "first_name": name.split()[0]},
            "phones": [{"phone": f"+{phone}", "wa_id": phone, "type": "CELL"}],
        }
        return self._write("contacts", [card], name)

    def form(self, answers: str, message: Message) -> Message:
        """Answer a flow with JSON."""
        payload = {
            "type": "nfm_reply",
            "nfm_reply": {"response_json": answers, "body": "Sent", "name": "flow"},
        }
        return self._write("interactive", payload, "Sent", message.id)

    def order(self, product: str, price: float) -> Message:
        """Order something from the catalogue."""
        items = [{"product_retailer_id": product, "quantity": 1, "item_price": price, "currency": "EUR"}]
        return self._write("order", {"catalog_id": "1", "text": "", "product_items": items}, product)

    def from_advertisement(self, text: str, headline: str) -> Message:
        """Write after a click on an advertisement."""
        referral = {
            "source_url": "https://example.com/ad", "source_id": "1", "source_type": "ad",
            "headline": headline, "body": "", "media_type": "image", "ctwa_clid": "click",
        }  # fmt: skip
        return self._write("text", {"body": text}, text, referral=referral)

    def edit(self, message: Message, text: str) -> Message:
        """Change what was written."""
        changed = {"original_message_id": message.id, "message": {"type": "text", "text": {"body": text}}}
        message.text = text
        return self._write("edit", changed, text)

    def revoke(self, message: Message) -> Message:
        """Delete what was written, for everybody."""
        return self._write("revoke", {"original_message_id": message.id}, "")

    def unsupported(self) -> Message:
        """Send what the Cloud API does not pass on, such as a poll."""
        error = {
            "code": 131051, "title": "Message type unknown", "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."},
        }  # fmt: skip
        return self._write("unsupported", {"type": "poll"}, "", errors=[error])

    def stop_marketing(self) -> None:
        """Stop this business's marketing in the app's settings."""
        self._cloud.prefer(self.person, self._number, True)

    def resume_marketing(self) -> None:
        """Take it again."""
        self._cloud.prefer(self.person, self._number, False)

    def change_number(self, digits: str) -> None:
        """Move to another phone number."""
        self._cloud.move(self.person, self._number, digits)

    def answer(self, message: Message, reply: str) -> None:
        """Answer as the number's ending says: words, or the first button."""
        pressable = any(button[0] in PRESSABLE for button in message.buttons)
        if reply != REPLY_BY_BUTTON:
            self.text(reply)
        elif pressable:
            self.press(message)

    def _write(self, kind: str, payload: Any, text: str, reply_to: str = "", **more: Any) -> Message:
        return self._cloud.write(self.person, self._number, kind, payload, text, reply_to, **more)
