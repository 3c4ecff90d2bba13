"""Accept a message: check it, plan it, and answer only when it is committed.

Rule: the answer is given after the commit. What is refused is refused whole, with every problem named, and
nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from viesti.services.estate import EstateCache
from viesti.services.group_commit import GroupCommit
from viesti.services.plan import Limits, plan
from viesti.services.requests import NotAccepted, SubmitRequest, SubmitResult


class Submit:
    """The submit service; every dialect calls it. Raises `StoreUnavailable` when nothing can be stored
    now."""

    def __init__(
        self,
        estate: EstateCache,
        group_commit: GroupCommit,
        limits: Limits,
        now: Callable[[], datetime],
        random: Callable[[], float],
    ) -> None:
        self._estate = estate
        self._group_commit = group_commit
        self._limits = limits
        self._now = now
        self._random = random

    async def __call__(self, request: SubmitRequest) -> SubmitResult:
        """Accept or refuse one message."""
        planned = plan(request, self._estate.current, self._limits, self._now(), self._random)
        if isinstance(planned, NotAccepted):
            return planned
        return await self._group_commit.add(planned)
