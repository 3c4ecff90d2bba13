from __future__ import annotations

from viesti.domain.lane import Lane


def test_the_stored_number_is_the_order() -> None:
    assert [lane.name for lane in sorted(Lane)] == ["TRANSACTIONAL", "BULK"]
    assert list(map(int, Lane)) == [0, 1]
