"""Codes of WhatsApp and what they come to."""

from __future__ import annotations

import pytest

from viesti.domain.failure import Failure
from viesti.domain.whatsapp_failures import failure_of


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (131026, Failure.NOT_ON_WHATSAPP),
        (131047, Failure.WINDOW_CLOSED),
        (131050, Failure.OPTED_OUT),
        (130429, Failure.CARRIER_BUSY),
        (131056, Failure.CARRIER_BUSY),
        (131000, Failure.CARRIER_ERROR),
        (132001, Failure.INVALID_CONTENT),
        (130472, Failure.CARRIER_REJECTED),
        (131049, Failure.CARRIER_REJECTED),
        (131042, Failure.CARRIER_REJECTED),
        (-1, Failure.CARRIER_REJECTED),
        (999_999, Failure.CARRIER_REJECTED),
    ],
)
def test_reasons(code: int, failure: Failure) -> None:
    assert failure_of(code) is failure
