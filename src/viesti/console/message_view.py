"""A message in the words of the page it is on.

Rule: a link is shown as text, in full and as it was written: nobody who reads the page visits it by mistake,
and a visit of the people who read here is not counted as the recipient's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from viesti.domain.failure import SENTENCES
from viesti.domain.message import HELD_SENTENCES, HeldReason
from viesti.domain.status import Status
from viesti.services.link_details import LinkDetail
from viesti.services.sms.seen import SmsSeen

# What a status is called here and how it looks; the others by their own word, and plain.
_STATUSES: Mapping[Status, tuple[str, str]] = {
    Status.FROZEN: ("Held back", "warn"),
    Status.UNKNOWN: ("In doubt", "warn"),
    Status.EXPIRED: ("Expired", "bad"),
    Status.UNDELIVERED: ("Undelivered", "bad"),
    Status.FAILED: ("Failed", "bad"),
    Status.DELIVERED: ("Delivered", "good"),
}


class LinkShown(msgspec.Struct, frozen=True):
    """A link and its visits."""

    url: str
    visits: str
    last_at: datetime | None


class MessageShown(msgspec.Struct, frozen=True):
    """`came`: from the contact; `notes`: sentences about what became of it."""

    came: bool
    text: str
    at: datetime
    status: str
    tone: str
    about: tuple[str, ...]
    notes: tuple[str, ...]
    links: tuple[LinkShown, ...]


def message_view(sms: SmsSeen, held: HeldReason | None) -> MessageShown:
    """What is shown of a message. `held`: why it is, when it is frozen."""
    status, tone = "Received", "plain"
    about = [f"to {sms.destination}"]
    if sms.status is not None:
        status, tone = _STATUSES.get(sms.status, (sms.status.word.capitalize(), "plain"))
        about = [f"from {sms.source}"]
    if sms.parts > 1:
        about.append(f"{sms.parts} parts")
    if sms.campaign_id is not None:
        about.append(f"campaign {sms.campaign_id}")
    sender = sms.user_name or sms.application_name
    if sender:
        about.append(f"by {sender}")
    notes = (
        HELD_SENTENCES[held] if held else "",
        SENTENCES[sms.failure] if sms.failure else "",
        sms.flagged_why,
    )
    return MessageShown(
        came=sms.status is None,
        text=sms.text,
        at=sms.created_at,
        status=status,
        tone=tone,
        about=tuple(about),
        notes=tuple(note for note in notes if note),
        links=tuple(_link(link) for link in sms.links),
    )


def _link(link: LinkDetail) -> LinkShown:
    if not link.clicks:
        visits = "not opened"
    elif not link.persons:
        visits = f"not opened by a person; {_times(link.machines)} by a machine"
    else:
        visits = f"opened {_times(link.persons)}"
        visits += f", and {_times(link.machines)} by a machine" if link.machines else ""
    return LinkShown(link.url, visits, link.last_at)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
