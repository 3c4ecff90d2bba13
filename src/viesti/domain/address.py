"""Reads a phone number as a person or a program wrote it.

What stands between digits is left out. `+` or an exit code begins an international number, `0` a national one
of the regions in their order. Bare digits are international if that is valid, else national if that is, else
national if that is possible; where both are valid the international one is taken, with a warning.

Rule: a number that can exist is never refused for being unusual. Being possible decides; all else is a
warning to the caller. Short codes never come through `normalise`: '16400' would become a number nobody has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from msgspec.structs import replace
from phonenumbers import PhoneNumberType

from viesti.domain.channel import AddressKind
from viesti.domain.numbering import (
    Fit,
    Reading,
    dialling,
    display,
    mobile_region,
    read,
    region_of,
)

__all__ = [
    "Address",
    "AddressProblem",
    "Normaliser",
    "beginnings",
    "display",
    "normalise",
    "region_of",
    "short_code",
    "shown",
    "whatsapp_address",
]


class Address(msgspec.Struct, frozen=True):
    """What can be sent to. `digits` of a number have no '+'; `warnings` are sentences for the caller."""

    digits: str  # of a WhatsApp party without a number: its user id
    kind: AddressKind
    region: str  # 'FI'; '001' for codes of no country; '' for a short code
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddressProblem:
    """Not a number that can be sent to: what was written, and a sentence that says why."""

    text: str
    sentence: str


_PROBLEMS: dict[Fit, str] = {
    Fit.NO_COUNTRY: "no country has this calling code",
    Fit.TOO_SHORT: "it has too few digits",
    Fit.TOO_LONG: "it has too many digits",
    Fit.WRONG_LENGTH: "no number of its country has that many digits",
    Fit.NO_AREA_CODE: "its area code is missing",
}

# Valid numbers that SMS does not reach; a few fixed lines do take SMS, so this is a warning for all.
_NOT_REACHED = ", which SMS may not reach."
_NO_SMS: dict[int, str] = {
    PhoneNumberType.FIXED_LINE: "a fixed line",
    PhoneNumberType.TOLL_FREE: "a toll-free number",
    PhoneNumberType.PREMIUM_RATE: "a premium rate number",
    PhoneNumberType.SHARED_COST: "a shared cost number",
    PhoneNumberType.UAN: "a company number",
    PhoneNumberType.PAGER: "a pager",
    PhoneNumberType.VOICEMAIL: "a voice mailbox",
}

# What people put between digits: the marks of the rule, their typographic cousins, and invisible marks that
# come along when a number is copied from a page.
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_INVISIBLE = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
# What Meta calls a party within a business: its country, perhaps "ENT", and up to 128 letters and digits.
_WHATSAPP_USER = re.compile(r"(?P<region>[A-Z]{2})\.(ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)
_MOST_DIGITS = 20  # of a number with an exit code before it
_LEFT_OUT = str.maketrans("\uff0b", "+", "-()./" + _DASHES + _INVISIBLE)


def _stripped(text: str) -> str:
    """`text` without what is only there for the eye: '+' and ASCII digits when it is a number at all."""
    bare = "".join(text.translate(_LEFT_OUT).split())
    if bare[:4].lower() == "tel:":
        bare = bare[4:]
    if bare.isascii():
        return bare
    return "".join(str(unicodedata.decimal(mark, mark)) for mark in bare)


def _quoted(text: str) -> str:
    return f"'{text}'" if len(text) <= 40 else f"'{text[:40]}...'"


def _best(readings: Iterable[Reading]) -> Reading:
    """The first valid one, else the first possible one, else the first."""
    ranks = {Fit.VALID: 0, Fit.POSSIBLE: 1}
    return min(readings, key=lambda reading: ranks.get(reading.fit, 2))


def _result(text: str, reading: Reading, other: Reading | None = None) -> Address | AddressProblem:
    if not reading.fit.usable:
        return AddressProblem(text, f"{_quoted(text)} is not a phone number: {_PROBLEMS[reading.fit]}.")
    warnings = []
    if other is not None:
        warnings.append(f"{_quoted(text)} was read as +{reading.digits}; it could also be +{other.digits}.")
    if reading.fit is Fit.POSSIBLE:
        warnings.append(f"+{reading.digits} is in no range known to be in use.")
    elif reading.type in _NO_SMS:
        warnings.append(f"+{reading.digits} is {_NO_SMS[reading.type]}{_NOT_REACHED}")
    return Address(reading.digits, AddressKind.INTERNATIONAL, reading.region, tuple(warnings))


def normalise_by_rule(text: str, regions: Sequence[str]) -> Address | AddressProblem:
    """The rule itself, always asking the library; `Normaliser` gives the same answers sooner."""
    written = _stripped(text)
    digits = written.removeprefix("+")
    if not digits:
        return AddressProblem(text, "The phone number is empty.")
    if not (digits.isascii() and digits.isdigit()):
        sentence = (
            f"{_quoted(text)} is not a phone number: it holds more than digits and the marks between them."
        )
        return AddressProblem(text, sentence)
    if written[0] == "+":
        return _result(text, read(written))
    if digits[0] == "0":
        return _dialled(text, digits, regions)
    return _bare(text, digits, regions)


def _dialled(text: str, digits: str, regions: Sequence[str]) -> Address | AddressProblem:
    """Digits after a 0, national, or international after an exit code. 00 is one everywhere."""
    if digits.startswith("00"):
        matches = [dialling(region).exit_code.match(digits) for region in regions]
        rests = [digits[match.end() :] for match in matches if match] + [digits[2:]]
        return _result(text, _best(read("+" + rest) for rest in rests))
    if not regions:
        return AddressProblem(text, f"{_quoted(text)} is a national number, and no country is given for it.")
    return _result(text, _best(read(digits, region) for region in regions))


def _bare(text: str, digits: str, regions: Sequence[str]) -> Address | AddressProblem:
    """Digits with nothing before them. The national reading knows the exit codes without a 0 (990, 810)."""
    international = read("+" + digits)
    national = _best(read(digits, region) for region in regions) if regions else international
    if international.fit is not Fit.VALID:
        return _result(text, national)
    if national.fit is Fit.VALID and national.digits != international.digits:
        return _result(text, international, other=national)
    return _result(text, international)


def whatsapp_address(text: str, normaliser: Normaliser) -> Address | AddressProblem:
    """A party of WhatsApp: a user id as it came in, or a number. That SMS does not reach it is no matter."""
    user = _WHATSAPP_USER.fullmatch(text.strip())
    if user:
        return Address(user[0], AddressKind.WHATSAPP_USER, user["region"])
    address = normaliser.normalise(text)
    if isinstance(address, Address) and address.warnings:
        return replace(address, warnings=tuple(w for w in address.warnings if not w.endswith(_NOT_REACHED)))
    return address


def shown(digits: str) -> str:
    """An address for people, as it is kept: a number with its '+', a user id as it is."""
    return f"+{digits}" if digits.isdecimal() else digits


class Normaliser:
    """`normalise` for one list of regions, with a bounded memory for the numbers that need the library.

    Takes two-letter regions in order (`ValueError` for an unknown one) and how many answers to keep.
    """

    def __init__(self, regions: Sequence[str] = ("FI",), cache_size: int = 4096) -> None:
        self.regions = tuple(regions)
        self._dialling = tuple(dialling(region) for region in self.regions)
        self._remembered = lru_cache(maxsize=cache_size)(self._look_up)

    def normalise(self, text: str) -> Address | AddressProblem:
        """The address `text` stands for, or why it stands for none."""
        return self._ordinary(text) or self._remembered(text)

    def _look_up(self, text: str) -> Address | AddressProblem:
        return self._ordinary(_stripped(text)) or normalise_by_rule(text, self.regions)

    def _ordinary(self, written: str) -> Address | None:
        """The address when it certainly is a mobile number that leaves nothing to weigh or to warn of."""
        digits = written[1:] if written[:1] == "+" else written
        if not (digits.isascii() and digits.isdigit()):
            return None
        if digits is written:
            if digits[0] == "0":
                digits = self._dialling[0].national_mobile(digits) if self._dialling else ""
            else:
                for place in self._dialling:
                    if not place.agrees(digits):
                        return None
        region = mobile_region(digits)
        return Address(digits, AddressKind.INTERNATIONAL, region) if region else None


@lru_cache(maxsize=64)
def _normaliser(regions: tuple[str, ...]) -> Normaliser:
    return Normaliser(regions)


def normalise(text: str, regions: Sequence[str] = ("FI",)) -> Address | AddressProblem:
    """The address `text` stands for, or why it stands for none.

    Takes the two-letter regions a national number may be of, in order; `ValueError` for an unknown one.
    """
    return _normaliser(tuple(regions)).normalise(text)


def short_code(text: str) -> Address | AddressProblem:
    """A short code, 3 to 8 digits and the marks between them, kept as it is written."""
    digits = _stripped(text)
    if digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 8:
        return Address(digits, AddressKind.SHORT_CODE, "")
    return AddressProblem(text, f"{_quoted(text)} is not a short code: those are 3 to 8 digits.")


def beginnings(text: str, regions: Sequence[str]) -> tuple[str, ...]:
    """The digits that international numbers begin with, when `text` is a number or how one begins, in any
    writing; () when no number begins so. `regions`: what a national number may be of, in order."""
    written = _stripped(text)
    if written[:1] == "+":
        written = _stripped(text.replace("(0)", "", 1))  # as in '+358 (0)40 1234567'
    digits = written.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        return ()
    whole = normalise(written, regions)  # which may drop zeros that no number of the country begins with
    found = [whole.digits] if isinstance(whole, Address) else []
    if written[0] == "+":
        return tuple(dict.fromkeys((*found, digits)))
    found += [digits[2:]] if digits.startswith("00") else []
    for region in regions:
        place = dialling(region)
        if gone := place.exit_code.match(digits):
            found.append(digits[gone.end() :])
        else:
            dialled = place.prefix.match(digits)
            found.append(place.code + digits[dialled.end() if dialled else 0 :])
    found += [digits] if digits[0] != "0" else []
    return tuple(dict.fromkeys(filter(None, found)))
