"""What TxtSync's triggers tell a flow: a message that came in, and one that goes out.

Rule: members and types are those of the contract, and always there, since flows parse strictly: a text that
is not known is "", a contact that is none 0. Only `LastSMSOutbound` is left out, where nothing was ever sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from viesti.domain.contact import Contact, KnownContact, full_name
from viesti.domain.message import Inbound
from viesti.domain.time_text import time_text
from viesti.storage.store import LastSent

DIALECT = "txtsync"


class Person(NamedTuple):
    """The contact at the other end; the fields of nobody are 0 and ''."""

    id: int = 0
    name: str = ""
    external_reference: str = ""

    @classmethod
    def of(cls, contact: Contact | KnownContact | None) -> Person:
        """A contact as a flow is told of him."""
        if contact is None:
            return NOBODY
        name = full_name(contact.first_name, contact.last_name, contact.name)
        return cls(contact.id, name, contact.external_reference or "")


NOBODY = Person()


class OutboundSms(NamedTuple):
    """A message that goes to one address."""

    id: int
    sender: str
    address: str
    text: str
    created_at: datetime


def inbound_body(inbound: Inbound, person: Person, last: LastSent | None) -> str:
    """The body of trigger type 0; `last`: the last message that was sent to who wrote."""
    content: dict[str, Any] = {}
    if last is not None:
        content["LastSMSOutbound"] = _sms(
            person,
            {"DeliveredDate": time_text(last.delivered_at) if last.delivered_at else ""},
            last.sender,
            last.text,
            last.id,
            last.address,
        )
    received = {"DeliveredDate": time_text(inbound.received_at)}
    sms = _sms(person, received, inbound.source, inbound.text, inbound.id, inbound.destination)
    return _body(content, person, sms)


def outbound_body(sent: OutboundSms, person: Person) -> str:
    """The body of trigger type 5."""
    created = {"CreatedDate": time_text(sent.created_at)}
    return _body({}, person, _sms(person, created, sent.sender, sent.text, sent.id, sent.address))


def _body(content: dict[str, Any], person: Person, sms: Mapping[str, Any]) -> str:
    content |= {"Contact": {"ExternalReference": person.external_reference}, "SMS": sms}
    return msgspec.json.encode({"Content": content}).decode()


def _sms(
    person: Person, date: Mapping[str, str], sender: str, text: str, identifier: int, recipient: str
) -> dict[str, Any]:
    return {
        "ContactID": person.id,
        "ContactName": person.name,
        **date,
        "FromNumber": sender,
        "Message": text,
        "SMSID": identifier,
        "ToNumber": recipient,
    }
