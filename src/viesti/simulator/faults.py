"""The faults that can be switched while the message centre runs.

Rule: a body is judged whole; either all of it takes effect or none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from viesti.simulator.behaviour import Behaviour, BindRefusal, Span


class FaultsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Faults to change; one left out stays. Shares are 0 to 1, delays seconds, rates a second."""

    throttled: float | None = None
    throttle_above: float | None = None
    queue_full: float | None = None
    system_errors: float | None = None
    lost_answers: float | None = None
    dropped_links: float | None = None
    answer_delay: float | None = None
    receipts: bool | None = None
    refuse_binds: str | None = None  # '' takes binds again
    drop_links: bool = False  # all of them, now


_SHARES = ("throttled", "queue_full", "system_errors", "lost_answers", "dropped_links")


def shown(behaviour: Behaviour) -> dict[str, Any]:
    """The faults in force, by the names `FaultsBody` has."""
    return {
        **{name: getattr(behaviour, name) for name in _SHARES},
        "throttle_above": behaviour.throttle_above,
        "answer_delay": behaviour.answer_delay.high,
        "receipts": behaviour.receipts,
        "refuse_binds": behaviour.refuse_binds or "",
    }


def changed(behaviour: Behaviour, body: FaultsBody) -> Behaviour | str:
    """The behaviour with these faults, or one sentence on what is wrong with them."""
    changes: dict[str, Any] = {}
    for name in _SHARES:
        share = getattr(body, name)
        if share is not None:
            if not 0 <= share <= 1:
                return f"'{name}' must be from 0 to 1."
            changes[name] = share
    for name in ("throttle_above", "answer_delay"):
        value = getattr(body, name)
        if value is not None and value < 0:
            return f"'{name}' must not be negative."
    if body.throttle_above is not None:
        changes["throttle_above"] = body.throttle_above
    if body.answer_delay is not None:
        changes["answer_delay"] = Span(body.answer_delay, body.answer_delay)
    if body.receipts is not None:
        changes["receipts"] = body.receipts
    if body.refuse_binds is not None:
        try:
            changes["refuse_binds"] = BindRefusal(body.refuse_binds) if body.refuse_binds else None
        except ValueError:
            known = ", ".join(BindRefusal)
            return f"'refuse_binds' must be empty or one of: {known}."
    return replace(behaviour, **changes)
