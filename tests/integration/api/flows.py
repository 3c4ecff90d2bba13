"""What an engine does with messages that come in and calls that are owed, for tests of triggers."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.api.conftest import ACME_NUMBER, Api

from viesti.domain.channel import AddressKind, InboundPart
from viesti.net.client import ClientOptions, OutgoingClient
from viesti.services.call_back import CallBack
from viesti.services.notify import Notify
from viesti.services.receive import Receive


def part(text: str, **fields: Any) -> InboundPart:
    values: dict[str, Any] = {
        "channel_id": 300, "source": "358401234567", "source_kind": AddressKind.INTERNATIONAL,
        "destination": ACME_NUMBER, "text": text, "concatenation": None, "received_at": datetime.now(UTC),
    }  # fmt: skip
    return InboundPart(**{**values, **fields})


async def take(api: Api, *parts: InboundPart) -> None:
    """What an engine does with what comes in."""
    p = api.parts
    notify = Notify(p.guids, p.links, p.short_links)
    receive = Receive(p.store, p.estate, p.waker, p.limits, p.now, random.random, notify)
    await receive.store(parts)
    while await receive.process(10):
        pass


async def call(api: Api) -> int:
    """Make the calls that are owed, as an engine does; gives how many."""
    options = ClientOptions(allow_private=True, total_timeout=5)
    async with OutgoingClient(options) as client:
        pump = CallBack(
            api.store, api.estate, client, api.parts.seal, api.parts.now, random.random,
            claim_seconds=60, lease_seconds=10, max_age=timedelta(hours=72),
        )  # fmt: skip
        claimed = await pump.claim(100)
        await pump.settle([await pump.call(callback) for callback in claimed])
        return len(claimed)
