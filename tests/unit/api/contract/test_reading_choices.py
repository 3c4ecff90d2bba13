"""A text with choices that may also be empty, and with choices of our own beside the original's."""

from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from viesti.api.answer import FieldError
from viesti.api.contract.operation import Operation, Reply
from viesti.api.contract.reading import reader
from viesti.api.contract.swagger import document
from viesti.api.contract.values import PLAIN, Member, Moment, Text, Thing

CHOICES = ("Male", "Female")


@pytest.mark.parametrize(
    ("blank", "written", "problems"), [(True, "", 0), (False, "", 1), (True, " ", 1), (True, "male", 0)]
)
def test_empty_where_there_are_choices(blank: bool, written: str, problems: int) -> None:
    told: list[FieldError] = []
    reader(Text(choices=CHOICES, any_case=True, blank=blank))(written, "gender", told)
    assert len(told) == problems


PROTOCOL = Text(choices=("SMS",), more=("WhatsApp",), any_case=True)


@pytest.mark.parametrize(
    ("written", "read", "sentence"),
    [
        ("sms", "SMS", None),
        ("whatsapp", "WhatsApp", None),
        ("Fax", None, "It must be one of SMS, WhatsApp."),
    ],
)
def test_more_choices_are_read_like_the_others(written: str, read: str | None, sentence: str | None) -> None:
    told: list[FieldError] = []
    assert reader(PROTOCOL)(written, "Protocol", told) == read
    assert told == ([FieldError("Protocol", sentence)] if sentence else [])


class Asked(msgspec.Struct):
    protocol: str = ""
    send_at: datetime | None = None


def test_more_choices_and_a_plain_moment_are_described_as_the_original_has_them() -> None:
    body = Thing((Member("Protocol", "protocol", PROTOCOL), Member("At", "send_at", Moment(format=""))))
    send = Operation("Send", "POST", "/", PLAIN, Asked, (Reply(204, None, ""),), None, body=body)
    for tolerant, choices in ((False, ["SMS"]), (True, ["SMS", "WhatsApp"])):
        made = document((send,), title="T", base_path="", tolerant=tolerant)["paths"]["/"]["post"]
        members = made["parameters"][0]["schema"]["properties"]
        assert members["Protocol"]["enum"] == choices
        assert members["At"]["type"] == "string" and "format" not in members["At"]
