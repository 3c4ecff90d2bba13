"""Plans a message by what it goes by.

Rule: nothing is decided here but which of the plans it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from viesti.domain.message import Protocol
from viesti.services.estate import Snapshot
from viesti.services.plan import Limits, Planned, plan
from viesti.services.plan_whatsapp import plan_whatsapp
from viesti.services.requests import NotAccepted, SubmitRequest


def plan_message(
    request: SubmitRequest, snapshot: Snapshot, limits: Limits, now: datetime, random: Callable[[], float]
) -> Planned | NotAccepted:
    """The plan, or everything that is wrong with the request."""
    planner = plan_whatsapp if request.protocol == Protocol.WHATSAPP else plan
    return planner(request, snapshot, limits, now, random)
