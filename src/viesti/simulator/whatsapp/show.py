"""What the handset page draws of WhatsApp: conversations, people and the state of the Cloud API.

Rule: made when somebody looks, of what the record and the people already know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from viesti.simulator.handset import Summary
from viesti.simulator.whatsapp.handset import PRESSABLE
from viesti.simulator.whatsapp.problem import KINDS
from viesti.simulator.whatsapp.record import Message
from viesti.simulator.whatsapp.run import WhatsApp

QUOTED = 80  # characters of a message that is quoted


@dataclass(frozen=True, slots=True)
class Button:
    """A button or row. `place` counts those that can be pressed; -1 for one that can't."""

    kind: str
    label: str
    value: str
    place: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a conversation, ready to be drawn."""

    protocol: str
    direction: str  # 'received' or 'sent'
    party: str
    id: str
    kind: str
    text: str
    at: datetime
    state: str
    failure: str = ""
    header: str = ""
    footer: str = ""
    template: str = ""
    quoted: str = ""
    media: dict[str, str] | None = None
    buttons: list[Button] = field(default_factory=list)
    list_button: str = ""
    reactions: list[str] = field(default_factory=list)


def conversation(whatsapp: WhatsApp, phone: str) -> list[Shown]:
    """All of one person's messages, in order; reactions stand at what they are about."""
    return [_shown(whatsapp, one) for one in whatsapp.cloud.record.of(phone) if one.kind != "reaction"]


def summaries(whatsapp: WhatsApp, limit: int) -> list[Summary]:
    """The people who got or wrote something last, newest first."""
    record = whatsapp.cloud.record
    found = []
    for phone in islice(record.phones(), limit):
        last = record.of(phone)[-1]
        found.append(Summary(phone, snippet(last), last.at, record.received(phone)))
    return found


def snippet(message: Message) -> str:
    """A message in a few words."""
    return message.text or message.header or {"image": "📷"}.get(message.kind, f"({message.kind})")


def person(whatsapp: WhatsApp, phone: str) -> dict[str, Any]:
    """What the page says of a person."""
    one = whatsapp.cloud.people.by_phone(phone)
    number = whatsapp.number
    wrote = one.wrote_at.get(number.phone_number_id)
    left = 0.0 if wrote is None else wrote + whatsapp.cloud.behaviour.window - whatsapp.cloud.now()
    return {
        "name": one.name,
        "user_id": one.user_id,
        "username": one.username,
        "hidden": one.hidden,
        "stopped": one.stopped,
        "window": max(0, int(left)),
    }


def state(whatsapp: WhatsApp) -> dict[str, Any]:
    """The Cloud API at a glance."""
    record, hooks = whatsapp.cloud.record, whatsapp.hooks
    return {
        "base_url": whatsapp.base_url,
        "taken": record.taken,
        "refused": record.refused,
        "pending": hooks.pending,
        "numbers": [
            {
                "display": number.display_number,
                "name": number.verified_name,
                "id": number.phone_number_id,
                "callback": hooks.url(number.waba_id),
            }
            for number in whatsapp.cloud.numbers.values()
        ],
    }


def _shown(whatsapp: WhatsApp, message: Message) -> Shown:
    quoted = whatsapp.cloud.record.get(message.reply_to) if message.reply_to else None
    failure = ""
    if message.state == "failed":
        failure = f"{message.failure}: {KINDS[message.failure].title}"
    return Shown(
        protocol="whatsapp",
        direction="sent" if message.sent else "received",
        party=message.number.display_number,
        id=message.id,
        kind=message.kind,
        text=message.text,
        at=message.at,
        state=message.state,
        failure=failure,
        header=message.header,
        footer=message.footer,
        template=message.template,
        quoted=snippet(quoted)[:QUOTED] if quoted else "",
        media=_media(whatsapp, message),
        buttons=_buttons(message),
        list_button=message.list_button,
        reactions=list(message.reactions.values()),
    )


def _media(whatsapp: WhatsApp, message: Message) -> dict[str, str] | None:
    if message.media is None:
        return None
    kind, payload = message.media
    identifier, link = str(payload.get("id") or ""), str(payload.get("link") or "")
    file = whatsapp.cloud.files.get(identifier) if identifier else None
    name = str(payload.get("filename") or (file.name if file else "") or link.rsplit("/", 1)[-1])
    url = f"api/whatsapp/media/{identifier}" if file else ""
    return {"kind": kind, "url": url, "link": link, "name": name or kind}


def _buttons(message: Message) -> list[Button]:
    shown, place = [], 0
    for kind, label, value in message.buttons:
        pressable = kind in PRESSABLE
        shown.append(Button(kind, label, value, place if pressable else -1))
        place += pressable
    return shown
