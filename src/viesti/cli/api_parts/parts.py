"""What the services of an API process are made of: one of each, shared by all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from viesti.config import Settings
from viesti.net.client import OutgoingClient
from viesti.services.attachment_links import AttachmentLinks
from viesti.services.authorise import Authorise
from viesti.services.estate import EstateCache
from viesti.services.group_commit import GroupCommit
from viesti.services.guids import Guids
from viesti.services.plan import Limits
from viesti.services.provider.take import TakeBodies
from viesti.services.record_clicks import RecordClicks
from viesti.services.secret_check import SecretCheck
from viesti.services.short_links import ShortLinks
from viesti.services.submit import Submit
from viesti.services.throttle import Throttle
from viesti.services.wake import Waker
from viesti.storage.seal import Seal
from viesti.storage.store import Store


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts. `chance(n)` gives n random octets; `base_url` is where callers reach us. `operators`
    calls what operators configured, `others` what callers name; both are not started yet."""

    settings: Settings
    store: Store
    estate: EstateCache
    waker: Waker
    group_commit: GroupCommit
    submit: Submit
    throttle: Throttle
    secrets: SecretCheck
    authorise: Authorise
    seal: Seal
    guids: Guids
    links: AttachmentLinks
    short_links: ShortLinks
    record_clicks: RecordClicks
    take_bodies: TakeBodies
    operators: OutgoingClient
    others: OutgoingClient
    limits: Limits
    base_url: str
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    chance: Callable[[int], bytes]
