"""pywa beside our tables: what it reads in the same webhook.

Rule: where it differs, the difference is written here, with who is right and why.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pywa import WhatsApp, handlers, types
from pywa.types import templates as t

from viesti.protocols.whatsapp import events

pytestmark = pytest.mark.interop

WEBHOOKS = json.loads((Path(__file__).parents[1] / "wire" / "whatsapp_webhooks.json").read_text())
READERS = (
    handlers.MessageHandler,
    handlers.CallbackButtonHandler,
    handlers.CallbackSelectionHandler,
    handlers.FlowCompletionHandler,
    handlers.EditedMessageHandler,
    handlers.DeletedMessageHandler,
    handlers.OutgoingMessageHandler,
    handlers.MessageStatusHandler,
    handlers.PhoneNumberChangeHandler,
    handlers.IdentityChangeHandler,
    handlers.TemplateStatusUpdateHandler,
    handlers.TemplateCategoryUpdateHandler,
    handlers.TemplateQualityUpdateHandler,
    handlers.TemplateComponentsUpdateHandler,
    handlers.UserMarketingPreferencesHandler,
    handlers.AccountUpdateHandler,
)

# What pywa 4.5.0 gives nothing for, though it answers 200 to all of these: they would be lost.
UNREAD_BY_PYWA = {
    "text before business-scoped ids": "it wants a user_id",
    "permission to call": "it wants a response_source",
    "another business-scoped id": "it wants a number",
    "errors of a number": "it has no reading of them",
    "status sent, priced by conversation": "it wants contacts",
    "status read, without contacts as before 2026": "it wants contacts",
    "status free": "it wants contacts",
    "status failed, code as text and no details": "it wants contacts",
    "status failed without a code": "it wants contacts",
    "status of tomorrow": "it wants contacts",
    "status without a time": "it wants a time",
    "status with a time that is none": "it wants a time",
    "preference resume": "it wants a user_id",
    "template of a language with a hyphen": "its list of languages falls over what is not in it",
    "a kind of tomorrow": "its list of kinds warns, and warnings are errors here",
    "a kind of tomorrow without its object": "its list of kinds warns, and warnings are errors here",
    "account review update": "it has no reading of this field",
    "account alerts": "it has no reading of this field",
    "business capability update": "it has no reading of this field",
    "phone number quality update": "it has no reading of this field",
    "phone number name update": "it has no reading of this field",
    "security": "it has no reading of this field",
    "entries, changes and items, and one that can't be read among them": "it wants contacts",
}


def nothing(row: dict[str, Any]) -> bool:
    """Whether we don't read it either."""
    return all(event["is"] == "OtherEvent" for event in row["events"])


def theirs(row: dict[str, Any]) -> list[Any]:
    """What pywa reads in the webhook."""
    client = WhatsApp(filter_updates=False, validate_updates=False, skip_duplicate_updates=False)
    got: list[Any] = []
    take: Callable[[WhatsApp, Any], None] = lambda _, update: got.append(update)  # noqa: E731  it must be one
    for reader in READERS:
        client.add_handlers(reader(take))
    assert client.webhook_update_handler(json.dumps(row["body"]).encode()) == ("ok", 200)
    return got


def common(event: Any, update: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What both of them tell, in our words: by our event, and by pywa's update."""
    of_pywa: dict[str, Any] = {"at": update.timestamp}
    if isinstance(update, t.BaseTemplateUpdate):
        of_pywa |= template_members(update)
    elif isinstance(update, types.AccountUpdate):
        of_pywa |= {"event": str(update.event)}
    else:
        of_pywa |= {"phone_number_id": update.metadata.phone_number_id} | person_members(update)
    return {name: getattr(event, name) for name in of_pywa}, of_pywa


def template_members(update: Any) -> dict[str, Any]:
    members = {
        "template_id": update.template_id,
        "name": update.template_name,
        "language": str(update.template_language),
    }
    match update:
        case t.TemplateStatusUpdate():
            reason = str(update.reason or "")
            members |= {"status": str(update.new_status), "reason": "" if reason == "NONE" else reason}
        case t.TemplateCategoryUpdate():
            members |= {
                "category": str(update.new_category),
                "previous": str(update.previous_category or ""),
                "correct": str(update.correct_category or ""),
            }
        case t.TemplateQualityUpdate():
            members |= {
                "quality": str(update.new_quality_score),
                "previous": str(update.previous_quality_score),
            }
    return members


def person_members(update: Any) -> dict[str, Any]:
    if isinstance(update, types.PhoneNumberChange):
        return {"wamid": update.id, "old_wa_id": update.old_wa_id, "wa_id": update.new_wa_id}
    if isinstance(update, types.IdentityChange):
        return {"wamid": update.id, "old_wa_id": update.from_user.wa_id, "text": update.body}
    who = {"wa_id": update.from_user.wa_id or "", "user_id": update.from_user.bsuid or ""}
    if isinstance(update, types.UserMarketingPreferences):
        return who | {"value": str(update.value), "category": str(update.category), "text": update.detail}
    return who | {"wamid": update.id} | said(update)


def said(update: Any) -> dict[str, Any]:
    match update:
        case types.MessageStatus():
            price = update.pricing
            told = {"billable": price.billable, "pricing_category": str(price.category)} if price else {}
            codes = [update.error.code] if update.error else []
            return told | {"status": str(update.status), "callback_data": update.tracker or ""} | {
                "codes": codes
            }  # fmt: skip
        case types.CallbackButton() | types.CallbackSelection():
            reply = update.reply_to_message.id
            return {"text": update.title, "payload": update.data, "reply_to": reply}
        case types.FlowCompletion():
            return {"text": update.body}
        case types.EditedMessage():
            words = update.message.text or update.message.image.caption
            return {"target": update.original_message_id, "text": words}
        case types.DeletedMessage():
            return {"target": update.original_message_id}
    return message_members(update)


def message_members(update: Any) -> dict[str, Any]:
    members: dict[str, Any] = {
        "kind": str(update.type),
        "name": update.from_user.name or "",
        "forwarded": update.forwarded,
        "reply_to": update.reply_to_message.id if update.reply_to_message else "",
    }
    if update.reaction:
        members |= {"target": update.reaction.message_id, "text": update.reaction.emoji or ""}
    elif update.media:
        members |= {"text": getattr(update.media, "caption", None) or "", "files": [update.media.id]}
    elif update.text:
        members["text"] = update.text
    return members


class Ours:
    """Our event, with two of its lists as pywa has them."""

    def __init__(self, event: Any) -> None:
        self._event = event

    def __getattr__(self, name: str) -> Any:
        match name:
            case "codes":
                return [fault.code for fault in self._event.faults]
            case "files":
                return [file.id for file in self._event.media]
        return getattr(self._event, name)


OTHERWISE = {
    "two people in one value": "pywa takes the first contact for every message: the first one is another's",
    "text with a NUL": "pywa keeps it, and PostgreSQL does not",
}
APART = {*UNREAD_BY_PYWA, *OTHERWISE}
READ = [row for row in WEBHOOKS if row["name"] not in APART and not nothing(row)]


@pytest.mark.parametrize("row", READ, ids=lambda row: row["name"])
def test_webhooks(row: dict[str, Any]) -> None:
    """pywa reads one event of a body, the first."""
    (update,) = theirs(row)
    mine, others = common(Ours(events.read(json.dumps(row["body"]).encode())[0]), update)
    assert mine == others


@pytest.mark.parametrize(
    "row", [row for row in WEBHOOKS if row["name"] in UNREAD_BY_PYWA], ids=lambda row: row["name"]
)
def test_what_pywa_gives_nothing_for(row: dict[str, Any]) -> None:
    """So that a later pywa that reads one of them moves it to the comparison."""
    assert theirs(row) == []
    assert not nothing(row)
