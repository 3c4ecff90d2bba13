"""Planning a message on a snapshot: no store, no clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_request

from viesti.domain.channel import AddressKind
from viesti.domain.estate import ChannelRow, Customer, Estate, Service
from viesti.domain.lane import Lane
from viesti.domain.pricing import Price
from viesti.domain.routing import Route
from viesti.domain.send_window import SendWindow
from viesti.domain.sender import RegisteredSender, SenderState
from viesti.services.estate import Snapshot
from viesti.services.plan import Limits, Planned, plan
from viesti.services.requests import FieldProblem, NotAccepted, RecipientRequest, SubmitRequest

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
LIMITS = Limits(
    bulk_threshold=3, max_recipients=5, max_parts=4, max_ahead=timedelta(days=30), max_filled=1000
)
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
        ("auto", 1, None, Lane.TRANSACTIONAL),
        ("bulk", 1, False, Lane.BULK),
        ("transactional", 5, True, Lane.TRANSACTIONAL),
    ],
)
def test_lane(lane: str, count: int, advertisement: bool | None, expected: Lane) -> None:
    request = _request(*[FINN] * count, advertisement=advertisement)
    assert _planned(request, _service(lane=lane)).lane is expected


@pytest.mark.parametrize(
    ("services", "own", "expected"),
    [(True, None, True), (False, None, False), (True, False, False), (False, True, True)],
)
def test_a_message_is_advertising_when_it_or_else_its_service_says_so(
    services: bool, own: bool | None, expected: bool
) -> None:
    planned = _planned(_request(advertisement=own), _service(advertisement=services))
    assert planned.advertisement is expected
    assert planned.lane is (Lane.BULK if expected else Lane.TRANSACTIONAL)


def test_without_a_service_a_message_is_no_advertising() -> None:
    assert _planned(_request(service_id=None, sender="Acme")).advertisement is False


@pytest.mark.parametrize(
    ("policy", "text", "sent"),
    [("none", "“Hi”", "“Hi”"), ("replace", "“Hi”", '"Hi"'), ("strict", "Hi", "Hi")],
)
def test_character_policy(policy: str, text: str, sent: str) -> None:
    assert _planned(_request(text=text), _service(character_policy=policy)).text == sent


@pytest.mark.parametrize(
    ("own", "services", "sent"),
    [
        ("replace", "none", '"Hi"'),
        ("none", "replace", "“Hi”"),
        ("none", "strict", "“Hi”"),
        (None, "replace", '"Hi"'),
    ],
)
def test_a_message_may_have_a_character_policy_of_its_own(own: str | None, services: str, sent: str) -> None:
    request = _request(text="“Hi”", character_policy=own)
    assert _planned(request, _service(character_policy=services)).text == sent


@pytest.mark.parametrize(
    ("ahead", "send_at"),
    [(None, None), (-1, None), (0, None), (1, NOW + timedelta(days=1)), (30, NOW + timedelta(days=30))],
)
def test_send_time(ahead: int | None, send_at: datetime | None) -> None:
    wanted = None if ahead is None else NOW + timedelta(days=ahead)
    assert _planned(_request(send_at=wanted)).send_at == send_at


MORNING = SendWindow(time(8), time(9))  # NOW is at noon
TOMORROW = NOW + timedelta(hours=20)


@pytest.mark.parametrize(
    ("window", "wanted", "send_at"),
    [
        (SendWindow(), None, None),
        (SendWindow(time(12), time(12)), None, None),
        (MORNING, None, TOMORROW),
        (MORNING, NOW - timedelta(days=3), TOMORROW),
        (MORNING, TOMORROW + timedelta(minutes=1), TOMORROW + timedelta(minutes=1)),
        (MORNING, TOMORROW + timedelta(hours=2), TOMORROW + timedelta(days=1)),
    ],
)
def test_a_window_moves_the_send_time(
    window: SendWindow, wanted: datetime | None, send_at: datetime | None
) -> None:
    assert _planned(_request(send_at=wanted, window=window)).send_at == send_at


def _personal(text: str, *values: dict[str, str | None] | None, **fields: Any) -> SubmitRequest:
    recipients = tuple(RecipientRequest(FINN, None, mine) for mine in values)
    return _request(text=text, recipients=recipients, placeholders=True, **fields)


def test_placeholders_are_filled_for_each_recipient_and_the_parts_counted_after_it() -> None:
    planned = _planned(_personal("$(a)!", {"a": "x" * 159}, {"A": "x" * 160}, {"a": "ж" * 70}))
    assert planned.text == "$(a)!"
    assert [recipient.text for recipient in planned.recipients] == [
        "x" * 159 + "!",
        "x" * 160 + "!",
        "ж" * 70 + "!",
    ]
    assert [(recipient.parts, recipient.coding) for recipient in planned.recipients] == [
        (1, "gsm7"), (2, "gsm7"), (2, "ucs2"),
    ]  # fmt: skip
    assert [recipient.cost for recipient in planned.recipients] == [Decimal(n) / 20 for n in (1, 2, 2)]


def test_what_has_no_value_is_left_blank_and_named() -> None:
    planned = _planned(_personal("Hi $(name) of $(city)!", {"name": "Ada"}, {"name": None}, None))
    assert [recipient.text for recipient in planned.recipients] == ["Hi Ada of !", "Hi  of !", "Hi  of !"]
    digits = FINN
    assert [recipient.warnings for recipient in planned.recipients] == [
        (f"{digits} has no value for $(city): left blank.",),
        (f"{digits} has no value for $(name), $(city): left blank.",),
        (f"{digits} has no value for $(name), $(city): left blank.",),
    ]


def test_a_recipients_text_is_kept_although_it_reads_like_the_messages() -> None:
    (recipient,) = _planned(_personal("$(a)", {"a": "$(a)"})).recipients
    assert recipient.text == "$(a)"


def test_a_text_without_places_is_the_same_for_all() -> None:
    planned = _planned(_personal("Type $$(name)", {"name": "Ada"}, None))
    assert planned.text == "Type $(name)"
    assert [(recipient.text, recipient.warnings) for recipient in planned.recipients] == [(None, ())] * 2


def test_placeholders_are_text_where_they_are_not_asked_for() -> None:
    planned = _planned(_request(text="$(name) $$(x)"))
    assert (planned.text, planned.recipients[0].text) == ("$(name) $$(x)", None)


def test_the_policy_is_for_the_filled_text() -> None:
    planned = _planned(_personal("“$(a)”", {"a": "“"}, character_policy="replace"))
    assert planned.recipients[0].text == '"""'


PERSONALLY_REFUSED: list[tuple[str, SubmitRequest, list[tuple[str, int | None]]]] = [
    ("empty when filled", _personal("$(a)", {"a": "x"}, {"a": ""}), [("recipients", 1)]),
    ("empty for want of a value", _personal("$(a)", None), [("recipients", 0)]),
    ("too many parts for one", _personal("$(a)", {"a": "x" * 613}, {"a": "x"}), [("recipients", 0)]),
    ("NUL in a value", _personal("$(a)", {"a": "\0"}), [("recipients", 0)]),
    ("half a surrogate pair in a value", _personal("$(a)", {"a": "\ud800"}), [("recipients", 0)]),
    ("a value that is too long", _personal("$(a)", {"a": "x" * 40_001}), [("recipients", 0)]),
    ("not GSM for one", _personal("$(a)", {"a": "ж"}, character_policy="strict"), [("recipients", 0)]),
    ("too much in all", _personal("$(a)", *[{"a": "x" * 400}] * 4), [("recipients", 2), ("recipients", 3)]),
    ("too many places", _personal("$(a)" * 101, {"a": "x"}), [("text", None)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "problems"),
    [row[1:] for row in PERSONALLY_REFUSED],
    ids=[row[0] for row in PERSONALLY_REFUSED],
)
def test_a_text_that_can_not_be_filled_is_refused(
    request_: SubmitRequest, problems: list[tuple[str, int | None]]
) -> None:
    refused = _plan(request_)
    assert isinstance(refused, NotAccepted)
    assert [(problem.field, problem.index) for problem in refused.problems] == problems
    assert all(problem.sentence.endswith(".") for problem in refused.problems)


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
    (
        "too late by its window",
        _request(send_at=NOW + timedelta(days=29, hours=23), window=MORNING),
        ESTATE,
        [("send_at", None)],
    ),
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
    st.one_of(st.text(), st.text(alphabet="$()ab")),
    st.lists(st.text(), max_size=6),
    st.text(),
    st.one_of(st.none(), st.text()),
    st.one_of(st.none(), st.text()),
    st.booleans(),
    st.one_of(st.none(), st.dictionaries(st.text(alphabet="ab", max_size=2), st.none() | st.text())),
)
def test_whatever_is_asked_is_planned_or_refused_with_reasons(
    text: str,
    addresses: list[str],
    sender: str,
    customer_data: str | None,
    dlr_url: str | None,
    placeholders: bool,
    values: dict[str, str | None] | None,
) -> None:
    recipients = tuple(RecipientRequest(address, None, values) for address in (*addresses[:4], FINN))
    request = _request(
        text=text, sender=sender, customer_data=customer_data, dlr_url=dlr_url, placeholders=placeholders,
        recipients=recipients,
    )  # fmt: skip
    for planned in (_plan(request), _plan(replace_request(request, sender="", dlr_url=None))):
        if isinstance(planned, NotAccepted):
            assert planned.problems
            continue
        assert len(planned.recipients) == len(request.recipients)
        for recipient in planned.recipients:
            sent = planned.text if recipient.text is None else recipient.text
            assert sent
            sent.encode()
