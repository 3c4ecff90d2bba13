"""What each country lets a sender be, as data.

Rule: these are facts that change; correct the table, never the code that reads it. Something is refused only
where it is documented that it is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_NAME = 11  # 3GPP TS 23.040, 9.1.2.5: an alphanumeric address holds 11 septets

# What takes one septet in the GSM 03.38 default alphabet, but for '@', whose code is the end of a
# string to careless software.
NAME = re.compile(r"[A-Za-zÅÄÖåäöÆØæøÑñÜüßÉéèùìòàÇ0-9 !\"#$%&'()*+,\-./:;<=>?_]+")


class Names(StrEnum):
    """What happens to an alphanumeric sender."""

    SHOWN = "shown"
    REPLACED = "replaced"  # the message arrives under a sender of the carrier's choice
    REFUSED = "refused"


class Registration(StrEnum):
    """Which senders a country wants to know before they are used."""

    NONE = "none"
    VOLUNTARY = "voluntary"
    NAMES = "names"
    ALL = "all"  # names and numbers


@dataclass(frozen=True, slots=True)
class CountryRule:
    """What a country's carriers let through; `checked_letters` only once the carrier was asked."""

    names: Names = Names.SHOWN
    registration: Registration = Registration.NONE
    min_length: int = 1
    max_length: int = MAX_NAME
    pattern: re.Pattern[str] = NAME
    checked_letters: str = ""
    two_way: bool = True  # numbers that answers reach can be had


_WORDS = re.compile(r"[0-9A-Za-z]+(?: [0-9A-Za-z]+)*")  # no space at an end, no two together

NO_NAMES = CountryRule(names=Names.REFUSED)
REPLACED = CountryRule(names=Names.REPLACED)
NAMES_REGISTERED = CountryRule(registration=Registration.NAMES)
ONE_WAY = CountryRule(registration=Registration.NAMES, two_way=False)
DEFAULT_RULE = CountryRule()

# [D] documented by the authority or registry named; [K] general knowledge, to be confirmed with the carrier.
COUNTRY_RULES: dict[str, CountryRule] = {
    # [D] Traficom, Regulation 28 L/2025 M, since 2026-05-04: names and numbers; 3-11 of 0-9 a-z A-Z, space.
    "FI": CountryRule(registration=Registration.ALL, min_length=3, pattern=_WORDS, checked_letters="åäöÅÄÖ"),
    # [D AWS] no names; [K] numbers are registered (10DLC, toll-free, short codes).
    "US": CountryRule(names=Names.REFUSED, registration=Registration.ALL),
    "CA": NO_NAMES,  # [D AWS]
    "CN": NO_NAMES,  # [D AWS]
    "PR": REPLACED,  # [K]
    "MX": REPLACED,  # [K]
    "BR": REPLACED,  # [K]
    "AR": REPLACED,  # [K]
    "CL": REPLACED,  # [K]
    "CO": REPLACED,  # [K]
    "NZ": REPLACED,  # [K]
    "ZA": REPLACED,  # [K]
    "MY": REPLACED,  # [K]
    "IN": ONE_WAY,  # [D AWS] registered; [K] headers of 6 letters, one-way
    "AE": ONE_WAY,  # [K]
    "SA": ONE_WAY,  # [D AWS] registered; [K] one-way
    "EG": ONE_WAY,  # [D AWS] registered; [K] one-way
    "KW": ONE_WAY,  # [D AWS] registered; [K] one-way
    "QA": ONE_WAY,  # [D AWS] registered; [K] one-way
    "JO": ONE_WAY,  # [D AWS] registered; [K] one-way
    "SG": CountryRule(registration=Registration.NAMES, min_length=3),  # [D SGNIC] SSIR, since 2023-01-31
    "IE": NAMES_REGISTERED,  # [D ComReg] unregistered names are blocked since 2025-10-03; numbers are free
    "ES": CountryRule(registration=Registration.NAMES, min_length=3),  # [D] Order TDF/149/2025, CNMC registry
    "AU": NAMES_REGISTERED,  # [D ACMA] since 2026-07-01
    "AT": NAMES_REGISTERED,  # [D AWS]
    "PL": NAMES_REGISTERED,  # [K] registry of public bodies' names; carriers whitelist others
    "BY": NAMES_REGISTERED,  # [D AWS]
    "RU": NAMES_REGISTERED,  # [D AWS]
    "KZ": NAMES_REGISTERED,  # [D AWS]
    "TR": NAMES_REGISTERED,  # [K]
    "UA": NAMES_REGISTERED,  # [K]
    "ID": NAMES_REGISTERED,  # [D AWS]
    "PH": NAMES_REGISTERED,  # [D AWS]
    "TH": NAMES_REGISTERED,  # [D AWS]
    "VN": NAMES_REGISTERED,  # [K]
    "LK": NAMES_REGISTERED,  # [D AWS]
    "KE": NAMES_REGISTERED,  # [D AWS]
    "NG": NAMES_REGISTERED,  # [K]
    "GB": CountryRule(registration=Registration.VOLUNTARY),  # [K] MEF registry
    "SE": DEFAULT_RULE,  # [K]
    "NO": DEFAULT_RULE,  # [K]
    "DK": DEFAULT_RULE,  # [K]
    "EE": DEFAULT_RULE,  # [K]
    "DE": DEFAULT_RULE,  # [K]
    "NL": CountryRule(min_length=3),  # [D CM.com]
    "FR": DEFAULT_RULE,  # [K]
    "IT": NAMES_REGISTERED,  # [K] AGCOM alias registry, kept by the carriers
    "PT": DEFAULT_RULE,  # [K]
    "JP": REPLACED,  # [K]
}

# Regions of another country's numbering plan where that country's rules hold.
_RULED_BY: dict[str, str] = {"AX": "FI", "SJ": "NO", "VA": "IT"}


def ruling_country(region: str) -> str:
    """The country whose rules hold in a region: 'FI' for 'AX', most are their own."""
    return _RULED_BY.get(region, region)


def country_rule(region: str) -> CountryRule:
    """The rule for a two-letter country or region; the permissive default where none is known."""
    return COUNTRY_RULES.get(ruling_country(region), DEFAULT_RULE)
