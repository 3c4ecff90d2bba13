"""The message centre without sockets: receipts when due, deliveries kept until answered, replies routed."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from viesti.domain.status import PartState
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.receipt import ReceiptOptions, parse_receipt
from viesti.protocols.smpp.references import IdBase, canonical
from viesti.protocols.smpp.spec import Command, Tag
from viesti.protocols.smpp.status import Status
from viesti.simulator.behaviour import Behaviour, Span
from viesti.simulator.centre import CentreOptions, MessageCentre
from viesti.simulator.identity import Account, IdForm
from viesti.simulator.message import Delivery, ReceiptProgress, Reply, ReplyState
from viesti.simulator.receipt import Quirk
from viesti.simulator.timeline import Timeline
from viesti.simulator.treatment import Fate

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NUMBER = "358401234567"


def centre(options: CentreOptions | None = None, **behaviour: Any) -> MessageCentre:
    behaviour = {"receipt_delay": Span(1.0, 1.0)} | behaviour
    return MessageCentre(options or CentreOptions(), Behaviour(**behaviour), Random(3), lambda: AT)


def submit(destination: str = NUMBER, registered_delivery: int = 1, source: str = "16500") -> Pdu:
    return Pdu(
        Command.SUBMIT_SM,
        fields={
            "source_addr": source,
            "destination_addr": destination,
            "registered_delivery": registered_delivery,
            "short_message": b"Hello",
        },
    )


def mail(of: MessageCentre, account: str = "demo") -> list[Delivery]:
    found = []
    while (delivery := of.mail.take(account)) is not None:
        found.append(delivery)
    return found


@pytest.mark.parametrize(
    ("registered_delivery", "fate", "receipts", "expected"),
    [
        (0, Fate.DELIVERED, True, []),
        (1, Fate.DELIVERED, True, [PartState.DELIVERED]),
        (1, Fate.UNDELIVERED, True, [PartState.UNDELIVERABLE]),
        (2, Fate.DELIVERED, True, []),
        (2, Fate.EXPIRED, True, [PartState.EXPIRED]),
        (3, Fate.DELIVERED, True, [PartState.DELIVERED]),
        (3, Fate.EXPIRED, True, []),
        (1, Fate.NONE, True, []),
        (1, Fate.DELIVERED, False, []),
        (1, Fate.ACCEPTED, True, [PartState.ACCEPTED]),
    ],
)
def test_a_receipt_comes_when_it_is_asked_for(
    registered_delivery: int, fate: Fate, receipts: bool, expected: list[PartState]
) -> None:
    one = centre(outcomes=((fate, 1.0),), receipts=receipts)
    taken = one.submit("demo", submit(registered_delivery=registered_delivery), 10.0)
    assert taken.status is Status.ROK
    one.timeline.run(10.9)
    assert mail(one) == []
    assert one.mail.receipts_pending == len(expected)
    one.timeline.run(11.0)
    found = mail(one)
    assert [delivery.pdu.tlv_number(Tag.MESSAGE_STATE) for delivery in found] == expected
    for delivery in found:
        one.mail.acknowledged(delivery)
    assert one.mail.receipts_pending == 0


@pytest.mark.parametrize("id_form", [IdForm.DECIMAL, IdForm.HEX, IdForm.UUID])
@pytest.mark.parametrize("quirk", [None, *Quirk])
def test_our_own_receiver_understands_every_quirk(quirk: Quirk | None, id_form: IdForm) -> None:
    options = CentreOptions(id_form=id_form, first_id=0xABCDEF0123, id_width=14)
    one = centre(options, quirks=frozenset({quirk} if quirk else ()), outcomes=((Fate.REJECTED, 1.0),))
    taken = one.submit("demo", submit(), 0.0)
    one.timeline.run(1.0)
    bases = {IdForm.DECIMAL: IdBase.DECIMAL, IdForm.HEX: IdBase.HEX, IdForm.UUID: IdBase.STRING}
    base = other = bases[id_form]
    if quirk is Quirk.HEX_ID and id_form is IdForm.DECIMAL:
        other = IdBase.HEX
    if quirk is Quirk.DECIMAL_ID and id_form is IdForm.HEX:
        other = IdBase.DECIMAL
    habits = ReceiptOptions(answer_base=base, receipt_base=other, sniff=True)
    read = [parse_receipt(delivery.pdu, habits) for delivery in mail(one)]
    assert len(read) == (2 if quirk in (Quirk.DUPLICATE, Quirk.ENROUTE_FIRST, Quirk.ACCEPTED_FIRST) else 1)
    first, last = read[0], read[-1]
    assert first is not None
    assert last is not None
    assert canonical(taken.message_id, base) in last.references
    expected = {Quirk.ENROUTE_FIRST: PartState.ENROUTE, Quirk.ACCEPTED_FIRST: PartState.ACCEPTED}
    assert first.state == expected.get(quirk, PartState.REJECTED)  # type: ignore[arg-type]
    assert last.state == PartState.REJECTED


def test_a_receipt_turns_the_addresses_round() -> None:
    for quirk, expected in ((None, (NUMBER, "16500")), (Quirk.SWAPPED, ("16500", NUMBER))):
        one = centre(quirks=frozenset({quirk} if quirk else ()))
        one.submit("demo", submit(), 0.0)
        one.timeline.run(1.0)
        (receipt,) = mail(one)
        assert (receipt.pdu.text("source_addr"), receipt.pdu.text("destination_addr")) == expected


def test_a_receipt_before_the_answer_is_mailed_at_once_and_the_answer_waits() -> None:
    one = centre(quirks=frozenset({Quirk.BEFORE_ANSWER}))
    taken = one.submit("demo", submit(), 0.0)
    assert len(mail(one)) == 1
    assert taken.treatment.answer_delay > 0


def test_refused_and_unanswered_deliveries_come_again_later() -> None:
    one = centre(CentreOptions(retry_delay=5.0))
    one.submit("demo", submit(), 0.0)
    one.timeline.run(1.0)
    (delivery,) = mail(one)
    delivery.sent()
    assert delivery.submission is not None
    assert delivery.submission.receipt is ReceiptProgress.SENT
    for give_back, at in ((one.mail.refused, 1.0), (one.mail.unanswered, 6.0)):
        give_back(delivery, at)
        assert delivery.submission.receipt is ReceiptProgress.WAITING
        one.timeline.run(at + 4.9)
        assert mail(one) == []
        one.timeline.run(at + 5.0)
        assert mail(one) == [delivery]
    one.mail.acknowledged(delivery)
    assert delivery.submission.receipt is ReceiptProgress.ACKNOWLEDGED
    assert one.timeline.next_due() is None


def test_deliveries_of_a_lost_session_go_first_and_in_order() -> None:
    one = centre()
    for _ in range(4):
        one.submit("demo", submit(), 0.0)
    one.timeline.run(1.0)
    first, second = one.mail.take("demo"), one.mail.take("demo")
    assert first is not None
    assert second is not None
    for lost in (second, first):  # as a connection gives them back: last first
        one.mail.returned(lost)
    assert mail(one)[:2] == [first, second]


def test_each_account_has_its_own_mail() -> None:
    one = centre()
    told: list[str] = []
    one.mail.on_mail = told.append
    one.submit("a", submit(), 0.0)
    one.submit("b", submit(), 0.0)
    one.timeline.run(1.0)
    assert (len(mail(one, "a")), len(mail(one, "b")), mail(one, "c")) == (1, 1, [])
    assert told == ["a", "b"]


def test_query_and_cancel() -> None:
    one = centre()
    message_id = one.submit("demo", submit(), 0.0).message_id
    done = one.submit("demo", submit(), -5.0).message_id
    one.timeline.run(0.0)
    assert one.query("stranger", message_id) is None
    assert one.query("demo", "none such") is None
    found = one.query("demo", message_id)
    assert found is not None
    assert found.state is PartState.ENROUTE
    assert not one.cancel("stranger", message_id)
    assert one.cancel("demo", message_id)
    assert not one.cancel("demo", message_id)
    assert not one.cancel("demo", done)
    mail(one)
    one.timeline.run(2.0)
    (receipt,) = mail(one)
    assert receipt.pdu.tlv_number(Tag.MESSAGE_STATE) == PartState.DELETED


def test_memory_of_messages_is_bounded() -> None:
    one = centre(CentreOptions(remembered=3))
    ids = [one.submit("demo", submit(), 0.0).message_id for _ in range(5)]
    assert [one.query("demo", message_id) is not None for message_id in ids] == [
        False,
        False,
        True,
        True,
        True,
    ]


def test_several_destinations_share_an_id() -> None:
    one = centre(refused_prefixes=("46",))
    pdu = submit()
    del pdu.fields["destination_addr"]
    pdu.command_id = Command.SUBMIT_MULTI
    pdu.fields["dest_addresses"] = ()
    destinations = [(1, 1, "358401"), (1, 1, "46701"), (1, 1, "358402")]
    taken, failed = one.submit_multi("demo", pdu, destinations, 0.0)
    assert (taken.status, taken.message_id) == (Status.ROK, "1")
    assert failed == [(1, 1, "46701", Status.RINVDSTADR)]
    one.timeline.run(1.0)
    assert [delivery.pdu.text("source_addr") for delivery in mail(one)] == ["358401", "358402"]
    taken, failed = one.submit_multi("demo", pdu, [(1, 1, "46701")], 0.0)
    assert (taken.status, taken.message_id, len(failed)) == (Status.RINVDSTADR, "", 1)


ACCOUNTS = (Account("demo", "x", ("16500",)), Account("other", "x", ("16600",)))


@pytest.mark.parametrize(
    ("accounts", "submitted", "bound", "to", "expected"),
    [
        (ACCOUNTS, (), (), "16600", "other"),  # by configuration
        (ACCOUNTS, (("demo", "16600"),), (), "16600", "other"),
        ((), (("demo", "17000"), ("other", "18000")), ("zzz",), "18000", "other"),  # by who sent from it
        ((), (), ("demo",), "19000", "demo"),  # whoever listens
    ],
)
def test_a_reply_finds_its_account(
    accounts: tuple[Account, ...],
    submitted: tuple[tuple[str, str], ...],
    bound: tuple[str, ...],
    to: str,
    expected: str,
) -> None:
    one = centre(CentreOptions(accounts=accounts))
    for account in bound:
        one.mail.open(account)
    for account, source in submitted:
        one.submit(account, submit(source=source, registered_delivery=0), 0.0)
    reply = one.reply(NUMBER, to, "Yes")
    assert isinstance(reply, Reply)
    (delivery,) = mail(one, expected)
    assert delivery.pdu.text("destination_addr") == to
    assert reply.state is ReplyState.QUEUED
    one.mail.acknowledged(delivery)
    assert reply.state is ReplyState.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("to", "text", "said"),
    [
        ("Viesti", "Yes", "A handset can't answer 'Viesti'"),
        ("16500", "Yes", "nobody is bound"),
    ],
)
def test_a_reply_that_can_not_be_sent_says_why(to: str, text: str, said: str) -> None:
    problem = centre().reply(NUMBER, to, text)
    assert isinstance(problem, str)
    assert said in problem


def test_a_reply_too_long_for_any_message_says_why() -> None:
    one = centre()
    one.mail.open("demo")
    problem = one.reply(NUMBER, "16500", "a" * 153 * 256)
    assert problem == "The text needs 256 parts, more than 255."


def test_a_long_reply_is_split_and_joined_on_the_page() -> None:
    one = centre()
    one.mail.open("demo")
    text = "Pitkä vastaus 🙂 " * 20
    reply = one.reply(NUMBER, "16500", text)
    assert isinstance(reply, Reply)
    deliveries = mail(one)
    assert len(deliveries) == reply.parts_total > 1
    assert {delivery.pdu.number("esm_class") for delivery in deliveries} == {0x40}
    assert all(len(delivery.pdu.message()) <= 140 for delivery in deliveries)
    (shown,) = one.handsets.conversation(NUMBER)
    assert (shown.text, shown.direction, shown.encoding) == (text, "sent", "UCS-2")


def test_a_handset_that_answers_by_itself() -> None:
    one = centre(magic=True)
    one.submit("demo", submit("358400000020"), 0.0)
    one.timeline.run(1.0)
    mail(one)
    one.timeline.run(2.0)
    (delivery,) = mail(one)
    assert delivery.pdu.message() == b"Yes"
    assert (delivery.pdu.text("source_addr"), delivery.pdu.text("destination_addr")) == (
        "358400000020",
        "16500",
    )


def test_no_destination_is_refused() -> None:
    taken = centre().submit("demo", submit(""), 0.0)
    assert (taken.status, taken.message_id) == (Status.RINVDSTADR, "")


def test_timeline_keeps_the_order_of_time_and_of_asking() -> None:
    done: list[str] = []
    timeline = Timeline()

    def note(name: str) -> Any:
        return lambda now: done.append(f"{name}@{now:g}")

    for due, name in ((2.0, "c"), (1.0, "a"), (1.0, "b"), (3.0, "d")):
        timeline.at(due, note(name))
    assert timeline.next_due() == 1.0
    timeline.run(2.5)
    assert done == ["a@2.5", "b@2.5", "c@2.5"]
    assert timeline.next_due() == 3.0
    timeline.run(3.0)
    assert timeline.next_due() is None
