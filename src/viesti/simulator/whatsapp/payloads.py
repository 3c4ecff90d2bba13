"""The bodies of webhooks, written from Meta's lists of fields.

Rule: shapes only; who gets what and when is decided elsewhere. What is not known of a person is left out,
never sent empty.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.simulator.whatsapp.people import Person


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one account. Those with the same `lane` are told in order."""

    waba_id: str
    field: str
    value: dict[str, Any]
    lane: str = ""


def body(changes: Sequence[tuple[Change, int]]) -> bytes:
    """The octets of one webhook, of changes and their times: ASCII JSON with '/' escaped, as Meta's."""
    entries: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for change, at in changes:
        entries.setdefault((change.waba_id, at), []).append({"value": change.value, "field": change.field})
    whole = {
        "object": "whatsapp_business_account",
        "entry": [{"id": waba_id, "time": at, "changes": its} for (waba_id, at), its in entries.items()],
    }
    return json.dumps(whole, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def messages(number: CloudNumber, person: Person, message: dict[str, Any]) -> Change:
    """Somebody wrote."""
    sender = {} if person.hidden else {"from": person.phone}
    value = {
        "messaging_product": "whatsapp",
        "metadata": number.metadata,
        "contacts": [person.contact()],
        "messages": [sender | {"from_user_id": person.user_id} | message],
    }
    return Change(number.waba_id, "messages", value, person.user_id)


def system(number: CloudNumber, lane: str, sender: str, said: dict[str, Any], ids: tuple[str, int]) -> Change:
    """Somebody's number or id changed. There is no `contacts` in these."""
    identifier, at = ids
    message: dict[str, Any] = {
        "from": sender, "id": identifier, "timestamp": str(at), "type": "system", "system": said,
    }  # fmt: skip
    value = {"messaging_product": "whatsapp", "metadata": number.metadata, "messages": [message]}
    return Change(number.waba_id, "messages", value, lane)


def status(number: CloudNumber, person: Person, status: dict[str, Any], named: bool = True) -> Change:
    """What became of a message; `named` False when it failed for want of a person."""
    name = status["status"]
    contact = person.contact(username=name in ("delivered", "read", "played"))
    if not named:
        del contact["user_id"]
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": number.metadata,
        "contacts": [contact],
    }
    recipient: dict[str, Any] = {} if person.hidden else {"recipient_id": person.phone}
    if named:
        recipient["recipient_user_id"] = person.user_id
    value["statuses"] = [
        {"id": status["id"], "status": name, "timestamp": status["timestamp"]} | recipient | status
    ]
    return Change(number.waba_id, "messages", value, person.user_id)


def pricing(category: str, kind: str) -> dict[str, Any]:
    """What a message costs by Meta's list: `kind` is regular or free_customer_service."""
    return {"billable": kind == "regular", "pricing_model": "PMP", "category": category, "type": kind}


def preference(number: CloudNumber, person: Person, value: str, at: int) -> Change:
    """Somebody stopped ('stop') or takes again ('resume') marketing of this business."""
    wa_id = {} if person.hidden else {"wa_id": person.phone}
    preference = wa_id | {
        "user_id": person.user_id,
        "detail": f"User requested to {value} marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": at,
    }
    told = {
        "messaging_product": "whatsapp",
        "metadata": number.metadata,
        "contacts": [person.contact()],
        "user_preferences": [preference],
    }
    return Change(number.waba_id, "user_preferences", told, person.user_id)


def template(waba_id: str, field: str, named: dict[str, Any], value: dict[str, Any]) -> Change:
    """Something about a template: its status, category or quality."""
    told = {
        "message_template_id": int(named["id"]),
        "message_template_name": named["name"],
        "message_template_language": named["language"],
    }
    return Change(waba_id, field, told | value, "templates")
