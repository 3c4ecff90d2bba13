"""What became of one attempt to hand something over: the only delivery vocabulary there is.

Rule: every attempt ends as exactly one of the four, and `Unknown` is never mistaken for a failure. A submit
whose answer never came may have reached a handset, so it is settled by policy, not by retrying blindly.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.domain.failure import Failure


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took it; `reference` is its id for it, in the channel's canonical form ('' when it gave
    none)."""

    reference: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not taken now, certainly not sent: may be tried again, not before `retry_after` seconds when given."""

    reason: Failure
    retry_after: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Not taken, and the same attempt would be refused again. `elsewhere`: another route may still take
    it."""

    reason: Failure
    elsewhere: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Written to the carrier, no answer: it may or may not have been taken."""

    detail: str


Outcome = Accepted | Deferred | Refused | Unknown
