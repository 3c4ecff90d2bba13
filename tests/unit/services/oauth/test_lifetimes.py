"""When a refresh token is still good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from viesti.services.oauth.lifetimes import Standing, standing

NOW = datetime(2030, 1, 1, tzinfo=UTC)
GRACE = timedelta(minutes=60)
GOOD, EXPIRED, REPLAYED = Standing.GOOD, Standing.EXPIRED, Standing.REPLAYED


@pytest.mark.parametrize(
    ("good_for", "superseded_ago", "expected"),
    [
        # minutes until it expires, minutes since a successor was used (None: none was)
        (1, None, GOOD),
        (0, None, EXPIRED),
        (-1, None, EXPIRED),
        (60 * 24 * 180, None, GOOD),  # however long its successor waits to be used
        (1, 0, GOOD),
        (1, 59.99, GOOD),
        (1, 60, GOOD),
        (1, 60.01, REPLAYED),
        (-1, 59, EXPIRED),
        (-1, 61, REPLAYED),
    ],
)
def test_standing(good_for: float, superseded_ago: float | None, expected: Standing) -> None:
    superseded = None if superseded_ago is None else NOW - timedelta(minutes=superseded_ago)
    assert standing(NOW + timedelta(minutes=good_for), superseded, NOW, GRACE) is expected
