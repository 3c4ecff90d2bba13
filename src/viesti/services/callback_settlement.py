"""What follows from the answers to callbacks, gathered for many and written at once.

Rule: what was made leaves the queue with a trace in its subject's timeline; what is given up stays in it, for
a person to see; a subscription ends when its endpoint has said long enough that it is gone, and takes with it
all that is owed for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from viesti.domain.callback import (
    Answer,
    Delivered,
    Gone,
    NoAnswer,
    Patience,
    RefusedForGood,
    Retry,
    judge,
    retry_after_seconds,
)
from viesti.domain.message import Callback, Event
from viesti.domain.retry import next_callback
from viesti.net.client import HttpAnswer, HttpFailure
from viesti.storage.store import Store, Transaction

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Called:
    """A callback and what its endpoint answered; None: it was not called, as it is owed no more."""

    callback: Callback
    answer: HttpAnswer | HttpFailure | None
    at: datetime


class CallbackSettlement:
    """One batch. `patience`: with endpoints that say they are gone; `max_age`: how long a callback is
    tried."""

    def __init__(
        self, now: datetime, patience: Patience, max_age: timedelta, random: Callable[[], float]
    ) -> None:
        self._now = now
        self._patience = patience
        self._max_age = max_age
        self._random = random
        self._made: list[tuple[int, int, datetime, dict[str, Any]]] = []
        self._retries: list[tuple[int, int | None, datetime, str]] = []
        self._parked: list[tuple[int, str]] = []
        self._events: list[Event] = []
        self._answered: set[int] = set()  # subscriptions whose endpoint took a call ...
        self._refused: dict[int, list[tuple[Called, str]]] = {}  # ... or says that it is gone, and how

    def add(self, called: Called) -> None:
        """Judge an answer."""
        if called.answer is None:
            return
        callback = called.callback
        subscription = callback.subscription_id
        match judge(_as_answer(called.answer, called.at)):
            case Delivered():
                self._made.append((callback.id, callback.subject_id, called.at, _detail(called)))
                if subscription is not None:
                    self._answered.add(subscription)
            case Retry(reason, retry_after):
                self._try_again(called, reason, retry_after)
            case Gone(reason, retry_after) if subscription is not None:
                self._refused.setdefault(subscription, []).append((called, reason))
                self._try_again(called, reason, retry_after)
            case Gone(reason, retry_after):
                if self._patience.ends(callback.attempt, callback.created_at, self._now):
                    self._park(called, reason)
                else:
                    self._try_again(called, reason, retry_after)
            case RefusedForGood(reason):
                self._park(called, reason)

    def _try_again(self, called: Called, reason: str, retry_after: float | None) -> None:
        callback = called.callback
        due = next_callback(
            callback.attempt, self._now, callback.created_at, self._random(), retry_after, self._max_age
        )
        if due is None:
            self._park(called, reason)
        else:
            subject = None if callback.apart else callback.subject_id
            self._retries.append((callback.id, subject, due, reason))

    def _park(self, called: Called, reason: str) -> None:
        self._parked.append((called.callback.id, reason))
        self._events.append(_event(called, "callback_parked", reason))

    async def write(self, store: Store, token: int) -> None:
        """Write it: what was simply made by one statement, else in one transaction."""

        async def made(tx: Transaction) -> None:
            await tx.callbacks.made(self._made, token)

        async def all_of_it(tx: Transaction) -> None:
            await made(tx)
            await tx.callbacks.retry(self._retries, token)
            await tx.callbacks.park(self._parked, self._now, token)
            await tx.messages.add_events(self._events)
            await tx.subscriptions.answered(self._answered)
            await self._end_the_dead(tx)

        if self._retries or self._parked or self._answered:
            await store.run(all_of_it)  # a subscription that somebody ends may deadlock with it
        elif self._made:
            await store.run_one(made)

    async def _end_the_dead(self, tx: Transaction) -> None:
        calls = {subscription: len(found) for subscription, found in self._refused.items()}
        for subscription, refusals, since in await tx.subscriptions.refused(calls, self._now):
            if self._patience.ends(refusals, since, self._now):
                called, why = self._refused[subscription][-1]
                await tx.subscriptions.end([subscription], self._now, why)
                await tx.messages.add_events([_event(called, "subscription_ended", why)])
                told = partial(_log.warning, "subscription ended", subscription=subscription, why=why)
                tx.after_commit(told)


def _as_answer(answer: HttpAnswer | HttpFailure, at: datetime) -> Answer | NoAnswer:
    if isinstance(answer, HttpFailure):
        return NoAnswer(f"{answer.kind.value}: {answer.detail}", answer.for_good)
    if 200 <= answer.status < 300:
        return Answer(answer.status)
    return Answer(answer.status, answer.body, retry_after_seconds(answer.headers.get("Retry-After"), at))


def _detail(called: Called) -> dict[str, Any]:
    """What the subject's timeline tells of a call."""
    detail: dict[str, Any] = {"callback": called.callback.kind, "attempt": called.callback.attempt}
    if isinstance(called.answer, HttpAnswer):
        detail["http_status"] = called.answer.status
    return detail


def _event(called: Called, kind: str, reason: str) -> Event:
    return Event(called.callback.subject_id, called.at, kind, _detail(called) | {"reason": reason})
