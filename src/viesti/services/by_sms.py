"""What a recipient of a WhatsApp message is once it goes on by SMS: to everything that sends, an SMS.

Rule: whoever sends, settles or moves recipients reads them through here, so that nothing else has to know of
two ways.
"""

from __future__ import annotations

from viesti.domain.message import Protocol
from viesti.storage.store import MessageToSend, ToSend


def as_sent(recipient: ToSend, message: MessageToSend) -> tuple[ToSend, MessageToSend]:
    """The recipient and its message by the way that it goes now."""
    if recipient.fell_back_after is None or message.fallback is None:
        return recipient, message
    instead = message.fallback
    return recipient._replace(text=None), message._replace(
        protocol=Protocol.SMS,
        sender=instead["sender"],
        sender_kind=instead["kind"],
        text=instead["text"],
        content=None,
        fallback=None,
        link_base=None,
    )
