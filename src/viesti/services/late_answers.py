"""Writes what a carrier answered after we had stopped waiting for it.

Rule: an answer is a fact, however late: the references of the first copy are kept, so that its receipts are
matched, and who is known to be taken whole is not sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from viesti.domain.channel import LateAnswer
from viesti.domain.message import Event, PartRow
from viesti.domain.outcome import Accepted, Deferred, Refused
from viesti.domain.status import Status
from viesti.services.balance.settle import SentParts, settle_sent
from viesti.services.estate import Snapshot
from viesti.services.publish import sent_move
from viesti.services.receipts import TakeReceipts
from viesti.services.settlement import Hold
from viesti.storage.store import Moved, Transaction, bucket_of


async def write_late(
    tx: Transaction,
    snapshot: Snapshot,
    receipts: TakeReceipts,
    hold: Hold,
    answers: Sequence[LateAnswer],
    now: datetime,
) -> int:
    """Write late answers of the held channel; gives how many callbacks that owes."""
    parts = _parts(answers, hold)
    await tx.messages.add_late_parts(parts)
    whole = await _whole(tx, parts)
    withdrawn = await tx.outbox.withdraw(list(whole))
    await tx.messages.add_events([_event(answer, hold, withdrawn) for answer in answers])
    moved = await _mark_sent(tx, snapshot, hold, whole, withdrawn)
    owed = await receipts.publish(tx, snapshot, moved, now)
    references = [part.reference for part in parts if part.reference]
    if references:
        await receipts.match_references(tx, references, hold.channel_id)
    return owed


def _parts(answers: Sequence[LateAnswer], hold: Hold) -> list[PartRow]:
    return [
        PartRow(
            recipient_id=answer.recipient_id,
            bucket=bucket_of(answer.recipient_id),
            attempt=answer.attempt,
            number=answer.part.number,
            total=answer.parts_total,
            channel_id=hold.channel_id,
            reference=answer.part.outcome.reference,
            sent_at=answer.part.at,
        )
        for answer in answers
        if isinstance(answer.part.outcome, Accepted)
    ]


async def _whole(tx: Transaction, parts: Sequence[PartRow]) -> dict[int, PartRow]:
    """The recipients of whom the carrier has every part now, each with the last part we learned of."""
    last = {part.recipient_id: part for part in parts}
    done = await tx.messages.parts_done(await tx.messages.load_recipients(list(last))) if last else {}
    return {i: part for i, part in last.items() if len(done.get(i, ())) >= part.total}


async def _mark_sent(
    tx: Transaction, snapshot: Snapshot, hold: Hold, whole: dict[int, PartRow], withdrawn: set[int]
) -> list[Moved]:
    """Those who would have been sent again, and those held in doubt, are sent; gives them. Who is in
    somebody's hands is settled by him."""
    if not whole:
        return []
    standing = await tx.messages.standing(list(whole))
    resolved = [one.id for one in standing if one.id in withdrawn or one.status == Status.UNKNOWN]
    sent = await tx.messages.mark_sent(
        [(i, whole[i].sent_at, whole[i].attempt) for i in resolved], hold.channel_id
    )
    recipients = await tx.messages.load_recipients(resolved)
    parts = [SentParts(one, whole[one.id].total) for one in recipients]
    await settle_sent(tx, snapshot, hold.channel_id, parts)
    messages = await tx.messages.load_messages(list({one.message_id for one in recipients}))
    return [
        sent_move(one, messages[one.message_id])
        for one in recipients
        if one.id in sent and one.message_id in messages
    ]


def _event(answer: LateAnswer, hold: Hold, withdrawn: set[int]) -> Event:
    outcome = answer.part.outcome
    detail: dict[str, Any] = {
        "channel": hold.channel_id,
        "part": answer.part.number,
        "attempt": answer.attempt,
        "accepted": isinstance(outcome, Accepted),
        "withdrawn": answer.recipient_id in withdrawn,
    }
    if isinstance(outcome, Deferred | Refused):
        detail |= {"reason": outcome.reason, "detail": outcome.detail}
    return Event(answer.recipient_id, answer.part.at, "answered_late", detail)
