"""How long codes, tokens and sign-ins are good, and when a refresh token that was replaced still is.

Rule: a refresh token is good until one that came after it was used, and for the time of grace after that:
parallel runs of a flow refresh at once, and an answer may be lost on its way. Used later, it is taken for
stolen.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto

import msgspec


class Lifetimes(msgspec.Struct, frozen=True):
    """What the settings say, and what is fixed."""

    access: timedelta = timedelta(minutes=60)
    refresh: timedelta = timedelta(days=180)  # not used for so long
    grace: timedelta = timedelta(minutes=60)
    code: timedelta = timedelta(seconds=120)
    sign_in: timedelta = timedelta(hours=12)


class Standing(Enum):
    """What a refresh token is worth."""

    GOOD = auto()
    EXPIRED = auto()
    REPLAYED = auto()  # it was replaced long ago: two hold it, and one of them is not the client


def standing(
    expires_at: datetime, superseded_at: datetime | None, now: datetime, grace: timedelta
) -> Standing:
    """What a refresh token is worth now. `superseded_at`: when one given for it was first used."""
    if superseded_at is not None and now > superseded_at + grace:
        return Standing.REPLAYED
    return Standing.GOOD if now < expires_at else Standing.EXPIRED
