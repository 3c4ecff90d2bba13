"""The order in which messages leave."""

from __future__ import annotations

from viesti.channels.whatsapp.line import Item, Line
from viesti.domain.channel import AddressKind, Outgoing
from viesti.domain.whatsapp_content import Text

KIND = AddressKind.INTERNATIONAL


def item(number: int, urgent: bool = False) -> Item:
    return Item(Outgoing(number, 1, "358401", KIND, "", KIND, "", urgent=urgent), Text(body=""))


def taken(line: Line, now: float) -> list[int]:
    found = []
    while one := line.take(now):
        found.append(one.outgoing.recipient_id)
    return found


def test_urgent_ones_first_each_kind_in_order() -> None:
    line = Line()
    for number in range(6):
        line.put(item(number, urgent=number % 3 == 2))
    assert len(line) == 6
    assert taken(line, 0.0) == [2, 5, 0, 1, 3, 4]


def test_what_is_held_goes_when_it_is_due_before_others_of_its_kind() -> None:
    line = Line()
    line.put(item(1))
    line.put(item(2, urgent=True))
    line.hold(item(3), 5.0)
    line.hold(item(4, urgent=True), 7.0)
    line.hold(item(5), 5.0)
    assert taken(line, 4.9) == [2, 1]
    line.put(item(6, urgent=True))
    line.put(item(7))
    assert taken(line, 5.0) == [6, 3, 5, 7]
    assert (line.opens_at(5.0), len(line)) == (7.0, 1)
    assert taken(line, 7.0) == [4]
    assert line.opens_at(7.0) is None


def test_all_of_it_comes_back() -> None:
    line = Line()
    line.hold(item(1), 5.0)
    line.put(item(2))
    line.put(item(3, urgent=True))
    assert sorted(one.outgoing.recipient_id for one in line.take_all()) == [1, 2, 3]
    assert len(line) == 0
