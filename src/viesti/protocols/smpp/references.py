"""Carrier references (message_id) in one canonical form, so that a submit's answer and its receipt meet.

Rule: both sides go through `canonical`; what a carrier writes in hex here, in decimal there, in another
case or with zeros in front is the same reference. Where nobody told us the carrier's habit, a receipt has
several candidates.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

_LONGEST_NUMBER: Final = 64  # message_id is at most 64 octets (5.2.23); longer ones are only strings
_BLANK: Final = " \0\r\n\t"


class IdBase(StrEnum):
    """How a carrier writes a reference."""

    STRING = "string"  # in an answer: as it is; in a receipt: as in the answer
    HEX = "hex"
    DECIMAL = "decimal"
    EITHER = "either"  # receipts only: not known, try all


def canonical(reference: str, base: IdBase = IdBase.STRING) -> str:
    """The canonical form: numbers in decimal when `base` says it is one, else lower case without leading
    zeros."""
    return _canonical(reference.strip(_BLANK).lower(), base)


def _canonical(clean: str, base: IdBase) -> str:
    number = _number(clean, base)
    if number is not None:
        return str(number)
    return clean.lstrip("0") or clean[:1]


def candidates(reference: str, answer: IdBase, receipt: IdBase) -> tuple[str, ...]:
    """Canonical forms a receipt's reference may have been stored under, likeliest first.

    `answer` is how submit_sm_resp writes ids, `receipt` how receipts do; () for an empty reference.
    """
    if receipt is IdBase.STRING:
        receipt = answer
    clean = reference.strip(_BLANK).lower()
    first = _canonical(clean, answer if receipt is IdBase.EITHER else receipt)
    if not first:
        return ()
    forms = [first]
    for base in (IdBase.DECIMAL, IdBase.HEX) if receipt is IdBase.EITHER else (receipt,):
        number = _number(clean, base)
        if number is not None:
            forms.append(str(number))
            if answer is IdBase.STRING and base is IdBase.DECIMAL:
                forms.append(f"{number:x}")
    return tuple(dict.fromkeys(forms))


def _number(clean: str, base: IdBase) -> int | None:
    if base is IdBase.STRING or len(clean) > _LONGEST_NUMBER or not clean.isascii():
        return None
    if base is IdBase.DECIMAL:
        return int(clean) if clean.isdigit() else None
    try:
        return (
            int(clean, 16) if clean.isalnum() else None
        )  # perhaps with 0x; but no sign, blank or underscore
    except ValueError:
        return None
