"""What recipients finally cost, when their sending is settled.

Rule: written in the settlement's own transaction, by who took the recipient out of the outbox; so what is
given back is given back once, whatever dies. Who was sent as it was planned costs what was planned, which is
nearly everybody, and nothing is written for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from viesti.domain.channel import SendReport
from viesti.domain.outcome import Accepted, Unknown
from viesti.domain.pricing import PLACES
from viesti.domain.settled_cost import share
from viesti.domain.status import Status
from viesti.domain.text import ConcatMethod
from viesti.services.balance.reprice import Fare, reprice
from viesti.services.estate import Snapshot
from viesti.services.judge import InHand
from viesti.storage.store import CostRow, SharePaid, ToSend, Transaction


class SentParts(NamedTuple):
    """A recipient whom the carrier took whole, and how many parts that was on the wire."""

    recipient: ToSend
    total: int


def as_planned(snapshot: Snapshot, channel_id: int, sent: SentParts) -> bool:
    """Whether it went out in as many parts as were counted. A carrier that divides messages itself gets one
    part and counts as we do."""
    divides_itself = snapshot.concat.get(channel_id) is ConcatMethod.PAYLOAD
    return divides_itself or sent.total == sent.recipient.parts


async def settle_failed(tx: Transaction, failed: Sequence[tuple[InHand, SendReport]]) -> None:
    """These failed: they pay for the parts that were taken, or may have been."""
    await tx.money.settle_shares(
        [
            SharePaid(
                report.recipient_id,
                *share(
                    Status.FAILED,
                    _taken(in_hand, report),
                    max(report.parts_total, 1),
                    in_hand.recipient.doubts,
                ),
            )
            for in_hand, report in failed
        ]
    )


async def settle_sent(
    tx: Transaction, snapshot: Snapshot, channel_id: int, sent: Sequence[SentParts]
) -> None:
    """These were sent: they pay for the parts that it took. Where the balance does not cover parts above
    those planned, they are not charged, for the message is out."""
    other = [one for one in sent if not as_planned(snapshot, channel_id, one)]
    fewer = [
        SharePaid(one.recipient.id, one.total, one.recipient.parts, one.total)
        for one in other
        if one.total < one.recipient.parts
    ]
    await tx.money.settle_shares(fewer)
    more = {one.recipient.id: one for one in other if one.total > one.recipient.parts}
    if more:
        await reprice(tx, [_for_more(row, more[row.id]) for row in await tx.money.costs(list(more))])


def _for_more(row: CostRow, sent: SentParts) -> Fare:
    def of_all(cost: Decimal | None) -> Decimal | None:
        planned = sent.recipient.parts
        return None if cost is None else (cost * sent.total / planned).quantize(PLACES, ROUND_HALF_UP)

    return Fare(row.id, sent.total, of_all(row.cost), of_all(row.cost_gbp))


def _taken(in_hand: InHand, report: SendReport) -> int:
    """How many different parts the carrier took, or may have taken."""
    now = {part.number for part in report.parts if isinstance(part.outcome, Accepted | Unknown)}
    return len(now | in_hand.outgoing.parts_done)
