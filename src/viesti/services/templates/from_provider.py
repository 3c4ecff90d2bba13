"""What the provider's webhooks tell of templates.

Rule: telling it twice, or in another order, comes to the same. A template that is not known here, and what is
in one, is left to the sync.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from viesti.domain.estate import ChannelRow
from viesti.protocols.whatsapp.event_types import (
    AccountEvent,
    TemplateCategory,
    TemplateComponents,
    TemplateQuality,
    TemplateStatus,
)
from viesti.services.estate import EstateCache
from viesti.services.templates.accounts import number_of_channel
from viesti.services.templates.told import word
from viesti.storage.store import TemplateTold, Transaction
from viesti.storage.text import storable

TemplateEvent: TypeAlias = (
    TemplateStatus | TemplateQuality | TemplateCategory | TemplateComponents | AccountEvent
)


class TemplateEvents:
    """Writes what events say."""

    def __init__(self, estate: EstateCache) -> None:
        self._estate = estate

    async def __call__(
        self, tx: Transaction, channel: ChannelRow, event: TemplateEvent, at: datetime
    ) -> None:
        """Write what an event says of a template on the account of this channel. `at`: when it came."""
        if isinstance(event, AccountEvent | TemplateComponents):
            return
        account = number_of_channel(self._estate.current, channel).account_id
        await tx.templates.told(account, told(event, at), at)


def told(event: TemplateStatus | TemplateQuality | TemplateCategory, at: datetime) -> TemplateTold:
    """What an event says, as it is written."""
    status = reason = category = quality = None
    match event:
        case TemplateStatus():
            status = word(event.status)
            reason = storable(event.details or event.reason)
            category = word(event.category) if event.category else None
        case TemplateQuality():
            quality = word(event.quality)
        case TemplateCategory():
            category = word(event.category) if event.category else None
    return TemplateTold(
        event.template_id, event.name, event.language, status, reason, category, quality, event.at or at
    )
