"""How much of its price a recipient finally pays."""

from __future__ import annotations

import pytest

from viesti.domain.settled_cost import NONE, PAYS, WHOLE, Share, share
from viesti.domain.status import Status


def test_every_status_says_what_it_pays() -> None:
    assert set(PAYS) == set(Status)


@pytest.mark.parametrize(
    "status",
    [Status.SENT, Status.DELIVERED, Status.UNDELIVERED, Status.EXPIRED, Status.UNKNOWN, Status.QUEUED],
)
def test_what_the_carrier_took_or_may_take_is_paid_whole(status: Status) -> None:
    assert share(status, taken=0, total=3) == WHOLE


def test_frozen_pays_nothing() -> None:
    assert share(Status.FROZEN, taken=0, total=3) == NONE


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_what_failed_pays_for_the_parts_that_were_taken(status: Status) -> None:
    assert share(status, taken=0, total=3) == NONE
    assert share(status, taken=2, total=3) == Share(2, 3)
    assert share(status, taken=3, total=3) == Share(3, 3)


def test_nothing_pays_more_than_the_whole() -> None:
    assert share(Status.FAILED, taken=4, total=3) == Share(3, 3)


def test_a_doubt_is_paid_for() -> None:
    assert share(Status.FAILED, taken=0, total=3, doubts=1) == WHOLE
