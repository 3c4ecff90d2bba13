"""What the world's numbering plans say of a number, as libphonenumber knows them.

Rule: the quick tests here may only ever say "certainly an ordinary mobile number, and nothing else"; whatever
they are not certain of is left to the library. So they save its 50 microseconds and can't change an answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberParseException, PhoneMetadata, PhoneNumberType
from phonenumbers import ValidationResult as Length

REGIONS: frozenset[str] = frozenset(
    phonenumbers.SUPPORTED_REGIONS
)  # ISO 3166 two-letter codes, and a few like them


class Fit(Enum):
    """How a number fits its plan. Only `VALID` and `POSSIBLE` can be sent to."""

    VALID = "valid"  # in a range known to be in use
    POSSIBLE = "possible"  # right length for its country
    NO_COUNTRY = "no_country"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    WRONG_LENGTH = "wrong_length"  # between two lengths that exist
    NO_AREA_CODE = "no_area_code"  # can be dialled next door only

    @property
    def usable(self) -> bool:
        return self is Fit.VALID or self is Fit.POSSIBLE


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what was written. `digits` is E.164 without '+', '' when it could not be read."""

    fit: Fit
    digits: str = ""
    region: str = ""  # '001' for the codes of no country
    type: int = PhoneNumberType.UNKNOWN


_LENGTHS: dict[int, Fit] = {
    Length.IS_POSSIBLE: Fit.POSSIBLE,
    Length.IS_POSSIBLE_LOCAL_ONLY: Fit.NO_AREA_CODE,
    Length.INVALID_COUNTRY_CODE: Fit.NO_COUNTRY,
    Length.TOO_SHORT: Fit.TOO_SHORT,
    Length.INVALID_LENGTH: Fit.WRONG_LENGTH,
    Length.TOO_LONG: Fit.TOO_LONG,
}
_PARSE_ERRORS: dict[int, Fit] = {
    NumberParseException.INVALID_COUNTRY_CODE: Fit.NO_COUNTRY,
    NumberParseException.NOT_A_NUMBER: Fit.TOO_SHORT,
    NumberParseException.TOO_SHORT_AFTER_IDD: Fit.TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: Fit.TOO_SHORT,
    NumberParseException.TOO_LONG: Fit.TOO_LONG,
}


def read(written: str, region: str | None = None) -> Reading:
    """How the library reads '+' and digits, or, with a region, digits as dialled there (exit codes too)."""
    try:
        number = phonenumbers.parse(written, region)
    except NumberParseException as error:
        return Reading(_PARSE_ERRORS[error.error_type])
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    home = phonenumbers.region_code_for_number(number)
    fit = _LENGTHS[phonenumbers.is_possible_number_with_reason(number)]
    if fit is Fit.POSSIBLE and phonenumbers.is_valid_number(number):
        fit = Fit.VALID
    main = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return Reading(fit, digits, home or main, phonenumbers.number_type(number))


# Other types than mobile, so that a number that could be both is left to the library.
_OTHER_TYPES = (
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)


@dataclass(frozen=True, slots=True)
class _Mobiles:
    """The mobile range of the main region of a calling code."""

    region: str
    code_length: int
    lengths: frozenset[int]  # of code and number together
    pattern: re.Pattern[str]


class _MobilePlans(dict[str, _Mobiles | None]):
    """By calling code, made when first asked for; at most one entry for each three digits."""

    def __missing__(self, code: str) -> _Mobiles | None:
        self[code] = plan = _mobiles(code)
        return plan


def _mobiles(code: str) -> _Mobiles | None:
    regions = () if code[0] == "0" else COUNTRY_CODE_TO_REGION_CODE.get(int(code), ())
    metadata = PhoneMetadata.metadata_for_region(regions[0], None) if regions else None
    if metadata is None or metadata.mobile is None or metadata.general_desc is None:
        return None
    mobile, general = metadata.mobile, metadata.general_desc
    descriptions = [getattr(metadata, name) for name in _OTHER_TYPES]
    others = [
        found.national_number_pattern for found in descriptions if found and found.national_number_pattern
    ]
    if not mobile.national_number_pattern or not mobile.possible_length:
        return None
    refused = [metadata.national_prefix_for_parsing] if metadata.national_prefix_for_parsing else []
    if others:
        refused.append(rf"(?:{'|'.join(others)})\Z")
    pattern = "".join(f"(?!{each})" for each in refused)
    if metadata.leading_digits:
        pattern += f"(?={metadata.leading_digits})"
    pattern += rf"(?=(?:{general.national_number_pattern})\Z)(?:{mobile.national_number_pattern})"
    lengths = frozenset(len(code) + length for length in mobile.possible_length)
    return _Mobiles(regions[0], len(code), lengths, re.compile(pattern))


_MOBILE_PLANS = _MobilePlans()


def mobile_region(digits: str) -> str:
    """The region of what is certainly a mobile number in E.164 (digits, no '+'); '' when not certain."""
    if not 7 <= len(digits) <= 15:
        return ""
    plans = _MOBILE_PLANS
    plan = plans[digits[:3]] or plans[digits[:2]] or plans[digits[:1]]
    if plan and len(digits) in plan.lengths and plan.pattern.fullmatch(digits, plan.code_length):
        return plan.region
    return ""


@dataclass(frozen=True, slots=True)
class Dialling:
    """How numbers are dialled in one region."""

    region: str
    code: str  # its calling code
    exit_code: re.Pattern[str]
    prefix: re.Pattern[str]  # dialled before a national number
    prefix_rewrites: bool  # the prefix is replaced, not just left out
    agreeing: re.Pattern[str]

    def agrees(self, digits: str) -> bool:
        """Whether `digits`, certainly a mobile number in E.164, dialled here reach it or no valid number."""
        return self.agreeing.match(digits) is not None

    def national_mobile(self, dialled: str) -> str:
        """E.164 digits of what is certainly a mobile number of this region, dialled with its '0'; else ''."""
        prefix = self.prefix.match(dialled)
        if prefix is None or prefix.end() != 1 or self.prefix_rewrites or self.exit_code.match(dialled):
            return ""
        digits = self.code + dialled[1:]
        return digits if mobile_region(digits) == self.region else ""


@cache
def dialling(region: str) -> Dialling:
    """The dialling rules of `region`. `ValueError` when no such region is known."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if region not in REGIONS or metadata is None or metadata.general_desc is None:
        raise ValueError(f"'{region}' is not a region with phone numbers; use two-letter codes such as 'FI'.")
    code = metadata.country_code or 0
    sharing = [PhoneMetadata.metadata_for_region(each, None) for each in COUNTRY_CODE_TO_REGION_CODE[code]]
    patterns = [each.general_desc.national_number_pattern for each in sharing if each and each.general_desc]
    exit_code = metadata.international_prefix or "(?!)"
    prefix = metadata.national_prefix_for_parsing or "(?!)"
    general = rf"(?:{metadata.general_desc.national_number_pattern})\Z"
    shared = rf"(?:{'|'.join(pattern for pattern in patterns if pattern)})\Z"
    # The library leaves out the region's own code when only what follows it fits the region. Any other
    # number stays as it is, and is invalid when it fits no region of the code. Prefixes change the digits.
    own = f"(?!{general}){code}(?!{prefix})(?={general})"
    foreign = f"(?!{code})(?!{prefix})(?!{shared})"
    return Dialling(
        region,
        str(code),
        exit_code=re.compile(exit_code),
        prefix=re.compile(prefix),
        prefix_rewrites=bool(metadata.national_prefix_transform_rule),
        agreeing=re.compile(f"(?!{exit_code})(?:{own}|{foreign})"),
    )


@lru_cache(maxsize=4096)
def _region_by_library(digits: str) -> str:
    return read("+" + digits).region


def region_of(digits: str) -> str:
    """The region of an E.164 number (digits, no '+'): 'FI', '001' for codes of no country, '' if unknown."""
    return mobile_region(digits) or _region_by_library(digits)


# What a number is, for people and flows.
KINDS: Mapping[int, str] = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixedOrMobile",
    PhoneNumberType.TOLL_FREE: "tollFree",
    PhoneNumberType.PREMIUM_RATE: "premiumRate",
    PhoneNumberType.SHARED_COST: "sharedCost",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.UAN: "company",
    PhoneNumberType.VOICEMAIL: "voicemail",
    PhoneNumberType.UNKNOWN: "unknown",  # in no range known to be in use
}


class Forms(NamedTuple):
    """How a number is written, and which of `KINDS` it is."""

    e164: str
    international: str
    national: str
    kind: str


def forms(digits: str) -> Forms:
    """The forms of an E.164 number (digits, no '+') that was read before."""
    number = phonenumbers.parse("+" + digits)
    written = phonenumbers.PhoneNumberFormat
    return Forms(
        phonenumbers.format_number(number, written.E164),
        phonenumbers.format_number(number, written.INTERNATIONAL),
        phonenumbers.format_number(number, written.NATIONAL),
        KINDS[phonenumbers.number_type(number)],
    )


def display(digits: str) -> str:
    """The number as people write it, '+358 40 1234567'; short codes and anything unknown as they are."""
    try:
        number = phonenumbers.parse("+" + digits)
    except NumberParseException:
        return digits
    if not phonenumbers.is_possible_number(number):
        return digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
