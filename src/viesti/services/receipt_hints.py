"""Receipts that name the attempt they speak of: our own id that came back tells of an unanswered sending.

Rule: a name is believed only of a message of the channel's own number, to the person that the receipt tells
of, and of an attempt that was made: another store that sends by the number may give the same ids to others.
An attempt that is in somebody's hands is left to the answer, or to who settles it without one.
"""

from __future__ import annotations

from collections.abc import Sequence

from viesti.domain.channel import CarrierReceipt
from viesti.domain.message import Event, PartRow, Protocol
from viesti.domain.status import Status
from viesti.services.estate import Snapshot
from viesti.services.publish import sent_move
from viesti.storage.store import Moved, Transaction, bucket_of

TELLING_DIGITS = 7  # of an address; what stands before them differs in form


async def told_attempts(
    tx: Transaction,
    snapshot: Snapshot,
    channel_id: int,
    receipts: Sequence[CarrierReceipt],
    oldest_id: int,
) -> tuple[list[CarrierReceipt], list[CarrierReceipt]]:
    """Those of attempts that nobody has in his hands, and those that wait on. One whose name is no good waits
    for its reference alone."""
    ids = sorted({receipt.recipient_id for receipt in receipts if receipt.recipient_id is not None})
    recipients = {one.id: one for one in await tx.messages.load_recipients(ids)}
    messages = await tx.messages.load_messages(list({one.message_id for one in recipients.values()}))
    channel = snapshot.estate.channels.get(channel_id)
    ours = {
        one.id: one.address
        for one in recipients.values()
        if one.id >= oldest_id  # parts of those below are not looked for
        and (message := messages.get(one.message_id))
        and message.protocol == Protocol.WHATSAPP
        and channel
        and message.sender == channel.identity
    }
    queued = await tx.outbox.attempts(sorted(ours)) if ours else {}
    known, waiting = [], []
    for receipt in receipts:
        attempt, in_hand = queued.get(receipt.recipient_id or 0, (receipt.attempt or 0, False))
        address = ours.get(receipt.recipient_id or 0)
        if address is None or not _tells_of(receipt, address) or (receipt.attempt or 0) > attempt:
            waiting.append(receipt._replace(recipient_id=None, attempt=None))
        elif in_hand and receipt.attempt == attempt:
            waiting.append(receipt)
        else:
            known.append(receipt)
    return known, waiting


def names(receipt: CarrierReceipt, address: str) -> bool:
    """Whether the receipt is about this address, whichever way round and in whatever form it has them."""
    tail = address[-TELLING_DIGITS:]
    return bool(tail) and (receipt.source.endswith(tail) or receipt.destination.endswith(tail))


def _tells_of(receipt: CarrierReceipt, address: str) -> bool:
    """Whether it may be about a recipient at this address; of a user id and a number nobody can say."""
    alike = receipt.destination.isdecimal() == address.isdecimal()
    return bool(receipt.references) and (not alike or names(receipt, address))


async def learn_attempts(tx: Transaction, channel_id: int, receipts: Sequence[CarrierReceipt]) -> list[Moved]:
    """Write that these attempts were taken: their reference, and that who would have been sent it again, or
    is held in doubt, was sent it. Gives those that are sent by it."""
    parts = {(part.recipient_id, part.attempt): part for part in (_part(channel_id, one) for one in receipts)}
    added = await tx.messages.add_late_parts(sorted(parts.values()))
    last = {part.recipient_id: part for part in sorted(parts.values())}
    withdrawn = await tx.outbox.withdraw_from(sorted(last), channel_id)
    recipients = await tx.messages.load_recipients(sorted(last))
    here = {one.id for one in recipients if one.channel_id == channel_id}  # and not another way since
    held = {one.id for one in await tx.messages.standing(sorted(here)) if one.status == Status.UNKNOWN}
    resolved = sorted(withdrawn | held)
    sent = await tx.messages.mark_sent([(i, last[i].sent_at, last[i].attempt) for i in resolved], channel_id)
    learned = [part for key, part in parts.items() if (*key, part.number) in added]
    await tx.messages.add_events([_event(part, withdrawn) for part in learned])
    messages = await tx.messages.load_messages(list({r.message_id for r in recipients if r.id in sent}))
    return [sent_move(one, messages[one.message_id]) for one in recipients if one.id in sent]


def _part(channel_id: int, receipt: CarrierReceipt) -> PartRow:
    assert receipt.recipient_id is not None and receipt.attempt is not None
    return PartRow(
        recipient_id=receipt.recipient_id,
        bucket=bucket_of(receipt.recipient_id),
        attempt=receipt.attempt,
        number=1,
        total=1,
        channel_id=channel_id,
        reference=receipt.references[0],
        sent_at=receipt.received_at,
    )


def _event(part: PartRow, withdrawn: set[int]) -> Event:
    detail = {
        "channel": part.channel_id,
        "part": part.number,
        "attempt": part.attempt,
        "accepted": True,
        "withdrawn": part.recipient_id in withdrawn,
    }
    return Event(part.recipient_id, part.sent_at, "answered_late", detail)
