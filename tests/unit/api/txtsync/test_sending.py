"""What a call of SendSMS becomes, and the names its problems get."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.api.answer import FieldError, Refusal
from viesti.api.contract.parameters import parameters_reader
from viesti.api.contract.reading import members_reader, refused
from viesti.api.txtsync.sending.declared import SEND
from viesti.api.txtsync.sending.translate import submit_request
from viesti.domain.estate import Application, Customer
from viesti.services.authenticate import Caller
from viesti.services.requests import SubmitRequest

CALLER = Caller(
    Application(2, 1, "flow", "Flow", "key", "hash", 3, None, None, True),
    Customer(1, 1, "acme", "Acme", "FI", "EUR", (), {}, None, 1, True),
)
GOOD = {"From": "Acme", "To": "+358401234567", "Message": "Hello"}
assert SEND.body is not None
MEMBERS, PARAMETERS = members_reader(SEND.body), parameters_reader(SEND.parameters)


def read(members: dict[str, Any], headers: dict[bytes, bytes] | None = None) -> SubmitRequest | Refusal:
    """As the endpoint and the handler read it."""
    problems: list[FieldError] = []
    fields = PARAMETERS({"query_string": b"", "path_params": {}}, headers or {}, problems)
    fields |= MEMBERS(members, "", problems)
    return refused(problems) if problems else submit_request(SEND.reads(**fields), CALLER)


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
        ({"fRoM": "Other", "From": None}, "sender", ""),
        ({"ScheduledDate": ""}, "send_at", None),
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
        ({}, "track_links", None),
        ({"TrackLinks": True}, "track_links", True),
        ({"TrackLinks": False}, "track_links", False),
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
    ("to", "addresses"), [("1", ["1"]), (["1"], ["1"]), (["1", "2"], ["1", "2"]), (["1", ""], ["1", ""])]
)
def test_one_number_or_a_list(to: Any, addresses: list[str]) -> None:
    request = read(GOOD | {"To": to})
    assert isinstance(request, SubmitRequest)
    assert [each.address for each in request.recipients] == addresses


@pytest.mark.parametrize(
    ("sent", "quiet"), [(b"true", True), (b"True ", True), (b"false", False), (b"1", False), (None, False)]
)
def test_x_zapier_is_quiet(sent: bytes | None, quiet: bool) -> None:
    request = read(GOOD, {} if sent is None else {b"x-zapier": sent})
    assert isinstance(request, SubmitRequest)
    assert request.quiet is quiet


@pytest.mark.parametrize(
    ("member", "header", "expected"),
    [
        (None, b"", None),
        ("", b"", None),
        ("a", b"", "a"),
        (None, b"a", "a"),
        ("a", b"a", "a"),
        ("", b"a", "a"),
    ],
)
def test_request_ids(member: str | None, header: bytes, expected: str | None) -> None:
    request = read(GOOD | {"RequestId": member}, {b"idempotency-key": header})
    assert isinstance(request, SubmitRequest)
    assert request.request_id == expected
    assert bool(request.body_hash) is bool(expected)


def test_what_a_repeat_must_have_too() -> None:
    """Everything that was asked for, and not how it was written or where the id of the request stood."""

    def digest(members: dict[str, Any], **headers: bytes) -> bytes:
        request = read(members, {name.replace("_", "-").encode(): value for name, value in headers.items()})
        assert isinstance(request, SubmitRequest)
        return request.body_hash

    first = digest(GOOD | {"RequestId": "r"})
    assert first == digest({"requestid": "r", "MESSAGE": "Hello", "to": ["+358401234567"], "From": "Acme"})
    assert first == digest(GOOD, idempotency_key=b"r")
    assert first != digest(GOOD | {"RequestId": "r", "Message": "Other"})
    assert first != digest(GOOD | {"RequestId": "r", "Custom01": "x"})
    assert first != digest(GOOD | {"RequestId": "r"}, x_zapier=b"true")


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
