"""What the operations of the slice read and answer; what a flow is told is in `services/tell/bodies`."""

from __future__ import annotations

import msgspec

from viesti.services.tell.options import Direction, Outcome, Visitors


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What every trigger is made from."""

    url: str
    customer: str = ""


class ReportAsked(_Asked, frozen=True, kw_only=True):
    service: str = ""
    outcome: str = Outcome.ALL.value
    every: bool = False


class ConsentAsked(_Asked, frozen=True, kw_only=True):
    direction: str = Direction.OUT.value


class KeywordAsked(_Asked, frozen=True, kw_only=True):
    service: str = ""
    keyword: str = ""


class ClickAsked(_Asked, frozen=True, kw_only=True):
    service: str = ""
    visitors: str = Visitors.PEOPLE.value
    first: bool = False


class InvalidAsked(_Asked, frozen=True, kw_only=True):
    service: str = ""


class DeleteAsked(msgspec.Struct, frozen=True, kw_only=True):
    id: str


class TriggerMade(msgspec.Struct, frozen=True, kw_only=True):
    id: str
