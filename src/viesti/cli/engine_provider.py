"""What the engine process does with what providers posted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from viesti.channels.whatsapp.media import fetch
from viesti.channels.whatsapp.options import WhatsappOptions
from viesti.cli.engine_upkeep import LOOK_SECONDS
from viesti.domain.media import Fetched, NotFetched
from viesti.engine.engine import Upkeep
from viesti.net.client import OutgoingClient
from viesti.services.estate import EstateCache
from viesti.services.provider.channels import ProviderChannels
from viesti.services.provider.media import Fetch, FetchMedia
from viesti.services.provider.process import ProcessBodies
from viesti.services.receipts import TakeReceipts
from viesti.services.templates.from_provider import TemplateEvents
from viesti.services.wake import MEDIA, PROVIDER, Waker
from viesti.storage.seal import Seal
from viesti.storage.store import Store


def provider_upkeep(
    store: Store,
    estate: EstateCache,
    seal: Seal,
    receipts: TakeReceipts,
    waker: Waker,
    fetch_file: Fetch,
    now: Callable[[], datetime],
) -> Sequence[Upkeep]:
    """The duties, with their seconds between rounds that found nothing."""
    channels = ProviderChannels(estate, seal.open)
    process = ProcessBodies(store, estate, channels, receipts, TemplateEvents(estate), waker, now)
    media = FetchMedia(store, waker, fetch_file, now)
    return (
        Upkeep("webhooks", process, LOOK_SECONDS, process.due_in, PROVIDER),
        Upkeep("files of messages", media, LOOK_SECONDS, media.due_in, MEDIA),
    )


def file_fetcher(estate: EstateCache, seal: Seal, client: OutgoingClient, limit: int) -> Fetch:
    """Fetches a file of at most `limit` octets by the settings of its channel. `client` may call where the
    operator says."""

    async def fetch_file(channel_id: int, provider_id: str) -> Fetched | NotFetched:
        row = estate.current.estate.channels.get(channel_id)
        if row is None:
            return NotFetched("its channel is not in the estate any more", again=False)
        secrets = msgspec.json.decode(seal.open(row.secrets)) if row.secrets else {}
        return await fetch(client, WhatsappOptions.read({**row.options, **secrets}), provider_id, limit)

    return fetch_file
