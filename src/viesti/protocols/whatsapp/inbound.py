"""Messages that people sent us, or that our own people sent from the phone's app.

Rule: a message of a kind we never heard of is a message still: somebody wrote, and the window is open. It
comes with its object in `details` and without text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Raw, UnsetType

from viesti.protocols.whatsapp import wire
from viesti.protocols.whatsapp import wire_message as shape
from viesti.protocols.whatsapp.event_types import Event, InboundMedia, MessageEvent, PartyChanged
from viesti.protocols.whatsapp.place import Place, each, faults, moment
from viesti.protocols.whatsapp.shown import SHOWN

_message = msgspec.json.Decoder(shape.Message)

# Kinds whose object is all in the event's own members.
_PLAIN: Final = frozenset(
    {"text", "image", "video", "audio", "document", "sticker", "reaction", "button", "edit", "revoke"}
)


def message_events(here: Place, field: str, value: wire.Messages) -> Iterable[Event]:
    """The messages to our number."""
    return each(here, field, value.messages, lambda raw: (_event(here, value, raw, echo=False),))


def echo_events(here: Place, field: str, value: wire.Messages) -> Iterable[Event]:
    """The messages from our number's phone."""
    return each(here, field, value.message_echoes, lambda raw: (_event(here, value, raw, echo=True),))


def _event(here: Place, value: wire.Messages, raw: Raw, echo: bool) -> Event:
    message = _message.decode(raw)
    if message.system is not None and not echo:
        return _party_changed(here, message, message.system)
    wa_id, user_id = (message.to, message.to_user_id) if echo else (message.from_, message.from_user_id)
    person = here.person(value.contacts, wa_id, user_id)
    profile, context = person.profile or wire.Profile(), message.context or shape.Context()
    said: shape.Said = (message.edit and message.edit.message) or message
    details = None if message.type in _PLAIN else _details(message.type, raw)
    text, payload = _words(said, details)
    return MessageEvent(
        waba_id=here.waba_id,
        phone_number_id=here.phone_number_id,
        at=moment(message.timestamp),
        wamid=message.id,
        kind=message.type,
        wa_id=wa_id or person.wa_id or "",
        user_id=user_id or person.user_id or "",
        parent_user_id=message.from_parent_user_id or person.parent_user_id or "",
        username=profile.username or "",
        name=profile.name or "",
        text=text,
        payload=payload,
        media=_media(said),
        reply_to=context.id or "",
        forwarded=bool(context.forwarded or context.frequently_forwarded),
        target=_target(message),
        faults=faults(message.errors),
        details=details,
        referral=None if isinstance(message.referral, UnsetType) else msgspec.json.decode(message.referral),
        echo=echo,
        display_number=here.display_number,
    )


def _party_changed(here: Place, message: shape.Message, system: shape.System) -> PartyChanged:
    return PartyChanged(
        waba_id=here.waba_id,
        phone_number_id=here.phone_number_id,
        at=moment(message.timestamp),
        wamid=message.id,
        kind=system.type or "",
        old_wa_id=system.customer or message.from_ or "",
        old_user_id=system.previous_user_id or message.from_user_id or "",
        wa_id=system.wa_id or system.new_wa_id or "",
        user_id=system.user_id or "",
        parent_user_id=system.parent_user_id or "",
        text=system.body or "",
    )


def _words(said: shape.Said, details: Any) -> tuple[str, str]:
    """What a person reads, and what a machine does."""
    if said.text is not None:
        return said.text.body, ""
    if said.button is not None:
        return said.button.text or "", said.button.payload or ""
    if said.interactive is not None:
        return _answer(said.interactive)
    if said.reaction is not None:
        return said.reaction.emoji or "", ""
    file = _file(said)
    if file is not None:
        return file.caption or "", ""
    return SHOWN[said.type](details) if said.type in SHOWN else "", ""


def _answer(given: shape.Interactive) -> tuple[str, str]:
    chosen = given.button_reply or given.list_reply
    if chosen is not None:
        return chosen.title, chosen.id
    form = given.nfm_reply or shape.Form()
    return form.body or "", form.response_json


def _file(said: shape.Said) -> shape.File | None:
    return said.image or said.video or said.audio or said.document or said.sticker


def _media(said: shape.Said) -> tuple[InboundMedia, ...]:
    file = _file(said)
    if file is None or not file.id:
        return ()
    return (
        InboundMedia(
            str(file.id),
            file.mime_type or "",
            file.sha256 or "",
            file.filename or "",
            file.url or "",
            bool(file.voice),
        ),
    )


def _target(message: shape.Message) -> str:
    if message.edit is not None:
        return message.edit.original_message_id
    if message.revoke is not None:
        return message.revoke.original_message_id
    return message.reaction.message_id if message.reaction is not None else ""


def _details(kind: str, raw: Raw) -> Any:
    return msgspec.json.decode(raw, type=dict[str, Any]).get(kind)
