"""The phones: what each number received and wrote, in bounded memory.

Rule: taking a message costs a list append; reading, joining parts and all else is done when somebody
looks, so a load of 15,000 messages a second does not pay for a page nobody has open.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from viesti.domain.text.parts import join_parts
from viesti.simulator.message import Reply, Submission
from viesti.simulator.reading import Place, Reading, read, starts_message

MISSING = "…"  # stands for a part that has not come


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a conversation, ready to be drawn."""

    direction: str  # 'received' or 'sent'
    party: str
    text: str
    encoding: str
    parts: int  # here
    parts_total: int
    at: datetime
    state: str
    receipt: str
    binary: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of the list of handsets."""

    number: str
    last: str
    at: datetime | None
    received: int

    def joined(self, other: Summary) -> Summary:
        """The same handset, seen another way too: the later word, and the sum of what came."""
        times = [one.at.timestamp() if one.at else 0.0 for one in (self, other)]
        later = self if times[0] >= times[1] else other
        return replace(later, received=self.received + other.received)


@dataclass(slots=True)
class _Handset:
    items: deque[Submission | Reply]
    received: int = 0


@dataclass(slots=True)
class Handsets:
    """All phones. The one unused longest is forgotten beyond `handsets`, its oldest item beyond `items`."""

    handsets: int = 500
    items: int = 200
    _phones: OrderedDict[str, _Handset] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._phones)

    def take(self, submission: Submission) -> None:
        """A message (one part) arrived at the handset it is for."""
        phone = self._phone(submission.destination)
        phone.items.append(submission)
        if starts_message(submission.pdu):
            phone.received += 1

    def write(self, reply: Reply) -> None:
        """A message was written on a handset."""
        self._phone(reply.handset).items.append(reply)

    def numbers(self) -> Iterable[str]:
        """Every handset's number."""
        return self._phones.keys()

    def summaries(self, limit: int) -> list[Summary]:
        """The handsets used last, newest first."""
        found: list[Summary] = []
        for number in reversed(self._phones):
            if len(found) == limit:
                break
            phone = self._phones[number]
            last = phone.items[-1]
            text = last.text if isinstance(last, Reply) else read(last.pdu).text
            found.append(Summary(number, text, last.at, phone.received))
        return found

    def conversation(self, number: str) -> tuple[Shown, ...]:
        """All of one handset in order of arrival, parts joined; () for a number never seen."""
        phone = self._phones.get(number)
        return tuple(joined(phone.items)) if phone else ()

    def received(self, number: str) -> int:
        """How many messages the handset got since it was first seen."""
        phone = self._phones.get(number)
        return phone.received if phone else 0

    def _phone(self, number: str) -> _Handset:
        phone = self._phones.get(number)
        if phone is None:
            phone = self._phones[number] = _Handset(deque(maxlen=self.items))
            if len(self._phones) > self.handsets:
                self._phones.popitem(last=False)
        else:
            self._phones.move_to_end(number)
        return phone


def joined(items: Iterable[Submission | Reply]) -> list[Shown]:
    """Items with the parts of one message joined, at the place of its first part.

    Parts belong together by sender, reference and total. A number that came before starts another message, so
    a part sent twice is seen twice.
    """
    groups: list[Reply | list[tuple[Submission, Reading]]] = []
    open_groups: dict[tuple[str, str, Place], list[tuple[Submission, Reading]]] = {}
    for item in items:
        if isinstance(item, Reply):
            groups.append(item)
            continue
        reading = read(item.pdu)
        place = reading.place
        if place is None or place.total == 1:
            groups.append([(item, reading)])
            continue
        key = (item.account, item.source, Place(place.kind, place.reference, place.total, 0))
        group = open_groups.get(key)
        if group is None or any(_number(other) == place.number for _, other in group):
            group = open_groups[key] = []
            groups.append(group)
        group.append((item, reading))
    return [_show_reply(group) if isinstance(group, Reply) else _show(group) for group in groups]


def _number(reading: Reading) -> int:
    return reading.place.number if reading.place else 1


def _show(group: list[tuple[Submission, Reading]]) -> Shown:
    first, reading = group[0]
    total = reading.place.total if reading.place else 1
    texts = {_number(part): part.text for _, part in group}
    text = join_parts(texts.items(), total).text
    if text is None:
        text = "".join(texts.get(number, MISSING) for number in range(1, total + 1))
    encodings = dict.fromkeys(part.encoding for _, part in sorted(group, key=lambda one: _number(one[1])))
    worst = max((one for one, _ in group), key=lambda one: (one.state != 2, one.state))
    receipts = [one.receipt for one, _ in group]
    return Shown(
        direction="received",
        party=first.source,
        text=text,
        encoding=" + ".join(encodings),
        parts=len(texts),
        parts_total=total,
        at=first.at,
        state=worst.state.name.lower(),
        receipt=min(receipts, key=list(type(receipts[0])).index).value,
        binary=reading.binary,
    )


def _show_reply(reply: Reply) -> Shown:
    return Shown(
        direction="sent",
        party=reply.to,
        text=reply.text,
        encoding=reply.encoding,
        parts=reply.parts_total,
        parts_total=reply.parts_total,
        at=reply.at,
        state=reply.state.value,
        receipt="",
        binary=False,
    )
