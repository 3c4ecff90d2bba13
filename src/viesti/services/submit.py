"""Accept a message: check it, plan it, and answer only when it is committed.

Rule: the answer is given after the commit. What is refused is refused whole, with every problem named, and
nothing of it is stored. A repeat is answered as its first was, even where it would be refused by now.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from viesti.services.estate import EstateCache
from viesti.services.group_commit import GroupCommit
from viesti.services.plan import Limits, Planned
from viesti.services.plan_message import plan_message
from viesti.services.requests import NotAccepted, SubmitRequest, SubmitResult, Submitted


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
        planned = plan_message(request, self._estate.current, self._limits, self._now(), self._random)
        if isinstance(planned, NotAccepted):
            known = request.request_id and all(problem.field != "request_id" for problem in planned.problems)
            first = await self._group_commit.repeated(request) if known else None
            return first if isinstance(first, Submitted) else planned
        return await self._group_commit.add(planned)

    async def repeated(self, request: SubmitRequest) -> SubmitResult | None:
        """What the first request with this one's id led to; None when there was none."""
        return await self._group_commit.repeated(request)

    def trial(self, request: SubmitRequest) -> Planned | NotAccepted:
        """What would be sent now, or why not; nothing is stored either way."""
        return plan_message(request, self._estate.current, self._limits, self._now(), self._random)

    def objection(self, request: SubmitRequest) -> NotAccepted | None:
        """What a message would be refused for now."""
        planned = self.trial(request)
        return planned if isinstance(planned, NotAccepted) else None
