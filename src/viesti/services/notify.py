"""What is told of an inbound message, and to whom: hooks of the estate, and subscriptions of programs.

Rule: the body is rendered once, here, so that every try of a call sends the same bytes. A subscription's URL
stays sealed; whoever makes the call opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from viesti.domain.contact import Contact
from viesti.domain.estate import Service
from viesti.domain.message import Callback, Inbound, Protocol
from viesti.protocols.webhook.envelope import Event as Envelope
from viesti.protocols.webhook.envelope import encode
from viesti.services.attachment_links import AttachmentLinks
from viesti.services.guids import GuidKind
from viesti.services.notify_txtsync import DIALECT as TXTSYNC
from viesti.services.notify_txtsync import Person, inbound_body
from viesti.services.short_links import ShortLinks
from viesti.services.tell.bodies import KEYWORD_RECEIVED, KeywordTold, body, moment, person
from viesti.services.tell.options import DIALECT as VIESTI
from viesti.services.tell.options import wants_keyword
from viesti.storage.guid import GuidCipher
from viesti.storage.store import LastSent, Subscription

SHOWN_PROTOCOLS: Mapping[str, str] = {Protocol.SMS: "SMS", Protocol.WHATSAPP: "WhatsApp"}
BINARY_NAME, BINARY_TYPE = "message.bin", "application/octet-stream"  # of an SMS that is not text
SMARTDIALOG = "smartdialog"
FILES_WAIT = timedelta(seconds=20)  # who is told of a file is called when it is there, or after so long


class Attachment(msgspec.Struct, frozen=True, rename="camel"):
    """What came with a message beside its text."""

    name: str
    mime_type: str
    resource_location: str


class Notification(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a flow's trigger is sent. `thread_id` is left out where there is no discussion, and `payload`,
    what was sent with the button that was pressed, where there is none."""

    sender: str
    recipient: str
    content: str
    timestamp: datetime
    protocol: str
    attachments: tuple[Attachment, ...]
    message_id: str
    thread_id: str = ""
    payload: str = ""


class Writer(NamedTuple):
    """Who wrote: a contact, if he is one, and the last message he was sent, where somebody is told of it."""

    contact: Contact | None = None
    last: LastSent | None = None


class Notify:
    """Makes the calls that tell of inbound messages, for one process."""

    def __init__(self, guids: GuidCipher, links: AttachmentLinks, short_links: ShortLinks) -> None:
        self._guids = guids
        self._links = links
        self._short_links = short_links
        self._bodies: Mapping[str, Callable[[Inbound, str, Writer], str]] = {
            SMARTDIALOG: self._smartdialog,
            TXTSYNC: self._txtsync,
            VIESTI: self._viesti,
        }

    def hook(self, identifier: int, inbound: Inbound, service: Service, url: str, kind: str) -> Callback:
        """The POST to a URL that the estate has for the service."""
        data = {
            "messageId": inbound.id,
            "service": service.key,
            "sender": inbound.source,
            "recipient": inbound.destination,
            "content": inbound.text,
            "timestamp": inbound.received_at,
            "protocol": SHOWN_PROTOCOLS[inbound.protocol],
            "keyword": inbound.keyword,
            "consent": inbound.consent or "",
            "threadId": inbound.thread_id,
            "attachments": self._attachments(inbound),
        }
        if inbound.protocol != Protocol.SMS:
            data |= {"kind": inbound.kind, "reference": inbound.reference, "details": inbound.details}
        event = Envelope(
            type="inbound.received",
            id=str(inbound.id),
            timestamp=inbound.received_at,
            data=msgspec.to_builtins({name: value for name, value in data.items() if value is not None}),
        )
        return _callback(identifier, inbound, kind, url, encode(event).decode(), None)

    @staticmethod
    def concerns(inbound: Inbound, subscription: Subscription) -> bool:
        """Whether a subscription is told of such a message: TxtSync's triggers are of SMS, the native API's
        of what begins with a keyword."""
        if subscription.dialect == VIESTI:
            return wants_keyword(subscription.options, inbound.text)
        return inbound.protocol == Protocol.SMS or subscription.dialect != TXTSYNC

    def subscriber(
        self,
        identifier: int,
        inbound: Inbound,
        service: str,
        subscription: Subscription,
        writer: Writer,
    ) -> Callback:
        """The POST to a subscription, in the words of its interface. `service`: its key."""
        told = self._bodies[subscription.dialect](inbound, service, writer)
        return _callback(identifier, inbound, "http_request", subscription.url_sealed, told, subscription.id)

    def _smartdialog(self, inbound: Inbound, _service: str, _writer: Writer) -> str:
        notification = Notification(
            sender=inbound.source,
            recipient=inbound.destination,
            content=inbound.text,
            timestamp=inbound.received_at,
            protocol=SHOWN_PROTOCOLS[inbound.protocol],
            attachments=self._attachments(inbound),
            message_id=self._guids.of(GuidKind.INBOUND, inbound.id),
            thread_id=self._guids.of(GuidKind.THREAD, inbound.thread_id) if inbound.thread_id else "",
            payload=(inbound.details or {}).get("payload", ""),
        )
        return msgspec.json.encode(notification).decode()

    def _txtsync(self, inbound: Inbound, _service: str, writer: Writer) -> str:
        last = writer.last
        if last is not None:
            sent = self._short_links.sent_text(last.id, last.text, last.link_base, last.link_rule)
            last = last._replace(text=sent)
        return inbound_body(inbound, Person.of(writer.contact), last)

    def _viesti(self, inbound: Inbound, service: str, writer: Writer) -> str:
        file = next(iter(self._attachments(inbound)), None)
        return body(
            KeywordTold(
                event_id=f"{KEYWORD_RECEIVED}:{inbound.id}",
                event=KEYWORD_RECEIVED,
                at=moment(inbound.received_at),
                number=inbound.source,
                message_id=inbound.id,
                recipient=inbound.destination,
                text=inbound.text,
                protocol=SHOWN_PROTOCOLS[inbound.protocol],
                service=service,
                keyword=inbound.keyword,
                consent=inbound.consent or "",
                payload=(inbound.details or {}).get("payload", ""),
                attachment_name=file.name if file else "",
                attachment_type=file.mime_type if file else "",
                attachment_url=file.resource_location if file else "",
                **person(writer.contact),
            )
        )

    def _attachments(self, inbound: Inbound) -> tuple[Attachment, ...]:
        files = [(each.name, each.mime_type) for each in inbound.attachments[:1]]  # more than one never come
        if inbound.payload is not None:
            files = [(BINARY_NAME, BINARY_TYPE)]
        guid = self._guids.of(GuidKind.ATTACHMENT, inbound.id)
        return tuple(
            Attachment(name, kind, self._links.url(guid, inbound.received_at)) for name, kind in files
        )


def _callback(
    identifier: int, inbound: Inbound, kind: str, url: str, body: str, subscription_id: int | None
) -> Callback:
    assert inbound.customer_id is not None  # only a service's message is told
    return Callback(
        id=identifier,
        bucket=inbound.bucket,
        customer_id=inbound.customer_id,
        subject_id=inbound.id,
        kind=kind,
        method="POST",
        url=url,
        body=body,
        due_at=inbound.received_at + (FILES_WAIT if inbound.attachments else timedelta(0)),
        created_at=inbound.received_at,
        subscription_id=subscription_id,
        apart=True,
    )
