"""What TxtSync's triggers tell, member by member as the contract has them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from viesti.domain.contact import Contact
from viesti.domain.message import Inbound
from viesti.services.notify_txtsync import NOBODY, OutboundSms, Person, inbound_body, outbound_body
from viesti.storage.store import LastSent

FACTS = Path(__file__).parents[2] / "contract/txtsync/facts_1_2.json"
AT = datetime(2030, 1, 1, 12, 30, 0, 250_999, tzinfo=UTC)
ANNA = Person(325, "Anna Aalto", "crm-9")
TYPES = {"object": dict, "string": str, "integer": int}

INBOUND = Inbound(
    id=69, bucket=5, customer_id=1, service_id=12, channel_id=31, source="358401234567",
    source_kind="international", destination="16400", text='Kyllä "kiitos" 🙂\n', payload=None, parts=1,
    parts_missing=0, keyword="", consent=None, thread_id=None, received_at=AT,
)  # fmt: skip
LAST = LastSent(133, "Acme", "358401234567", "Tuletko?", AT - timedelta(hours=1))
SENT = OutboundSms(197, "Acme", "358401234567", "Hei", AT)


def _told(body: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(body)
    return told


def _members(value: Any, path: str = "") -> Iterator[tuple[str, type]]:
    yield path or ".", type(value)
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _members(member, f"{path}.{name}" if path else name)


@pytest.mark.parametrize(
    ("operation", "body"),
    [("InboundSMS", inbound_body(INBOUND, ANNA, LAST)), ("OutboundSMS", outbound_body(SENT, ANNA))],
)
def test_the_members_are_those_of_the_contract(operation: str, body: str) -> None:
    facts = json.loads(FACTS.read_text())["operations"][operation]["notification"]
    assert dict(_members(_told(body))) == {path: TYPES[fact["type"]] for path, fact in facts.items()}


def test_inbound() -> None:
    assert _told(inbound_body(INBOUND, ANNA, LAST)) == {
        "Content": {
            "LastSMSOutbound": {
                "ContactID": 325, "ContactName": "Anna Aalto", "DeliveredDate": "2030-01-01T11:30:00.250Z",
                "FromNumber": "Acme", "Message": "Tuletko?", "SMSID": 133, "ToNumber": "358401234567",
            },
            "Contact": {"ExternalReference": "crm-9"},
            "SMS": {
                "ContactID": 325, "ContactName": "Anna Aalto", "DeliveredDate": "2030-01-01T12:30:00.250Z",
                "FromNumber": "358401234567", "Message": 'Kyllä "kiitos" 🙂\n', "SMSID": 69,
                "ToNumber": "16400",
            },
        }
    }  # fmt: skip


def test_outbound() -> None:
    assert _told(outbound_body(SENT, ANNA)) == {
        "Content": {
            "Contact": {"ExternalReference": "crm-9"},
            "SMS": {
                "ContactID": 325, "ContactName": "Anna Aalto", "CreatedDate": "2030-01-01T12:30:00.250Z",
                "FromNumber": "Acme", "Message": "Hei", "SMSID": 197, "ToNumber": "358401234567",
            },
        }
    }  # fmt: skip


def test_what_is_not_known_has_its_type() -> None:
    content = _told(inbound_body(INBOUND, NOBODY, LAST._replace(delivered_at=None)))["Content"]
    assert content["Contact"] == {"ExternalReference": ""}
    assert (content["SMS"]["ContactID"], content["SMS"]["ContactName"]) == (0, "")
    assert content["LastSMSOutbound"]["DeliveredDate"] == ""  # sent, and not delivered yet


def test_where_nothing_was_sent_there_is_no_last() -> None:
    assert list(_told(inbound_body(INBOUND, ANNA, None))["Content"]) == ["Contact", "SMS"]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"first_name": "Anna", "last_name": "Aalto", "name": "annaa"}, "Anna Aalto"),
        ({"first_name": "Anna", "name": "annaa"}, "Anna"),
        ({"last_name": "Aalto"}, "Aalto"),
        ({"name": "annaa"}, "annaa"),
        ({}, ""),
    ],
)
def test_a_persons_name(fields: dict[str, str], name: str) -> None:
    contact = Contact(id=325, bucket=5, customer_id=1, phone="1", source="api", created_at=AT, **fields)
    assert Person.of(contact) == Person(325, name, "")
    assert Person.of(None) is NOBODY
