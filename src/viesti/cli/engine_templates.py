"""What the engine process does for templates of WhatsApp."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from viesti.engine.engine import Upkeep
from viesti.net.client import OutgoingClient
from viesti.services.estate import EstateCache
from viesti.services.templates.meta import Meta
from viesti.services.templates.sync import LOOK_SECONDS, SyncTemplates
from viesti.storage.seal import Seal
from viesti.storage.store import Store


def templates_upkeep(
    store: Store, estate: EstateCache, seal: Seal, operators: OutgoingClient, now: Callable[[], datetime]
) -> Upkeep:
    """The duty that keeps templates as Meta has them. `operators` calls what operators configured."""
    meta = Meta(operators, operators, seal)  # it fetches no files of callers
    return Upkeep("templates", SyncTemplates(store, estate, meta, now), LOOK_SECONDS)
