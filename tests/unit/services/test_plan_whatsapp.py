"""Planning a WhatsApp message on a snapshot: no store, no clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.unit.services.test_plan import ESTATE, FINN, LIMITS, NOW, SERVICE, SWEDE, _request

from viesti.domain.channel import AddressKind
from viesti.domain.estate import ChannelRow, Estate
from viesti.domain.lane import Lane
from viesti.domain.pricing import Price
from viesti.domain.routing import Route
from viesti.domain.sender import RegisteredSender, SenderState
from viesti.services.estate import Snapshot
from viesti.services.plan import Planned
from viesti.services.plan_message import plan_message
from viesti.services.requests import Fallback, FieldProblem, NotAccepted, RecipientRequest

IDENTITY, STRANGER, PENDING = "358401230000", "358401239999", "358401238888"
USER = "FI.13491208655302741918"
NUMBER = ChannelRow(33, 1, "wa", "whatsapp", {"identity": "+358 40 123 0000"}, None, enabled=True)


def _sender(text: str, state: SenderState = SenderState.APPROVED) -> RegisteredSender:
    return RegisteredSender(1, text, AddressKind.INTERNATIONAL, frozenset(), state)


WITH = replace(
    ESTATE,
    channels={**ESTATE.channels, 33: NUMBER},
    services={11: replace(SERVICE, whatsapp_sender=IDENTITY, fallback_minutes=3)},
    senders=(*ESTATE.senders, _sender(IDENTITY), _sender(PENDING, SenderState.PENDING)),
    prices=(
        *ESTATE.prices,
        Price("", 33, None, Decimal("0.02"), "EUR", Decimal("0.017")),
        Price("46", 33, None, Decimal("0.07"), "EUR", Decimal("0.06")),
    ),
)


def _plan(*addresses: str, estate: Estate = WITH, **fields: Any) -> Planned | NotAccepted:
    request = _request(*addresses, **{"protocol": "whatsapp", **fields})
    return plan_message(request, Snapshot(estate), LIMITS, NOW, lambda: 0.0)


def _planned(*addresses: str, estate: Estate = WITH, **fields: Any) -> Planned:
    planned = _plan(*addresses, estate=estate, **fields)
    assert isinstance(planned, Planned), planned
    return planned


def _refused(*addresses: str, estate: Estate = WITH, **fields: Any) -> tuple[FieldProblem, ...]:
    planned = _plan(*addresses, estate=estate, **fields)
    assert isinstance(planned, NotAccepted), planned
    return planned.problems


def test_it_goes_by_the_channel_of_its_sender_in_one_part() -> None:
    planned = _planned(FINN, SWEDE, USER, text="x" * 1000 + "ä€🙂")
    assert planned.sender.text == IDENTITY
    assert [(r.address.digits, r.address.kind.value, r.channel_id, r.route_id, r.parts, r.cost)
            for r in planned.recipients] == [
        ("358401234567", "international", 33, None, 1, Decimal("0.020000")),
        ("46701234567", "international", 33, None, 1, Decimal("0.070000")),
        (USER, "whatsapp_user", 33, None, 1, Decimal("0.020000")),
    ]  # fmt: skip
    assert (planned.link_base, planned.fallback, planned.fallback_at) == (None, None, None)


def test_a_text_is_kept_as_it_is_and_filled_for_each() -> None:
    strict = replace(WITH, services={11: replace(WITH.services[11], character_policy="strict")})
    assert _planned(estate=strict, text="z\u0301 🙂").text == "z\u0301 🙂"
    recipients = (RecipientRequest(FINN, values={"n": "Aino"}), RecipientRequest(USER, values={}))
    planned = _planned(text="Hei $(n)!", placeholders=True, recipients=recipients)
    assert [r.text for r in planned.recipients] == ["Hei Aino!", "Hei !"]
    assert planned.recipients[1].warnings == (f"{USER} has no value for $(n): left blank.",)


def test_a_fixed_line_may_be_on_whatsapp() -> None:
    assert _planned("+358942419999").recipients[0].warnings == ()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (
            {"sender": STRANGER},
            FieldProblem("sender", f"No enabled WhatsApp channel has the number +{STRANGER}."),
        ),
        ({"sender": "Acme"}, FieldProblem("sender", "A WhatsApp sender is a phone number, not 'Acme'.")),
        (
            {"service_id": None},
            FieldProblem("sender", "There is no sender, and the service has no WhatsApp sender."),
        ),
        ({"text": ""}, FieldProblem("text", "The text is empty.")),
    ],
)
def test_what_is_refused(fields: dict[str, Any], problem: FieldProblem) -> None:
    assert _refused(**fields) == (problem,)


def test_what_else_it_is_needs_no_text() -> None:
    planned = _planned(text="", content=b'{"type":"media"}')
    assert (planned.text, planned.recipients[0].text) == ("", None)


@pytest.mark.parametrize("backslashes", [0, 1, 2, 3])
def test_a_nul_can_not_be_stored_in_what_else_it_is(backslashes: int) -> None:
    body = "\\" * backslashes + "\0"
    problem = FieldProblem("content", "A NUL character can't be stored or sent.")
    assert _refused(content=msgspec.json.encode({"id": body})) == (problem,)
    text = "\\" * (backslashes + 1) + "u0000"
    assert _planned(content=msgspec.json.encode({"id": text}))


@pytest.mark.parametrize(
    ("estate", "sentence"),
    [
        (
            replace(WITH, senders=ESTATE.senders),
            f"The sender '{IDENTITY}' is not registered for this customer.",
        ),
        (
            replace(WITH, senders=(_sender(IDENTITY, SenderState.PENDING),)),
            f"The sender '{IDENTITY}' is not approved yet.",
        ),
        (
            replace(WITH, channels={33: replace(NUMBER, enabled=False)}),
            f"No enabled WhatsApp channel has the number +{IDENTITY}.",
        ),
    ],
)
def test_a_sender_that_is_not_his(estate: Estate, sentence: str) -> None:
    assert _refused(FINN, SWEDE, estate=estate) == (FieldProblem("sender", sentence),)


@pytest.mark.parametrize("written", ["FI.", "fi.123", "FI.12 3", "FI.ENT.1.2", "F.123", "FI." + "1" * 129])
def test_what_is_no_user_id_is_read_as_a_number(written: str) -> None:
    assert [(problem.field, problem.index) for problem in _refused(written)] == [("recipients", 0)]


def test_no_route_leads_to_a_whatsapp_channel() -> None:
    routes = (Route(40, 33, prefix="358"), *ESTATE.routes)
    assert _planned(protocol="sms", estate=replace(WITH, routes=routes)).recipients[0].channel_id == 31


def test_advertising_goes_in_the_bulk_lane() -> None:
    assert (_planned().lane, _planned(advertisement=True).lane) == (Lane.TRANSACTIONAL, Lane.BULK)


def test_the_sms_instead_is_as_it_would_be_accepted() -> None:
    later = NOW + timedelta(hours=1)
    planned = _planned(FINN, USER, fallback=Fallback("Hello by SMS"))
    assert planned.fallback == {"text": "Hello by SMS", "sender": "Acme", "kind": "alphanumeric"}
    assert planned.fallback_at == NOW + timedelta(minutes=3)
    assert _planned(fallback=Fallback("x"), send_at=later).fallback_at == later + timedelta(minutes=3)
    assert _planned(USER, fallback=Fallback("x")).fallback is None  # who has no number can't get one
    assert _refused(USER, FINN, fallback=Fallback("x", "Nobody")) == (
        FieldProblem("fallback", "As SMS: The sender 'Nobody' is not registered for this customer."),
    )
    unrouted = replace(WITH, routes=())
    assert _refused(USER, FINN, estate=unrouted, fallback=Fallback("x")) == (
        FieldProblem("fallback", "As SMS: No route leads to +358401234567.", 1),
    )
