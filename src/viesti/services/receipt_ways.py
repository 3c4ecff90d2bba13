"""What receipts of WhatsApp are to recipients that may go on by SMS, or do already.

Rule: a recipient has one status, that of the way it goes now. What WhatsApp says of a way that was given up
is noted; that it failed for good sends who has another way left on by it, in the transaction that notes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from viesti.domain.failure import Failure
from viesti.domain.message import Event
from viesti.domain.status import PartState, Status
from viesti.services.estate import Snapshot
from viesti.services.fall_back import NOBODY, Fallen, Stranded, fall_back, may_fall_back
from viesti.storage.store import MatchedReceipt, Stands, Transaction


async def both_ways(
    tx: Transaction,
    snapshot: Snapshot,
    rows: Sequence[MatchedReceipt],
    channel_id: int,
    now: datetime,
) -> tuple[list[MatchedReceipt], set[int]]:
    """What the receipts change by then, and which channels have SMS to send from it."""
    # Whoever else would send these on waits, or leaves them to us.
    standing = await tx.fallbacks.lock(sorted({row.part.recipient_id for row in rows}))
    late = {at for at, row in enumerate(rows) if _given_up(row, standing)}
    await _note_late(tx, [row for at, row in enumerate(rows) if at in late], channel_id, now)
    failing = {row.part.recipient_id: row for row in rows if _fails(row, standing)}
    fallen = await _send_on(tx, snapshot, failing, standing, now) if failing else NOBODY
    silent = fallen.busy | fallen.channels.keys()
    return [
        row._replace(status=None, failure=None)
        if at in late or (row.part.recipient_id in silent and _failed(row))
        else row
        for at, row in enumerate(rows)
    ], set(fallen.channels.values())


async def _note_late(tx: Transaction, late: Sequence[MatchedReceipt], channel_id: int, now: datetime) -> None:
    """Note what was delivered on the way that was given up; once, though the word of it comes twice at once:
    whoever waited for the other's lock looks again."""
    delivered = [row for row in late if row.further and row.receipt.state is PartState.DELIVERED]
    if not delivered:
        return
    oldest = min(row.part.recipient_id for row in delivered)
    parts = await tx.receipts.find_parts([row.part.reference for row in delivered], channel_id, oldest)
    known = {(part.recipient_id, part.reference) for part in parts if part.state == PartState.DELIVERED}
    await tx.messages.add_events(
        [
            Event(row.part.recipient_id, now, "delivered_late_on_whatsapp", {"channel": channel_id})
            for row in delivered
            if (row.part.recipient_id, row.part.reference) not in known
        ]
    )


async def _send_on(
    tx: Transaction,
    snapshot: Snapshot,
    failing: Mapping[int, MatchedReceipt],
    standing: Mapping[int, Stands],
    now: datetime,
) -> Fallen:
    recipients = await tx.messages.load_recipients(sorted(failing))
    messages = await tx.messages.load_messages(sorted({one.message_id for one in recipients}))
    stranded = []
    for one in recipients:
        row, message = failing[one.id], messages.get(one.message_id)
        failure = Failure(row.failure) if row.failure else Failure.UNSPECIFIED
        attempts = max(standing[one.id].attempt, row.part.attempt)
        if message and may_fall_back(message, failure):
            stranded.append(Stranded(one, message, attempts, failure.value, row.receipt.error))
    return await fall_back(tx, snapshot, stranded, now) if stranded else NOBODY


def _given_up(row: MatchedReceipt, standing: Mapping[int, Stands]) -> bool:
    """Whether it speaks of an attempt that the recipient's status is not of any more: it went on by SMS, or
    an earlier copy of what was sent again failed."""
    stands = standing.get(row.part.recipient_id)
    if stands is None:
        return False
    if stands.fell_back_after is not None:
        return row.part.attempt <= stands.fell_back_after
    return _failed(row) and row.part.attempt < stands.attempt


def _fails(row: MatchedReceipt, standing: Mapping[int, Stands]) -> bool:
    stands = standing.get(row.part.recipient_id)
    if stands is None or stands.status.final or stands.fell_back_after is not None:
        return False
    return _failed(row) and row.part.attempt >= stands.attempt


def _failed(row: MatchedReceipt) -> bool:
    return row.status is not None and Status(row.status) not in (Status.SENT, Status.DELIVERED)
