"""What a webhook's events are to us: receipts, messages, words about consent, news of templates and parties.

Rule: nothing is decided by order. An event goes to the channel of the number it names; one that can't be
given to any is told, so that its body is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeAlias

from viesti.domain.channel import CarrierReceipt
from viesti.domain.estate import ChannelRow
from viesti.domain.status import PartState
from viesti.domain.whatsapp_failures import failure_of
from viesti.protocols.whatsapp import callback_data
from viesti.protocols.whatsapp.events import (
    NO_READING,
    AccountEvent,
    Event,
    MessageEvent,
    OtherEvent,
    PartyChanged,
    Preference,
    StatusEvent,
    TemplateCategory,
    TemplateComponents,
    TemplateQuality,
    TemplateStatus,
)
from viesti.services.provider.channels import ProviderChannel, ProviderChannels

OfAccount: TypeAlias = TemplateStatus | TemplateQuality | TemplateCategory | TemplateComponents | AccountEvent

# What a status says of its part. A word that Meta added since says that it is on its way.
STATES: Mapping[str, PartState] = {
    "sent": PartState.ACCEPTED,
    "delivered": PartState.DELIVERED,
    "read": PartState.DELIVERED,
    "played": PartState.DELIVERED,  # a voice message was heard
    "failed": PartState.UNDELIVERABLE,
}
_READ = frozenset(("read", "played"))
NO_CHANNEL = "its number is no channel's"
NO_ACCOUNT = "its account is no channel's"
TOO_LONG = "an id in it is longer than ids are"
LONGEST_ID = 512  # characters; an index holds no more than some thousands
_LONGEST_NOTE = 300  # characters of a fault's title


class Said(NamedTuple):
    """Something a person did, and to which channel. `at`: when, by the provider's clock if it told."""

    channel: ChannelRow
    event: MessageEvent
    at: datetime
    received_at: datetime


class Preferred(NamedTuple):
    """A person's word about marketing."""

    channel: ChannelRow
    event: Preference
    at: datetime


class Moved(NamedTuple):
    """A person has another number or another user id."""

    channel: ChannelRow
    event: PartyChanged
    at: datetime


class Told(NamedTuple):
    """Something about the account of a channel, or a template of it."""

    channel: ChannelRow
    event: OfAccount
    at: datetime


@dataclass(slots=True)
class Gathered:
    """All of a batch of bodies, each kind together."""

    receipts: list[CarrierReceipt] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    preferred: list[Preferred] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    unread: list[OtherEvent] = field(default_factory=list)  # of no use here

    def add(
        self, channels: ProviderChannels, posted: ProviderChannel, event: Event, received_at: datetime
    ) -> str:
        """Sort an event in; gives why that can't be done, '' when it is."""
        at = event.at or received_at
        match event:
            case OtherEvent():
                if event.reason != NO_READING:
                    return event.reason
                self.unread.append(event)
            case MessageEvent(echo=True):
                pass  # what our own people sent from the phone
            case StatusEvent() | MessageEvent() | Preference() | PartyChanged():
                found = channels.of_number(posted, event.phone_number_id)
                if found is None:
                    return NO_CHANNEL
                if max(map(len, _ids(event))) > LONGEST_ID:
                    return TOO_LONG
                self._of_number(found.row, event, at, received_at)
            case _:
                found = next(iter(channels.of_account(posted, event.waba_id)), None)
                if found is None and not isinstance(event, AccountEvent):
                    return NO_ACCOUNT  # and there may be a template of the same name on ours
                self.told.append(Told((found or posted).row, event, at))
        return ""

    def _of_number(
        self,
        channel: ChannelRow,
        event: StatusEvent | MessageEvent | Preference | PartyChanged,
        at: datetime,
        received_at: datetime,
    ) -> None:
        match event:
            case StatusEvent():
                self.receipts.append(receipt(channel, event, received_at))
            case MessageEvent():
                self.said.append(Said(channel, event, at, received_at))
            case Preference():
                self.preferred.append(Preferred(channel, event, at))
            case PartyChanged():
                self.moved.append(Moved(channel, event, at))


def _ids(event: StatusEvent | MessageEvent | Preference | PartyChanged) -> tuple[str, ...]:
    """What it is stored and found by."""
    reference = "" if isinstance(event, Preference) else event.wamid
    return reference, event.wa_id, event.user_id


def receipt(channel: ChannelRow, event: StatusEvent, received_at: datetime) -> CarrierReceipt:
    """A status as a receipt. What we sent along names the attempt where no id of Meta's was ever seen."""
    ours = callback_data.read(event.callback_data)
    fault = event.faults[0] if event.faults else None
    failed = event.status == "failed"
    return CarrierReceipt(
        channel_id=channel.id,
        references=(event.wamid,),
        state=STATES.get(event.status, PartState.ENROUTE),
        error=str(fault.code) if fault else "",
        done_at=event.at,
        received_at=received_at,
        source=channel.identity,
        destination=event.wa_id or event.user_id,
        raw=f"{event.status} {fault.title if fault else ''}".strip()[:_LONGEST_NOTE],
        recipient_id=ours.recipient if ours else None,
        attempt=ours.attempt if ours else None,
        failure=failure_of(fault.code) if fault and failed else None,
        read_at=(event.at or received_at) if event.status in _READ else None,
    )
