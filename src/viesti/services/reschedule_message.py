"""Sends a message at another time, as far as no carrier has it.

Rule: a recipient is put off while he is in his queue and in nobody's hands, in one statement with the time
that he is due at; so whoever is sending him, or has sent him, is not sent again. The time is the message's,
and all that wait of it go together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from viesti.domain.message import Event
from viesti.services.cancel_message import WAITING, TooLate, too_late
from viesti.services.check_request import Limits
from viesti.services.estate import EstateCache
from viesti.services.named_message import Named, named_message
from viesti.services.plan_whatsapp import DEFAULT_FALLBACK_MINUTES
from viesti.services.refusals import Invalid
from viesti.services.requests import FieldProblem
from viesti.services.timeline_text import written
from viesti.services.wake import DUE, Waker, soon
from viesti.storage.store import Store, Transaction


class Rescheduled(NamedTuple):
    """For how many recipients it was put off, and for how many it was too late."""

    message_id: int
    send_at: datetime
    recipients: int
    too_late: int


class OneOfMany(NamedTuple):
    """A recipient can't be put off without the others of his message; a sentence."""

    sentence: str


class RescheduleMessage:
    """Raises `StoreUnavailable`."""

    def __init__(
        self, store: Store, estate: EstateCache, waker: Waker, limits: Limits, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._estate = estate
        self._waker = waker
        self._limits = limits
        self._now = now

    async def __call__(
        self, customer_id: int, identifier: int, send_at: datetime, by: str
    ) -> Rescheduled | TooLate | OneOfMany | Invalid | None:
        """Put off what the id names, which the history has of `by`; None: the customer has no such."""
        async with self._store.statements() as tx:
            named = await named_message(tx, identifier, customer_id)
        if named is None:
            return None
        message = named.message
        problem = self._problem(message.created_at, send_at)
        if problem:
            return Invalid((FieldProblem("send_at", problem),))
        if named.recipient_id is not None and message.recipient_count > 1:
            return OneOfMany(
                f"Its message has {message.recipient_count} recipients, which go together: reschedule"
                f" message {message.id}."
            )
        put_off = 0

        async def work(tx: Transaction) -> None:
            nonlocal put_off
            put_off = await self._put_off(tx, named, send_at, by)

        await self._store.run(work)
        if put_off:
            return Rescheduled(message.id, send_at, put_off, message.recipient_count - put_off)
        async with self._store.statements() as tx:
            stand = await tx.messages.of_message(message.id)
        return TooLate(too_late(Counter(each.status for each in stand)))

    def _problem(self, created_at: datetime, send_at: datetime) -> str:
        if send_at <= self._now():
            return "It is in the past."
        if send_at - created_at > self._limits.max_ahead:
            days = self._limits.max_ahead.days
            return f"It is more than {days} days after the message was accepted, which is the limit."
        return ""

    async def _put_off(self, tx: Transaction, named: Named, send_at: datetime, by: str) -> int:
        """Put off what waits; gives how many recipients."""
        message, now = named.message, self._now()
        stand = await tx.messages.of_message(message.id)
        ids = sorted(each.id for each in stand if each.status in WAITING)
        moved = await tx.outbox.put_off(ids, send_at) if ids else set()
        if not moved:
            return 0
        was = await tx.messages.put_off(message.id, send_at)
        if message.fallback:
            service = self._estate.current.estate.services.get(message.service_id or 0)
            minutes = service.fallback_minutes if service else DEFAULT_FALLBACK_MINUTES
            await tx.fallbacks.put_off([(each, send_at + timedelta(minutes=minutes)) for each in moved])
        detail = {"send_at": written(send_at), "recipients": len(moved), "by": by}
        if was:
            detail["was"] = written(was)
        await tx.messages.add_events([Event(message.id, now, "rescheduled", detail)])
        if soon(send_at, now):
            tx.after_commit(partial(self._waker.wake, DUE))
        return len(moved)
