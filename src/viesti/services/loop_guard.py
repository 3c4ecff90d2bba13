"""Holds back a message whose text went to the same person too often in a short time.

Rule: what this process saw lately only picks the messages that are counted; the store says how many there
were. It is asked once for a batch, and for traffic without repeats not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from viesti.domain.loop_guard import Sightings, flagged, look_back
from viesti.domain.message import HeldReason
from viesti.services.accept_rows import Freeze
from viesti.services.plan import Planned
from viesti.storage.store import Alike, Transaction

Batch = Sequence[tuple[Planned, Sequence[int]]]  # messages with the ids of their recipients
_Text = tuple[int, str, str]  # customer, address, text


class LoopGuard:
    """The guard of one process."""

    def __init__(self) -> None:
        self._sightings = Sightings()

    async def __call__(self, tx: Transaction, batch: Batch) -> dict[int, Freeze]:
        """Which recipients of these messages are held back, and why, by their ids."""
        again = self._seen_again(batch)
        if not again:
            return {}
        texts = [
            Alike(*text, planned.created_at - timedelta(minutes=planned.customer.repeat_minutes))
            for text, planned in again.items()
        ]
        back = max(look_back(planned.customer.repeat_limit) for planned in again.values())
        went = Counter(dict(zip(again, await tx.sent_to.alike(texts, back), strict=True)))
        held: dict[int, Freeze] = {}
        for planned, recipient_id, text in _each(batch):
            if text not in again:
                continue
            customer = planned.customer
            if went[text] >= customer.repeat_limit:
                why = flagged(customer.repeat_limit, customer.repeat_minutes)
                held[recipient_id] = Freeze(HeldReason.REPEATED, why)
            else:
                went[text] += 1
        return held

    def _seen_again(self, batch: Batch) -> dict[_Text, Planned]:
        """The texts that were here before, each with a message that has it."""
        again: dict[_Text, Planned] = {}
        for planned, _, text in _each(batch):
            minute = int(planned.created_at.timestamp()) // 60
            if self._sightings.again(hash(text), minute, planned.customer.repeat_minutes):
                again.setdefault(text, planned)
        return again


def _each(batch: Batch) -> Iterator[tuple[Planned, int, _Text]]:
    """Every recipient whose customer wants to be guarded, with what he gets."""
    for planned, recipient_ids in batch:
        if not planned.customer.repeat_limit:
            continue
        customer_id, shared = planned.customer.id, planned.text
        for recipient_id, wanted in zip(recipient_ids, planned.recipients, strict=True):
            text = shared if wanted.text is None else wanted.text
            if text:  # a picture without words tells nothing
                yield planned, recipient_id, (customer_id, wanted.address.digits, text)
