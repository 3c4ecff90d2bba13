"""Planning a message on a snapshot: no store, no clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.channel import AddressKind
from viesti.domain.estate import ChannelRow, Customer, Estate, Service
from viesti.domain.lane import Lane
from viesti.domain.pricing import Price
from viesti.domain.routing import Route
from viesti.domain.sender import RegisteredSender, SenderState
from viesti.services.estate import Snapshot
from viesti.services.plan import Limits, Planned, plan
from viesti.services.requests import FieldProblem, NotAccepted, RecipientRequest, SubmitRequest

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
LIMITS = Limits(bulk_threshold=3, max_recipients=5, max_parts=4, max_ahead=timedelta(days=30))
FINN, SWEDE = "+358401234567", "+46701234567"

CUSTOMER = Customer(
    id=1, bucket=5, key="acme", name="Acme", default_region="FI", currency="EUR", languages=(),
    report_names={}, callback_secret=None, weight=1, enabled=True,
)  # fmt: skip
SERVICE = Service(
    id=11, customer_id=1, key="news", name="News", kind="OneWay", default_sender="Acme",
    character_policy="none", shift_tables=(), lane="auto", on_unknown="resend", report_statuses="final",
    validity_seconds=None, dialogue=False, consent_words=True, stop_reply="", start_reply="", help_reply="",
    webhook_url="", enabled=True,
)  # fmt: skip


def _channel(identifier: int, method: str) -> ChannelRow:
    options = {"concatenation": method}
    return ChannelRow(identifier, 1, method, "smpp", options, None, enabled=True)


UDH, SAR = _channel(31, "udh8"), _channel(32, "sar")
ESTATE = Estate(
    customers={1: CUSTOMER},
    services={11: SERVICE},
    applications={},
    channels={31: UDH, 32: SAR},
    keywords=(),
    actions=(),
    senders=(RegisteredSender(1, "Acme", AddressKind.ALPHANUMERIC, frozenset(), SenderState.APPROVED),),
    routes=(Route(41, 31), Route(42, 32, prefix="46")),
    prices=(
        Price("", None, None, Decimal("0.05"), "EUR", Decimal("0.043")),
        Price("46", 32, None, Decimal("0.0333"), "EUR", Decimal("0.03")),
    ),
)


def _request(*addresses: str, **fields: Any) -> SubmitRequest:
    values: dict[str, Any] = {
        "dialect": "native", "customer_id": 1, "application_id": None, "service_id": 11, "sender": "",
        "text": "Hello", "recipients": tuple(map(RecipientRequest, addresses or (FINN,))),
    }  # fmt: skip
    return SubmitRequest(**{**values, **fields})


def _plan(request: SubmitRequest, estate: Estate = ESTATE, pick: float = 0.0) -> Planned | NotAccepted:
    return plan(request, Snapshot(estate), LIMITS, NOW, lambda: pick)


def _planned(request: SubmitRequest, estate: Estate = ESTATE, pick: float = 0.0) -> Planned:
    planned = _plan(request, estate, pick)
    assert isinstance(planned, Planned), planned
    return planned


def _service(**fields: Any) -> Estate:
    return replace(ESTATE, services={11: replace(SERVICE, **fields)})


def test_each_recipient_goes_by_his_own_route_and_price() -> None:
    finn, swede = _planned(_request(FINN, SWEDE, text="x" * 161)).recipients
    assert (finn.channel_id, finn.route_id, finn.parts, finn.cost) == (31, 41, 2, Decimal("0.100000"))
    assert (swede.channel_id, swede.route_id, swede.parts, swede.cost) == (32, 42, 2, Decimal("0.066600"))


@pytest.mark.parametrize("written", ["+358401234567", "00358401234567", "0401234567", "040 123 4567"])
def test_numbers_are_read_in_the_customers_region(written: str) -> None:
    assert _planned(_request(written)).recipients[0].address.digits == "358401234567"


@pytest.mark.parametrize(
    ("lane", "count", "advertisement", "expected"),
    [
        ("auto", 1, False, Lane.TRANSACTIONAL),
        ("auto", 3, False, Lane.BULK),
        ("auto", 1, True, Lane.BULK),
        ("bulk", 1, False, Lane.BULK),
        ("transactional", 5, True, Lane.TRANSACTIONAL),
    ],
)
def test_lane(lane: str, count: int, advertisement: bool, expected: Lane) -> None:
    request = _request(*[FINN] * count, advertisement=advertisement)
    assert _planned(request, _service(lane=lane)).lane is expected


@pytest.mark.parametrize(
    ("policy", "text", "sent"),
    [("none", "“Hi”", "“Hi”"), ("replace", "“Hi”", '"Hi"'), ("strict", "Hi", "Hi")],
)
def test_character_policy(policy: str, text: str, sent: str) -> None:
    assert _planned(_request(text=text), _service(character_policy=policy)).text == sent


@pytest.mark.parametrize(
    ("ahead", "send_at"),
    [(None, None), (-1, None), (0, None), (1, NOW + timedelta(days=1)), (30, NOW + timedelta(days=30))],
)
def test_send_time(ahead: int | None, send_at: datetime | None) -> None:
    wanted = None if ahead is None else NOW + timedelta(days=ahead)
    assert _planned(_request(send_at=wanted)).send_at == send_at


def test_without_a_price_it_costs_nothing_known() -> None:
    planned = _planned(_request(), replace(ESTATE, prices=()))
    assert (planned.currency, planned.recipients[0].cost) == (None, None)


def test_a_text_of_ones_own_is_kept_only_where_it_differs() -> None:
    recipients = tuple(RecipientRequest(FINN, text) for text in (None, "Hello", "", "Hi"))
    texts = [recipient.text for recipient in _planned(_request(recipients=recipients)).recipients]
    assert texts == [None, None, None, "Hi"]


@pytest.mark.parametrize(("pick", "channel_id"), [(0.0, 31), (0.74, 31), (0.76, 32)])
def test_equal_routes_share_by_weight(pick: float, channel_id: int) -> None:
    estate = replace(ESTATE, routes=(Route(41, 31, weight=3), Route(42, 32, weight=1)))
    assert _planned(_request(), estate, pick).recipients[0].channel_id == channel_id


REFUSED: list[tuple[str, SubmitRequest, Estate, list[tuple[str, int | None]]]] = [
    ("nothing to say", _request(text=""), ESTATE, [("text", None)]),
    ("too many", _request(*[FINN] * 6), ESTATE, [("recipients", None)]),
    ("too long", _request(text="x" * 613), ESTATE, [("text", None)]),
    ("too late", _request(send_at=NOW + timedelta(days=31)), ESTATE, [("send_at", None)]),
    ("no number", _request(FINN, "12x", SWEDE, "x"), ESTATE, [("recipients", 1), ("recipients", 3)]),
    ("no route", _request(), replace(ESTATE, routes=()), [("recipients", 0)]),
    ("no sender", _request(), _service(default_sender=""), [("sender", None)]),
    ("off", _request(), _service(enabled=False), [("service", None)]),
    ("another's", _request(sender="Acme"), _service(customer_id=2), [("service", None)]),
    ("another's, without a sender", _request(), _service(customer_id=2), [("service", None)]),
    ("not ours", _request(FINN, FINN, sender="Beta"), ESTATE, [("sender", None)]),
    ("not GSM", _request(FINN, FINN, text="ж"), _service(character_policy="strict"), [("text", None)]),
]


@pytest.mark.parametrize(
    ("request_", "estate", "problems"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_refused(request_: SubmitRequest, estate: Estate, problems: list[tuple[str, int | None]]) -> None:
    refused = _plan(request_, estate)
    assert isinstance(refused, NotAccepted)
    assert [(problem.field, problem.index) for problem in refused.problems] == problems


def test_a_disabled_channel_carries_nothing() -> None:
    estate = replace(ESTATE, channels={31: replace(UDH, enabled=False), 32: SAR})
    assert _plan(_request(), estate) == NotAccepted(
        (FieldProblem("recipients", "No route leads to +358401234567.", 0),)
    )


@given(
    st.text(),
    st.lists(st.text(), max_size=6),
    st.text(),
    st.one_of(st.none(), st.text()),
    st.one_of(st.none(), st.text()),
)
def test_whatever_is_asked_is_planned_or_refused_with_reasons(
    text: str, addresses: list[str], sender: str, customer_data: str | None, dlr_url: str | None
) -> None:
    request = _request(*addresses, text=text, sender=sender, customer_data=customer_data, dlr_url=dlr_url)
    planned = _plan(request)
    if isinstance(planned, NotAccepted):
        assert planned.problems
    else:
        assert len(planned.recipients) == len(request.recipients)
        planned.text.encode()
