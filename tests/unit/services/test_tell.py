"""Which events a subscription's options want, and that bodies are what the triggers declare."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import viesti
from viesti.api.contract.operation import AnyOperation
from viesti.api.native.triggers.declared import OPERATIONS
from viesti.domain.status import Status
from viesti.services.tell import options

TRIGGERS = [operation for operation in OPERATIONS if operation.trigger]


@pytest.mark.parametrize("operation", TRIGGERS, ids=lambda operation: operation.id)
def test_bodies_are_as_declared(operation: AnyOperation) -> None:
    assert operation.trigger
    told = operation.trigger.notification
    assert told.make is not None
    fields = {each.encode_name: (each.name, each.required) for each in msgspec.structs.fields(told.make)}
    assert {member.name: (member.to, member.required) for member in told.members} == fields


FINAL = {status for status in Status if status.final}


@pytest.mark.parametrize(
    ("outcome", "every", "wanted"),
    [
        ("all", False, FINAL),
        ("all", True, FINAL | {Status.SENT}),
        ("delivered", False, {Status.DELIVERED}),
        ("delivered", True, {Status.DELIVERED, Status.SENT}),
        ("failed", False, {Status.EXPIRED, Status.UNDELIVERED, Status.FAILED}),
    ],
)
def test_which_statuses_are_told(outcome: str, every: bool, wanted: set[Status]) -> None:
    asked = options.report_options(outcome, every=every)
    of_recipients = {*FINAL, Status.SENT}  # no other is ever told of
    assert {status for status in of_recipients if options.wants_report(asked, status)} == wanted


@pytest.mark.parametrize(
    ("keyword", "text", "wanted"),
    [
        ("", "anything", True),
        ("", "", True),
        ("vote", "VOTE a", True),
        ("Vote", "vote:", True),
        ("vote a", "Vote  'A', please", True),
        ("vote a", "vote", False),
        ("vote", "voted", False),
        ("vote", "I vote", False),
        ("vote", "", False),
        ("kyllä", "KYLLA\u0308 kiitos", True),
    ],
)
def test_which_words_are_told(keyword: str, text: str, wanted: bool) -> None:
    assert options.wants_keyword(options.keyword_options(keyword), text) is wanted


@pytest.mark.parametrize(("direction", "wanted"), [("out", {False}), ("in", {True}), ("both", {False, True})])
def test_which_words_of_consent_are_told(direction: str, wanted: set[bool]) -> None:
    asked = options.consent_options(direction)
    assert {said for said in (False, True) if options.wants_consent(asked, opted_in=said)} == wanted


# person, first of people, first of all
VISITS = {
    "robot": (False, False, True),
    "person": (True, True, False),
    "again": (True, False, False),
    "robot again": (False, False, False),
}


@pytest.mark.parametrize(
    ("visitors", "first", "wanted"),
    [
        ("people", False, {"person", "again"}),
        ("people", True, {"person"}),
        ("all", False, set(VISITS)),
        ("all", True, {"robot"}),
    ],
)
def test_which_visits_are_told(visitors: str, first: bool, wanted: set[str]) -> None:
    asked = options.click_options(visitors, first=first)
    told = {
        name
        for name, (person, first_person, at_all) in VISITS.items()
        if options.wants_click(asked, person=person, first_person=first_person, first=at_all)
    }
    assert told == wanted


def test_the_ledger_is_written_in_one_place() -> None:
    """So nobody's word is recorded without being told."""
    services = Path(viesti.__file__).parent
    writing = [path for path in services.rglob("*.py") if "add_consents(" in path.read_text("utf-8")]
    assert {path.relative_to(services).as_posix() for path in writing} == {
        "services/tell/consents.py",
        "storage/rows/consents.py",
    }
