"""How engaged a person is, from 0 to 100.

    occasions = messages sent to him, or links if more
    answers   = his messages + links he opened, each once
    interest  = (answers + 2) / (the greater of occasions and answers + 4)
    arrived   = (messages - failed + 4) / (messages + 4)
    rating    = 100 * interest * arrived, rounded

So who is new stands at 50; every answer raises it, every message without one lowers it, and every message
that failed lowers it more. The 2 of 4 are an even chance that is there before anything happened: a single
message says little, a hundred say all.

Rule: whole numbers only, so that every machine gives the same; and what can't be (a count below zero, more
failed than sent) is read as the nearest that can.
"""

from __future__ import annotations

from typing import NamedTuple

from viesti.domain.contact import ContactCounters

BEFORE = 4  # occasions that are taken for granted, half of them answered
LOWEST, HIGHEST = 0, 100


class Engagement(NamedTuple):
    """What a rating is made of."""

    occasions: int  # to answer
    answers: int
    sent: int
    arrived: int

    @classmethod
    def of(cls, counters: ContactCounters) -> Engagement:
        """As the counters tell it."""
        inbound, sent, failed, links, clicks = (max(0, count) for count in counters[:5])
        answers = inbound + clicks
        return cls(max(sent, links, answers), answers, sent, sent - min(sent, failed))


def rating(counters: ContactCounters) -> int:
    """The rating of somebody with these counters."""
    of = Engagement.of(counters)
    part = HIGHEST * (of.answers + BEFORE // 2) * (of.arrived + BEFORE)
    whole = (of.occasions + BEFORE) * (of.sent + BEFORE)
    return (2 * part + whole) // (2 * whole)
