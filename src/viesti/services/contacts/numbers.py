"""Reads a contact's phone number by the regions a caller names.

Rule: without regions it is the customer's own; in a list the first counts most.
"""

from __future__ import annotations

from collections.abc import Sequence

from viesti.domain.address import AddressProblem, normalise
from viesti.domain.estate import Customer
from viesti.domain.regions import REGIONS
from viesti.services.requests import FieldProblem

MAX_NUMBER = 64  # characters, marks between the digits included
MAX_REGIONS = len(REGIONS)


def read_number(customer: Customer, written: str, regions: Sequence[str]) -> str | list[FieldProblem]:
    """The digits of the number, or what is wrong with it or with the regions."""
    if len(regions) > MAX_REGIONS:
        return [FieldProblem("regions", f"There are more than {MAX_REGIONS}.")]
    known = [region.strip().upper() for region in regions]
    problems = [
        FieldProblem("regions", f"'{region[:40]}' is no region; it must be two letters, such as FI.", index)
        for index, region in enumerate(known)
        if region not in REGIONS
    ]
    if len(written) > MAX_NUMBER:
        problems.append(FieldProblem("phone", f"It is longer than {MAX_NUMBER} characters."))
    if problems:
        return problems
    address = normalise(written, tuple(dict.fromkeys(known)) or (customer.default_region,))
    if isinstance(address, AddressProblem):
        return [FieldProblem("phone", address.sentence)]
    return address.digits
