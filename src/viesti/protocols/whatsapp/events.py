"""The body of a webhook as events.

Rule: any body gives events or `NotAnEvent`. Every entry, change and message in it gives at least one event:
what has no reading here is kept as `OtherEvent`, and one that can't be read takes no other with it.
Measured on Python 3.11: 8 us for a text message's webhook, 2.7 us for each of 100 messages in one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec

from viesti.protocols.whatsapp import wire
from viesti.protocols.whatsapp.event_types import (
    AccountEvent,
    Event,
    Fault,
    InboundMedia,
    MessageEvent,
    NotAnEvent,
    OtherEvent,
    PartyChanged,
    Preference,
    StatusEvent,
    TemplateCategory,
    TemplateComponents,
    TemplateQuality,
    TemplateStatus,
)
from viesti.protocols.whatsapp.inbound import echo_events, message_events
from viesti.protocols.whatsapp.place import Place, digits, each, faults, moment

__all__ = [
    "NO_READING",
    "AccountEvent",
    "Event",
    "Fault",
    "InboundMedia",
    "MessageEvent",
    "NotAnEvent",
    "OtherEvent",
    "PartyChanged",
    "Preference",
    "StatusEvent",
    "TemplateCategory",
    "TemplateComponents",
    "TemplateQuality",
    "TemplateStatus",
    "read",
]

OBJECT: Final = "whatsapp_business_account"
NO_READING: Final = "the field has no reading"  # it is of no use here; any other reason hides something

_body = msgspec.json.Decoder(wire.Body)
_change = msgspec.json.Decoder(wire.Change)
_messages = msgspec.json.Decoder(wire.Messages)
_status = msgspec.json.Decoder(wire.Status)
_preference = msgspec.json.Decoder(wire.Preference)
_template = msgspec.json.Decoder(wire.Template)


def read(body: bytes) -> tuple[Event, ...]:
    """All events of a webhook's body, in its order. Raises `NotAnEvent` when it is not one of WhatsApp's."""
    try:
        if b"\\u0000" in body:  # a NUL that no database keeps in a text
            body = msgspec.json.encode(_without_nul(msgspec.json.decode(body)))
        envelope = _body.decode(body)
    except RecursionError:
        raise NotAnEvent("it is nested too deeply") from None
    except ValueError:  # its text could quote the body
        raise NotAnEvent("it is not a JSON object with 'object' and 'entry' as Meta documents") from None
    if envelope.object != OBJECT:
        raise NotAnEvent(f"its object is not {OBJECT}")
    found: list[Event] = []
    for entry in envelope.entry:
        place = Place(str(entry.id or ""), at=moment(entry.time))
        for change in entry.changes:
            found += _events(place, change)
    return tuple(found)


def _events(place: Place, raw: msgspec.Raw) -> Iterable[Event]:
    try:
        change = _change.decode(raw)
    except (ValueError, RecursionError):
        return (place.other("", "the change has no field and value", raw),)
    reader = READERS.get(change.field)
    if reader is None:
        return (place.other(change.field, NO_READING, change.value),)
    try:
        found = list(reader(place, change))
    except (ValueError, RecursionError):
        return (place.other(change.field, "the value has another shape", change.value),)
    return found or (place.other(change.field, "the value holds nothing that is read", change.value),)


def _of_number(place: Place, change: wire.Change) -> Iterable[Event]:
    value = _messages.decode(change.value)
    here = place.of_number(value)
    yield from each(here, change.field, value.statuses, lambda raw: (_status_event(here, value, raw),))
    yield from message_events(here, change.field, value)
    yield from echo_events(here, change.field, value)
    yield from each(here, change.field, value.user_preferences, lambda raw: (_preferred(here, value, raw),))
    if value.errors:
        told = faults(value.errors)
        yield AccountEvent(
            waba_id=here.waba_id,
            phone_number_id=here.phone_number_id,
            at=here.at,
            field=change.field,
            event="errors",
            display_number=here.display_number,
            faults=told,
        )


def _status_event(here: Place, value: wire.Messages, raw: msgspec.Raw) -> StatusEvent:
    status = _status.decode(raw)
    person = here.person(value.contacts, status.recipient_id, status.recipient_user_id)
    pricing = status.pricing or wire.Pricing()
    return StatusEvent(
        waba_id=here.waba_id,
        phone_number_id=here.phone_number_id,
        at=moment(status.timestamp),
        wamid=status.id,
        status=status.status,
        wa_id=status.recipient_id or person.wa_id or "",
        user_id=status.recipient_user_id or person.user_id or "",
        callback_data=status.biz_opaque_callback_data or "",
        faults=faults(status.errors),
        billable=pricing.billable,
        pricing_model=pricing.pricing_model or "",
        pricing_category=pricing.category or "",
        pricing_type=pricing.type or "",
        conversation_id=(status.conversation and status.conversation.id) or "",
    )


def _preferred(here: Place, value: wire.Messages, raw: msgspec.Raw) -> Preference:
    said = _preference.decode(raw)
    person = here.person(value.contacts, said.wa_id, said.user_id)
    return Preference(
        waba_id=here.waba_id,
        phone_number_id=here.phone_number_id,
        at=moment(said.timestamp),
        wa_id=said.wa_id or person.wa_id or "",
        user_id=said.user_id or person.user_id or "",
        category=said.category,
        value=said.value,
        text=said.detail or "",
    )


def _of_template(place: Place, change: wire.Change) -> Iterable[Event]:
    value = _template.decode(change.value)
    about: dict[str, Any] = {
        "waba_id": place.waba_id,
        "at": place.at,
        "template_id": str(value.message_template_id or ""),
        "name": value.message_template_name,
        # Meta writes en-US in some of these, and en_US wherever a template is named in a call.
        "language": value.message_template_language.replace("-", "_"),
    }
    match change.field:
        case "message_template_status_update":
            rejected, remark = value.rejection_info or wire.Rejection(), value.other_info or wire.Remark()
            said = (rejected.reason, rejected.recommendation, remark.title, remark.description)
            yield TemplateStatus(
                status=value.event or "",
                reason="" if value.reason in (None, "NONE") else value.reason,
                details=_sentences([each for each in said if each]),
                category=value.message_template_category or "",
                **about,
            )
        case "message_template_quality_update":
            yield TemplateQuality(
                quality=value.new_quality_score or "", previous=value.previous_quality_score or "", **about
            )
        case "template_category_update":
            yield TemplateCategory(
                category=value.new_category or "",
                previous=value.previous_category or "",
                correct=value.correct_category or "",
                **about,
            )
        case _:
            yield TemplateComponents(details=msgspec.json.decode(change.value), **about)


def _of_account(place: Place, change: wire.Change) -> Iterable[Event]:
    value = msgspec.json.decode(change.value, type=dict[str, Any])
    alert = value.get("alert_info")
    words = (value.get("event"), value.get("decision"), isinstance(alert, dict) and alert.get("alert_type"))
    yield AccountEvent(
        waba_id=place.waba_id,
        at=place.at,
        field=change.field,
        event=next((word for word in words if isinstance(word, str)), ""),
        display_number=digits(str(value.get("display_phone_number") or value.get("phone_number") or "")),
        details=value,
    )


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(one) for name, one in value.items()}
    return value


READERS: Final[dict[str, Callable[[Place, wire.Change], Iterable[Event]]]] = {
    **dict.fromkeys(("messages", "smb_message_echoes", "user_preferences"), _of_number),
    **dict.fromkeys(
        (
            "message_template_status_update",
            "message_template_quality_update",
            "message_template_components_update",
            "template_category_update",
        ),
        _of_template,
    ),
    **dict.fromkeys(
        (
            "account_alerts",
            "account_review_update",
            "account_update",
            "business_capability_update",
            "phone_number_name_update",
            "phone_number_quality_update",
            "security",
        ),
        _of_account,
    ),
}


def _sentences(parts: Sequence[str]) -> str:
    """Words of Meta's one after the other, of which some are sentences and some are not."""
    return ". ".join([*(part.removesuffix(".") for part in parts[:-1]), *parts[-1:]])
