"""What people got and wrote on WhatsApp, in bounded memory.

Rule: taking a message costs an append; what is drawn of it is made when somebody looks.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.simulator.whatsapp.people import Person

HANDSETS, ITEMS = 500, 200
BY_ID = 20_000  # messages that can be found by their id


@dataclass(slots=True, eq=False)
class Message:
    """One message, either way. `text` is what is read; `payload` what was on the wire under its type."""

    id: str
    number: CloudNumber
    person: Person
    kind: str
    payload: Any
    text: str
    at: datetime
    sent: bool = False  # by the person
    state: str = "accepted"  # then sent, delivered, read or failed; of the person's own: told
    failure: int = 0
    statuses: list[str] = field(default_factory=list)  # that were told, in order
    header: str = ""
    footer: str = ""
    media: tuple[str, dict[str, Any]] | None = None  # kind, and its id or link
    buttons: tuple[tuple[str, str, str], ...] = ()  # type, label, payload or url
    list_button: str = ""
    reply_to: str = ""
    callback_data: str = ""
    category: str = ""
    template: str = ""
    reactions: dict[str, str] = field(default_factory=dict)  # by 'business' and 'person'


@dataclass(slots=True)
class Record:
    """All messages that are still remembered."""

    taken: int = 0
    refused: int = 0
    _phones: OrderedDict[str, deque[Message]] = field(default_factory=OrderedDict)
    _received: dict[str, int] = field(default_factory=dict)
    _by_id: OrderedDict[str, Message] = field(default_factory=OrderedDict)

    def add(self, message: Message) -> None:
        """A message was taken, or written by a person."""
        phone = message.person.phone
        items = self._phones.get(phone)
        if items is None:
            items = self._phones[phone] = deque(maxlen=ITEMS)
            self._received[phone] = 0
            if len(self._phones) > HANDSETS:
                self._received.pop(self._phones.popitem(last=False)[0], None)
        else:
            self._phones.move_to_end(phone)
        items.append(message)
        if not message.sent:
            self.taken += 1
            self._received[phone] += 1
        self._by_id[message.id] = message
        if len(self._by_id) > BY_ID:
            self._by_id.popitem(last=False)

    def get(self, identifier: str) -> Message | None:
        """The message of an id."""
        return self._by_id.get(identifier)

    def of(self, phone: str) -> tuple[Message, ...]:
        """What a person got and wrote, in order."""
        return tuple(self._phones.get(phone, ()))

    def received(self, phone: str) -> int:
        """How many messages a person got."""
        return self._received.get(phone, 0)

    def phones(self) -> Iterator[str]:
        """Everybody's numbers, the one used last first."""
        return reversed(self._phones)

    def __len__(self) -> int:
        return len(self._phones)
