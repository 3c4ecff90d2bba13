"""What a person wrote by WhatsApp, as the part of an inbound message that it is.

Rule: a message is made once for its channel and Meta's id of it, in however many bodies it comes and in
whatever order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from viesti.domain.channel import AddressKind, Attached, InboundPart
from viesti.domain.message import Protocol
from viesti.protocols.whatsapp.events import InboundMedia
from viesti.services.provider.gather import Said
from viesti.services.provider.people import Phones, address_of
from viesti.storage.store import MessageReference, Store, Transaction

UNKNOWN_TYPE = "application/octet-stream"
LONGEST_NAME = 200  # characters of a file's name

# What a file is called that came without a name, by its type.
ENDINGS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "application/pdf": "pdf",
}
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:; ?[\w.+-]+=[\w.+-]+)*", re.ASCII)


async def add_messages(
    tx: Transaction, store: Store, said: Sequence[Said], phones: Phones, now: datetime
) -> int:
    """Store those that were not made yet, for the inbound duty; gives how many."""
    if not said:
        return 0
    rows = [MessageReference(one.event.wamid, one.channel.id, one.channel.bucket, now) for one in said]
    new = await tx.provider_events.new_references(rows)
    parts: list[tuple[int, InboundPart]] = []
    for one in said:
        key = (one.event.wamid, one.channel.id)
        if key in new:
            new.discard(key)  # the same again, of this very batch, is made once
            parts.append((one.channel.bucket, part_of(one, phones)))
    ids = await store.ids.take([bucket for bucket, _ in parts])
    if parts:
        await tx.inbound.add_parts([(i, bucket, part) for i, (bucket, part) in zip(ids, parts, strict=True)])
    return len(parts)


def part_of(one: Said, phones: Phones) -> InboundPart:
    """The whole message as one part."""
    event = one.event
    source = address_of(one, phones)
    return InboundPart(
        channel_id=one.channel.id,
        source=source,
        source_kind=AddressKind.INTERNATIONAL if source.isdecimal() else AddressKind.WHATSAPP_USER,
        destination=one.channel.identity,
        text=event.text,
        concatenation=None,
        received_at=one.received_at,
        protocol=Protocol.WHATSAPP,
        message_reference=event.wamid,
        kind=event.kind,
        attachments=tuple(_attached(event.kind, media) for media in event.media),
        details=_details(one) or None,
    )


def _attached(kind: str, media: InboundMedia) -> Attached:
    mime_type = media.mime_type if _TYPE.fullmatch(media.mime_type) else UNKNOWN_TYPE
    ending = ENDINGS.get(mime_type.partition(";")[0], "bin")
    # The person's own words: never a path for who saves it under that name.
    last = re.split(r"[/\\]", media.filename)[-1].strip(". ")
    name = last[:LONGEST_NAME] or f"{kind}.{ending}"
    return Attached(media.id, mime_type, name, media.sha256)


def _details(one: Said) -> dict[str, Any]:
    """What there is to say beside the text, in the words of our own webhook."""
    event = one.event
    told: dict[str, Any] = {
        "payload": event.payload,
        "replyTo": event.reply_to,
        "about": event.target,
        "forwarded": event.forwarded,
        "name": event.name,
        "username": event.username,
        "userId": event.user_id,
        "sentAt": one.at if event.at else None,
        "errors": [fault.code for fault in event.faults],
        "voice": any(media.voice for media in event.media),
        event.kind: None if event.payload else event.details,
        "referral": event.referral,
    }
    return {name: value for name, value in told.items() if value}
