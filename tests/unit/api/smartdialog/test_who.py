"""Whose customer and service is meant: nothing of others is told from what is not there."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from viesti.api.answer import FieldError, Refusal
from viesti.api.refusals import refusal
from viesti.api.smartdialog.who import Who
from viesti.domain.estate import Customer, Service, User
from viesti.services.guids import GuidKind, Guids
from viesti.services.principal import Principal
from viesti.services.refusals import Invalid, Missing, Taken
from viesti.services.requests import FieldProblem, NotAccepted

ACME = Customer(1, 1, "acme", "Acme", "FI", "EUR", (), {}, None, 1, True)
NEWS = Service(
    11, 1, "news", "News", "OneWay", "", "none", (), "auto", "resend", "final", None, False, True, "", "",
    "", "", True,
)  # fmt: skip
CUSTOMERS = {1: ACME, 2: replace(ACME, id=2), 3: replace(ACME, id=3, enabled=False)}
SERVICES = {
    11: NEWS,
    12: replace(NEWS, id=12, enabled=False),
    13: replace(NEWS, id=13, kind="Group"),
    21: replace(NEWS, id=21, customer_id=2),
}
CALLER = Principal(
    User(8, "bo@example.test", "Bo", None, False, True, True, {1: "member", 3: "member"}), 9, frozenset(), "x"
)
GUIDS = Guids(bytes(16))
ESTATE: Any = SimpleNamespace(
    current=SimpleNamespace(estate=SimpleNamespace(customers=CUSTOMERS, services=SERVICES))
)
WHO = Who(ESTATE, GUIDS)


def guid(kind: GuidKind, identifier: int) -> str:
    return GUIDS.of(kind, identifier)


def test_ones_own() -> None:
    written = guid(GuidKind.CUSTOMER, 1).upper(), guid(GuidKind.SERVICE, 11)
    assert WHO.both(CALLER, *written, ("OneWay", "TwoWay")) == (ACME, NEWS)


@pytest.mark.parametrize(
    "written",
    [guid(GuidKind.CUSTOMER, 2), guid(GuidKind.CUSTOMER, 3), guid(GuidKind.CUSTOMER, 77),
     guid(GuidKind.SERVICE, 1), "1", "", "nonsense"],
)  # fmt: skip
def test_a_customer_that_is_not_the_callers(written: str) -> None:
    sentence = "There is no customer of yours with this CustomerId."
    expected = Refusal(404, sentence, (FieldError("CustomerId", sentence),))
    assert WHO.customer(CALLER, written, "CustomerId") == expected


@pytest.mark.parametrize(
    "written",
    [guid(GuidKind.SERVICE, 21), guid(GuidKind.SERVICE, 12), guid(GuidKind.SERVICE, 77),
     guid(GuidKind.CUSTOMER, 11), "11", "nonsense"],
)  # fmt: skip
def test_a_service_that_is_not_the_customers(written: str) -> None:
    found = WHO.service(ACME, written, ("OneWay",))
    assert isinstance(found, Refusal)
    assert (found.status, found.message) == (404, "There is no service of yours with this Service-Id.")


def test_a_service_of_another_kind_is_named() -> None:
    found = WHO.service(ACME, guid(GuidKind.SERVICE, 13), ("OneWay", "TwoWay"), "Service")
    assert isinstance(found, Refusal)
    assert (found.status, found.errors[0].field) == (400, "Service")
    assert found.errors[0].message == "It is a Group service; this needs a OneWay or TwoWay one."


NAMES = {"text": "Content", "recipients": "Recipients{}.Address", "parent": "ParentMessageId"}


@pytest.mark.parametrize(
    ("no", "status", "field"),
    [
        (Missing("parent", "None."), 404, "ParentMessageId"),
        (Taken("phone", "There."), 409, "phone"),
        (Invalid((FieldProblem("text", "Bad."),)), 400, "Content"),
        (NotAccepted((FieldProblem("recipients", "Bad.", 2),)), 400, "Recipients[2].Address"),
        (NotAccepted((FieldProblem("recipients", "None."),)), 400, "Recipients"),
        (NotAccepted((FieldProblem("values", "Bad.", 0),)), 400, "values[0]"),
        (NotAccepted((FieldProblem("request_id", "Used."),), conflict=True), 409, "request_id"),
    ],
)
def test_what_services_say_no_with(no: Any, status: int, field: str) -> None:
    made = refusal(no, NAMES)
    assert (made.status, made.errors[0].field) == (status, field)
