"""What may be a sender, and where it may be used."""

from __future__ import annotations

import phonenumbers
import pytest

from viesti.domain.channel import AddressKind
from viesti.domain.sender import (
    RegisteredSender,
    Sender,
    SenderProblem,
    SenderRuling,
    SenderState,
    check_sender,
    parse_sender,
)
from viesti.domain.sender_rules import COUNTRY_RULES, MAX_NAME, Registration, country_rule

NAME = AddressKind.ALPHANUMERIC
LONG = AddressKind.INTERNATIONAL
SHORT = AddressKind.SHORT_CODE


@pytest.mark.parametrize(
    ("text", "sender", "kind", "takes_replies"),
    [
        pytest.param("Viesti", "Viesti", NAME, False, id="name"),
        pytest.param("  Viesti ", "Viesti", NAME, False, id="spaces around"),
        pytest.param("Helsinki OP", "Helsinki OP", NAME, False, id="11 characters"),
        pytest.param("4ever", "4ever", NAME, False, id="one letter makes a name"),
        pytest.param("Työ & Koti", "Työ & Koti", NAME, False, id="letters and signs of GSM 03.38"),
        pytest.param("16010", "16010", SHORT, True, id="short code"),
        pytest.param("13 245", "13245", SHORT, True, id="short code with a space"),
        pytest.param("160", "160", SHORT, True, id="3 digits"),
        pytest.param("12345678", "12345678", SHORT, True, id="8 digits"),
        pytest.param("+358101001234", "358101001234", LONG, True, id="long code"),
        pytest.param("358401234567", "358401234567", LONG, True, id="long code without plus"),
        pytest.param("040 123 4567", "358401234567", LONG, True, id="national long code"),
    ],
)
def test_parses(text: str, sender: str, kind: AddressKind, takes_replies: bool) -> None:
    parsed = parse_sender(text)
    assert parsed == Sender(sender, kind)
    assert isinstance(parsed, Sender)
    assert parsed.takes_replies is takes_replies


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The sender is empty."),
        ("   ", "The sender is empty."),
        ("Terveyskeskus", "The sender 'Terveyskeskus' is too long: a name has at most 11 characters."),
        ("Приветы", "The sender 'Приветы' holds a character that names can't have."),
        ("Raha[€]", "The sender 'Raha[€]' holds a character that names can't have."),
        ("info@x.fi", "The sender 'info@x.fi' holds a character that names can't have."),
        ("a\nb", "The sender 'a\nb' holds a character that names can't have."),
        ("12", "'12' is not a phone number: it has too few digits."),
        ("+16400", "'+16400' is not a phone number: it has too few digits."),
        ("***", "'***' is not a phone number: it holds more than digits and the marks between them."),
    ],
)
def test_refuses(text: str, sentence: str) -> None:
    assert parse_sender(text) == SenderProblem(text, sentence)


def test_a_national_number_is_read_in_the_given_region() -> None:
    assert parse_sender("070-123 45 67", ("SE",)) == Sender("46701234567", LONG)


PENDING, SUSPENDED, REJECTED, APPROVED = (
    SenderState.PENDING,
    SenderState.SUSPENDED,
    SenderState.REJECTED,
    SenderState.APPROVED,
)


@pytest.mark.parametrize(
    ("text", "kind", "countries", "state", "country", "ruling", "sentence"),
    [
        ("Viesti", NAME, "", APPROVED, "FI", "allowed", "The sender 'Viesti' may be used."),
        ("Viesti", NAME, "FI SE", APPROVED, "FI", "allowed", "The sender 'Viesti' may be used."),
        ("Viesti", NAME, "FI", APPROVED, "AX", "allowed", "The sender 'Viesti' may be used."),
        ("Viesti", NAME, "AX", APPROVED, "AX", "allowed", "The sender 'Viesti' may be used."),
        ("Viesti", NAME, "", APPROVED, "", "allowed", "The sender 'Viesti' may be used."),
        ("16010", SHORT, "FI", APPROVED, "FI", "allowed", "The sender '16010' may be used."),
        ("12015550123", LONG, "", APPROVED, "US", "allowed", "The sender '12015550123' may be used."),
        (
            "Viesti",
            NAME,
            "",
            APPROVED,
            "BR",
            "allowed",
            "The sender 'Viesti' may be used, but carriers in BR replace names.",
        ),
        ("16010", SHORT, "", APPROVED, "BR", "allowed", "The sender '16010' may be used."),
        ("Viesti", NAME, "", PENDING, "FI", "not_approved", "The sender 'Viesti' is not approved yet."),
        ("Viesti", NAME, "", SUSPENDED, "FI", "not_approved", "The sender 'Viesti' is suspended."),
        ("Viesti", NAME, "", REJECTED, "FI", "not_approved", "The sender 'Viesti' was rejected."),
        (
            "Viesti",
            NAME,
            "SE FI",
            APPROVED,
            "DE",
            "not_for_country",
            "The sender 'Viesti' is registered for FI, SE only, not DE.",
        ),
        (
            "Viesti",
            NAME,
            "FI",
            APPROVED,
            "",
            "not_for_country",
            "The sender 'Viesti' is registered for FI only, not an unknown country.",
        ),
        (
            "Viesti",
            NAME,
            "",
            APPROVED,
            "US",
            "not_for_country",
            "The sender 'Viesti' can't be used in US: names are not allowed there, only numbers.",
        ),
        (
            "Vi",
            NAME,
            "",
            APPROVED,
            "FI",
            "not_for_country",
            "The sender 'Vi' can't be used in FI: a name there has 3 to 11 characters.",
        ),
        ("Vi", NAME, "", APPROVED, "SE", "allowed", "The sender 'Vi' may be used."),
        (
            "Vi",
            NAME,
            "SG",
            APPROVED,
            "SG",
            "not_for_country",
            "The sender 'Vi' can't be used in SG: a name there has 3 to 11 characters.",
        ),
        (
            "R&D",
            NAME,
            "FI",
            APPROVED,
            "FI",
            "not_for_country",
            "The sender 'R&D' can't be used in FI: a character in it is not allowed there.",
        ),
    ],
)
def test_check(
    text: str, kind: AddressKind, countries: str, state: SenderState, country: str, ruling: str, sentence: str
) -> None:
    registered = RegisteredSender(7, text, kind, frozenset(countries.split()), state)
    verdict = check_sender({text: registered}.get, Sender(text, kind), country)
    assert (verdict.ruling, verdict.sentence) == (SenderRuling(ruling), sentence)
    assert verdict.allowed is (ruling == "allowed")


def test_a_sender_nobody_registered() -> None:
    verdict = check_sender(lambda _: None, Sender("Viesti", NAME), "FI")
    assert verdict.ruling is SenderRuling.NOT_REGISTERED
    assert verdict.sentence == "The sender 'Viesti' is not registered for this customer."


@pytest.mark.parametrize(
    ("text", "countries", "allowed"),
    [
        pytest.param("Apteekki 24", "", True, id="words and digits"),
        pytest.param("Työ", "", False, id="ö unless the carrier was asked"),
        pytest.param("Työ", "FI", True, id="ö when the registration names Finland"),
        pytest.param("Ünal", "FI", False, id="other letters never"),
        pytest.param("Kela  Fpa", "FI", False, id="double space"),
        pytest.param("Kela.fi", "FI", False, id="full stop"),
    ],
)
def test_protected_names_of_finland(text: str, countries: str, allowed: bool) -> None:
    registered = RegisteredSender(7, text, NAME, frozenset(countries.split()), SenderState.APPROVED)
    assert check_sender({text: registered}.get, Sender(text, NAME), "FI").allowed is allowed


def test_the_table_of_countries_holds_together() -> None:
    assert set(COUNTRY_RULES) <= phonenumbers.SUPPORTED_REGIONS
    for country, rule in COUNTRY_RULES.items():
        assert 1 <= rule.min_length <= rule.max_length <= MAX_NAME, country


def test_finland_wants_every_sender_and_an_unlisted_country_none() -> None:
    assert country_rule("FI").registration is Registration.ALL
    assert country_rule("AX") is country_rule("FI")
    assert country_rule("LU").registration is Registration.NONE
