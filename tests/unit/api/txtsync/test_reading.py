"""What a TxtSync body becomes, and the names its problems get."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.api.answer import Refusal
from viesti.api.txtsync.reading import SendHeaders, not_accepted, read_send
from viesti.domain.estate import Application, Customer
from viesti.services.authenticate import Caller
from viesti.services.requests import FieldProblem, NotAccepted, SubmitRequest

CALLER = Caller(
    Application(2, 1, "flow", "Flow", "key", "hash", 3, None, None, True),
    Customer(1, 1, "acme", "Acme", "FI", "EUR", (), {}, None, 1, True),
)
GOOD = {"From": "Acme", "To": "+358401234567", "Message": "Hello"}
PLAIN = SendHeaders(False, "")


def read(
    members: dict[str, Any], headers: SendHeaders = PLAIN, body: bytes = b"body"
) -> SubmitRequest | Refusal:
    return read_send(members, body, headers, CALLER)


@pytest.mark.parametrize(
    ("members", "attribute", "value"),
    [
        ({}, "sender", "Acme"),
        ({}, "text", "Hello"),
        ({}, "customer_id", 1),
        ({}, "application_id", 2),
        ({}, "service_id", 3),
        ({}, "dialect", "txtsync"),
        ({}, "send_at", None),
        ({}, "dlr_url", None),
        ({}, "extras", None),
        ({}, "request_id", None),
        ({}, "body_hash", b""),
        ({"From": None}, "sender", ""),
        ({"fRoM": "Other"}, "sender", "Other"),
        ({"ScheduledDate": "2026-05-01T10:00:00"}, "send_at", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ({"ScheduledDate": "2026-05-01T10:00:00Z"}, "send_at", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        (
            {"ScheduledDate": "2026-05-01T10:00:00.5+03:00"},
            "send_at",
            datetime(2026, 5, 1, 7, 0, 0, 500_000, UTC),
        ),
        ({"DlrUrl": "https://a.example/"}, "dlr_url", "https://a.example/"),
        ({"DlrUrl": ""}, "dlr_url", None),
        ({"CustomerData": "x"}, "customer_data", "x"),
        ({"RequestId": "r"}, "request_id", "r"),
        (
            {"Custom01": "1", "Custom02": "", "RegardingSchema": "s"},
            "extras",
            {"Custom01": "1", "RegardingSchema": "s"},
        ),
    ],
)
def test_members(members: dict[str, Any], attribute: str, value: object) -> None:
    request = read(GOOD | members)
    assert isinstance(request, SubmitRequest)
    assert getattr(request, attribute) == value


@pytest.mark.parametrize(
    ("sent", "quiet"), [(b"true", True), (b"True ", True), (b"false", False), (b"1", False), (None, False)]
)
def test_x_zapier_is_quiet(sent: bytes | None, quiet: bool) -> None:
    assert SendHeaders.of({} if sent is None else {b"x-zapier": sent}).quiet is quiet


@pytest.mark.parametrize(
    ("member", "header", "expected"),
    [
        (None, b"", None),
        ("", b" ", None),
        ("a", b"", "a"),
        (None, b"a", "a"),
        ("a", b" a ", "a"),
        ("", b"\xe4", "ä"),
    ],
)
def test_request_ids(member: str | None, header: bytes, expected: str | None) -> None:
    request = read(GOOD | {"RequestId": member}, SendHeaders.of({b"idempotency-key": header}))
    assert isinstance(request, SubmitRequest)
    assert request.request_id == expected
    assert bool(request.body_hash) is bool(expected)


def test_the_hash_is_of_the_body_as_it_came() -> None:
    one, same, other = (read(GOOD | {"RequestId": "r"}, body=body) for body in (b"1", b"1", b"2"))
    assert (
        isinstance(one, SubmitRequest)
        and isinstance(same, SubmitRequest)
        and isinstance(other, SubmitRequest)
    )
    assert one.body_hash == same.body_hash != other.body_hash


@pytest.mark.parametrize(
    ("problem", "count", "field", "message"),
    [
        (FieldProblem("sender", "S."), 1, "From", "S."),
        (FieldProblem("text", "S."), 1, "Message", "S."),
        (FieldProblem("recipients", "S.", 0), 1, "To", "S."),
        (FieldProblem("recipients", "S.", 0), 2, "To", "Number 1: S."),
        (FieldProblem("recipients", "S.", 4), 1, "To", "Number 5: S."),
        (FieldProblem("send_at", "S."), 1, "ScheduledDate", "S."),
        (FieldProblem("dlr_url", "S."), 1, "DlrUrl", "S."),
        (FieldProblem("customer_data", "S."), 1, "CustomerData", "S."),
        (FieldProblem("request_id", "S."), 1, "RequestId", "S."),
    ],
)
def test_problems_have_txtsyncs_names(problem: FieldProblem, count: int, field: str, message: str) -> None:
    refusal = not_accepted(NotAccepted((problem,) * count))
    assert (refusal.status, refusal.errors[0].field, refusal.errors[0].message) == (400, field, message)


def test_a_conflict_is_409() -> None:
    assert not_accepted(NotAccepted((FieldProblem("request_id", "S."),), conflict=True)).status == 409


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["From", "to", "MESSAGE", "ScheduledDate", "DlrUrl", "Custom01", "RequestId", "x"]),
        json_values,
    )
)
def test_any_object_is_read_or_refused_by_field(members: dict[str, Any]) -> None:
    outcome = read(members)
    if isinstance(outcome, Refusal):
        assert outcome.status == 400
        assert outcome.errors
    else:
        assert outcome.text == members["MESSAGE"]
