"""Numbers as people write them, and what they become."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.address import (
    Address,
    AddressProblem,
    Normaliser,
    display,
    normalise,
    normalise_by_rule,
    region_of,
    short_code,
)
from viesti.domain.channel import AddressKind
from viesti.domain.numbering import REGIONS, mobile_region

UNUSED_RANGE = "is in no range known to be in use."


@pytest.mark.parametrize(
    ("text", "regions", "digits", "region"),
    [
        pytest.param("+358401234567", ["FI"], "358401234567", "FI", id="E.164"),
        pytest.param("358401234567", ["FI"], "358401234567", "FI", id="international without plus"),
        pytest.param("0401234567", ["FI"], "358401234567", "FI", id="national"),
        pytest.param("040 123 4567", ["FI"], "358401234567", "FI", id="national with spaces"),
        pytest.param("(040) 123-45.67", ["FI"], "358401234567", "FI", id="every mark of the rule"),
        pytest.param("040/1234567", ["FI"], "358401234567", "FI", id="slash"),
        pytest.param("+358 40 123\u20114567", ["FI"], "358401234567", "FI", id="typographic spaces and dash"),
        pytest.param(
            "\u202a+358401234567\u202c", ["FI"], "358401234567", "FI", id="copied with direction marks"
        ),
        pytest.param("＋３５８４０１２３４５６７", ["FI"], "358401234567", "FI", id="full-width"),
        pytest.param("٠٥٠١٢٣٤٥٦٧", ["AE"], "971501234567", "AE", id="Arabic-Indic digits"),
        pytest.param("tel:+358-40-1234567", ["FI"], "358401234567", "FI", id="tel URI"),
        pytest.param("+358 (0)40 123 4567", ["FI"], "358401234567", "FI", id="plus and a zero in brackets"),
        pytest.param("00358401234567", ["FI"], "358401234567", "FI", id="00"),
        pytest.param("00358401234567", ["US"], "358401234567", "FI", id="00 where it is not the exit code"),
        pytest.param("00358401234567", [], "358401234567", "FI", id="00 without a region"),
        pytest.param("990358401234567", ["FI"], "358401234567", "FI", id="Finnish carrier exit code"),
        pytest.param("011358401234567", ["US"], "358401234567", "FI", id="American exit code"),
        pytest.param(
            "0011358401234567", ["AU"], "358401234567", "FI", id="Australian exit code begins with 00"
        ),
        pytest.param("810358401234567", ["RU"], "358401234567", "FI", id="Russian exit code"),
        pytest.param(
            "994501234567", ["FI"], "994501234567", "AZ", id="a country code that looks like an exit code"
        ),
        pytest.param("46701234567", ["FI"], "46701234567", "SE", id="bare foreign number: the trap"),
        pytest.param("401234567", ["FI"], "358401234567", "FI", id="bare national"),
        pytest.param(
            "9123456789", ["FI", "IN"], "919123456789", "IN", id="bare national of the second region"
        ),
        pytest.param("0701234567", ["SE", "FI"], "46701234567", "SE", id="national of the first region"),
        pytest.param(
            "0731234567", ["NO", "SE"], "46731234567", "SE", id="national of the only region it is valid in"
        ),
        pytest.param("89123456789", ["RU"], "79123456789", "RU", id="a trunk prefix that is not 0"),
        pytest.param("2125550123", ["US"], "12125550123", "US", id="American without 1"),
        pytest.param("12015550123", ["US"], "12015550123", "US", id="American with 1"),
        pytest.param(
            "393123456789", ["IT"], "393123456789", "IT", id="Italian code that also begins mobiles"
        ),
        pytest.param("+883510012345678", ["FI"], "883510012345678", "001", id="code of no country"),
    ],
)
def test_reads_without_a_warning(text: str, regions: list[str], digits: str, region: str) -> None:
    assert normalise(text, regions) == Address(digits, AddressKind.INTERNATIONAL, region)


@pytest.mark.parametrize(
    ("text", "regions", "digits", "warning"),
    [
        pytest.param(
            "4571234567",
            ["FI"],
            "4571234567",
            "'4571234567' was read as +4571234567; it could also be +3584571234567.",
            id="valid in Denmark and in Finland",
        ),
        pytest.param(
            "2015550123",
            ["US"],
            "2015550123",
            "'2015550123' was read as +2015550123; it could also be +12015550123."
            " +2015550123 is a fixed line, which SMS may not reach.",
            id="valid in Egypt and in the United States",
        ),
        pytest.param(
            "+447700900123", ["FI"], "447700900123", f"+447700900123 {UNUSED_RANGE}", id="drama number"
        ),
        pytest.param(
            "990447700900123", ["FI"], "447700900123", f"+447700900123 {UNUSED_RANGE}", id="drama by 990"
        ),
        pytest.param(
            "00447700900123", ["JP"], "447700900123", f"+447700900123 {UNUSED_RANGE}", id="drama by 00"
        ),
        pytest.param(
            "16400", ["FI"], "35816400", f"+35816400 {UNUSED_RANGE}", id="a short code given as a number"
        ),
        pytest.param(
            "0294123456",
            ["FI"],
            "358294123456",
            "+358294123456 is a company number, which SMS may not reach.",
            id="company number",
        ),
        pytest.param(
            "+358800123456",
            ["FI"],
            "358800123456",
            "+358800123456 is a toll-free number, which SMS may not reach.",
            id="toll-free",
        ),
        pytest.param(
            "0600 123 45",
            ["FI"],
            "35860012345",
            "+35860012345 is a premium rate number, which SMS may not reach.",
            id="premium rate",
        ),
        pytest.param(
            "09 1234 5678",
            ["FI"],
            "358912345678",
            "+358912345678 is a fixed line, which SMS may not reach.",
            id="fixed line",
        ),
    ],
)
def test_reads_with_a_warning(text: str, regions: list[str], digits: str, warning: str) -> None:
    found = normalise(text, regions)
    assert isinstance(found, Address)
    assert (found.digits, " ".join(found.warnings)) == (digits, warning)


@pytest.mark.parametrize(
    ("text", "regions", "sentence"),
    [
        ("", ["FI"], "The phone number is empty."),
        (" + ", ["FI"], "The phone number is empty."),
        (
            "Matti",
            ["FI"],
            "'Matti' is not a phone number: it holds more than digits and the marks between them.",
        ),
        (
            "0401234567x9",
            ["FI"],
            "'0401234567x9' is not a phone number: it holds more than digits and the marks between them.",
        ),
        (
            "++358401234567",
            ["FI"],
            "'++358401234567' is not a phone number: it holds more than digits and the marks between them.",
        ),
        ("+999123456", ["FI"], "'+999123456' is not a phone number: no country has this calling code."),
        ("+0401234567", ["FI"], "'+0401234567' is not a phone number: no country has this calling code."),
        ("112", ["FI"], "'112' is not a phone number: it has too few digits."),
        ("+35840", ["FI"], "'+35840' is not a phone number: it has too few digits."),
        ("+3584012345678901", ["FI"], "'+3584012345678901' is not a phone number: it has too many digits."),
        ("+1 234 5678", ["FI"], "'+1 234 5678' is not a phone number: its area code is missing."),
        ("+4712345678901", ["FI"], "'+4712345678901' is not a phone number: it has too many digits."),
        (
            "+47123456",
            ["FI"],
            "'+47123456' is not a phone number: no number of its country has that many digits.",
        ),
        ("0401234567", [], "'0401234567' is a national number, and no country is given for it."),
        ("1" * 400, ["FI"], f"'{'1' * 40}...' is not a phone number: it has too many digits."),
    ],
)
def test_refuses_with_a_sentence(text: str, regions: list[str], sentence: str) -> None:
    assert normalise(text, regions) == AddressProblem(text, sentence)


@pytest.mark.parametrize("region", ["XX", "fi", "", "001"])
def test_an_unknown_region_is_a_broken_promise(region: str) -> None:
    with pytest.raises(ValueError, match="not a region"):
        Normaliser([region])


def _examples() -> list[tuple[str, str, str]]:
    kinds = phonenumbers.PhoneNumberType.values()
    found = []
    for region in sorted(REGIONS):
        for kind in kinds:
            number = phonenumbers.example_number_for_type(region, kind)
            if number is not None:
                found.append(
                    (region, str(number.country_code), phonenumbers.national_significant_number(number))
                )
    return found


EXAMPLES = _examples()


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """A number near a real one of any region and type, written in any form, and regions."""
    region, code, national = draw(st.sampled_from(EXAMPLES))
    kept = draw(st.integers(0, len(national)))
    length = len(national) - kept + draw(st.sampled_from((0, 0, 0, 1, -1)))
    national = national[:kept] + draw(st.text("0123456789", min_size=max(length, 0), max_size=max(length, 0)))
    form = draw(
        st.sampled_from(
            ("+{code}{national}", "{code}{national}", "0{national}", "{national}", "00{code}{national}")
        )
    )
    other = st.sampled_from(sorted(REGIONS))
    regions = draw(st.sampled_from((("FI",), (region,), (), (region, "FI"), ("FI", "SE"))) | st.tuples(other))
    return form.format(code=code, national=national), regions


@given(numbers())
def test_the_quick_way_gives_the_answer_of_the_rule(case: tuple[str, tuple[str, ...]]) -> None:
    text, regions = case
    assert Normaliser(regions).normalise(text) == normalise_by_rule(text, regions)


@given(st.text(alphabet="+0123456789 -()./tel:x\u202a٣", max_size=24))
def test_any_text_is_an_address_or_a_problem(text: str) -> None:
    found = normalise(text)
    assert found == normalise_by_rule(text, ("FI",))
    if isinstance(found, Address):
        assert normalise("+" + found.digits) == Address(
            found.digits,
            found.kind,
            found.region,
            tuple(w for w in found.warnings if "could also be" not in w),
        )
    else:
        assert found.sentence.endswith(".")


@pytest.mark.parametrize(
    "region", ["FI", "SE", "NO", "DK", "EE", "DE", "FR", "ES", "IT", "GB", "US", "BR", "IN", "JP"]
)
def test_ordinary_mobiles_need_no_library(region: str) -> None:
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert number is not None
    assert (
        mobile_region(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]) == region
    )


@pytest.mark.parametrize(
    ("digits", "region"),
    [
        ("358401234567", "FI"),
        ("35818123456", "AX"),
        ("447700900123", "GB"),
        ("15062345678", "CA"),
        ("883510012345678", "001"),
        ("999", ""),
        ("", ""),
    ],
)
def test_region_of(digits: str, region: str) -> None:
    assert region_of(digits) == region


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("358401234567", "+358 40 1234567"),
        ("447700900123", "+44 7700 900123"),
        ("12015550123", "+1 201-555-0123"),
        ("16400", "16400"),
        ("999123456789", "999123456789"),
        ("", ""),
    ],
)
def test_display(digits: str, shown: str) -> None:
    assert display(digits) == shown


@pytest.mark.parametrize("text", ["160", "16400", " 16 400 ", "13245678"])
def test_short_codes_stay_as_they_are(text: str) -> None:
    assert short_code(text) == Address(text.replace(" ", ""), AddressKind.SHORT_CODE, "")


@pytest.mark.parametrize("text", ["", "12", "123456789", "+16400", "16A00"])
def test_not_a_short_code(text: str) -> None:
    assert isinstance(short_code(text), AddressProblem)
