"""What the engine process does now and then beside carrying messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from viesti.engine.engine import Upkeep
from viesti.services.fold_counts import FoldCounts
from viesti.services.sweep_lists import SweepLists
from viesti.storage.store import Store

LOOK_SECONDS = 5.0  # a contact's counters are so far behind at most, and an idle engine has little to ask


def upkeep(store: Store, now: Callable[[], datetime]) -> Sequence[Upkeep]:
    """The duties, with their seconds between rounds that found nothing."""
    return (
        Upkeep("sweep lists", SweepLists(store), LOOK_SECONDS),
        Upkeep("fold counts", FoldCounts(store), LOOK_SECONDS),
    )
