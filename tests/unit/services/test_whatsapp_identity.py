"""Which WhatsApp number a service sends from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.services.test_plan import CUSTOMER, ESTATE, SERVICE

from viesti.domain.channel import AddressKind
from viesti.domain.estate import ChannelRow
from viesti.domain.sender import RegisteredSender, SenderState
from viesti.services.estate import Snapshot
from viesti.services.requests import NotAccepted
from viesti.services.whatsapp.identity import number_to_send_from

NONE = "The customer has no WhatsApp number to send from."
ONE, TWO, THEIRS = "358451110001", "358451110002", "358452220001"


def channel(identifier: int, digits: str, *, enabled: bool = True) -> ChannelRow:
    options = {"identity": "+" + digits, "waba_id": "1"}
    return ChannelRow(identifier, 1, f"wa{identifier}", "whatsapp", options, None, enabled)


def sender(digits: str, customer: int = 1, state: SenderState = SenderState.APPROVED) -> RegisteredSender:
    return RegisteredSender(customer, digits, AddressKind.INTERNATIONAL, frozenset(), state)


def snapshot(*numbers: str, state: SenderState = SenderState.APPROVED, enabled: bool = True) -> Snapshot:
    """Customer 1 has these numbers, customer 2 another."""
    channels = [channel(60 + n, digits, enabled=enabled) for n, digits in enumerate(numbers)]
    channels.append(channel(90, THEIRS))
    senders = (*(sender(digits, state=state) for digits in numbers), sender(THEIRS, 2))
    rows = {**ESTATE.channels, **{each.id: each for each in channels}}
    customers = {**ESTATE.customers, 2: replace(CUSTOMER, id=2, key="other")}
    return Snapshot(replace(ESTATE, channels=rows, customers=customers, senders=senders))


@pytest.mark.parametrize(
    ("numbers", "of_service", "wanted", "chosen"),
    [
        ((ONE,), "", "", ONE),
        ((ONE, TWO), TWO, "", TWO),
        ((ONE, TWO), TWO, ONE, ONE),
        ((ONE, TWO), "", "+358 45 111 0002", TWO),
    ],
)
def test_the_number(numbers: tuple[str, ...], of_service: str, wanted: str, chosen: str) -> None:
    service = replace(SERVICE, whatsapp_sender=of_service)
    number = number_to_send_from(snapshot(*numbers), 1, service, wanted)
    assert not isinstance(number, NotAccepted)
    assert number.identity == chosen


@pytest.mark.parametrize(
    ("seen", "of_service", "wanted", "sentence"),
    [
        (snapshot(), "", "", NONE),
        (
            snapshot(ONE, state=SenderState.PENDING),
            "",
            "",
            NONE,
        ),
        (snapshot(ONE, enabled=False), "", "", NONE),
        (
            snapshot(ONE, TWO),
            "",
            "",
            "The customer has 2 WhatsApp numbers: the service needs a whatsapp_sender.",
        ),
        (snapshot(ONE), THEIRS, "", f"'{THEIRS}' is not a WhatsApp number of the customer."),
        (snapshot(ONE), "", THEIRS, f"'{THEIRS}' is not a WhatsApp number of the customer."),
        (snapshot(ONE), "", "Acme", "'Acme' is not a WhatsApp number of the customer."),
    ],
)
def test_no_number(seen: Snapshot, of_service: str, wanted: str, sentence: str) -> None:
    no = number_to_send_from(seen, 1, replace(SERVICE, whatsapp_sender=of_service), wanted)
    assert isinstance(no, NotAccepted)
    assert [(problem.field, problem.sentence) for problem in no.problems] == [("sender", sentence)]
