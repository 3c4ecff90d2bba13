"""Finds what a caller means by an id: a whole message, or one recipient of it.

Rule: it is looked up together with the customer's id; what is another's does not exist.
"""

from __future__ import annotations

from typing import NamedTuple

from viesti.domain.message import Message
from viesti.storage.store import Transaction


class Named(NamedTuple):
    """A message, and the recipient of it that was named; None: all of them."""

    message: Message
    recipient_id: int | None

    @property
    def subject_id(self) -> int:
        """Whose history tells what is done by that name."""
        return self.recipient_id or self.message.id


async def named_message(tx: Transaction, identifier: int, customer_id: int) -> Named | None:
    """What the id names; None: nothing of the customer's."""
    message = await tx.messages.message(identifier, customer_id)
    if message is not None:
        return Named(message, None)
    recipient = await tx.messages.recipient(identifier, customer_id)
    if recipient is None:
        return None
    message = await tx.messages.message(recipient.message_id, customer_id)
    return Named(message, recipient.id) if message else None
