"""What the engine process does now and then beside carrying messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from viesti.engine.engine import Upkeep
from viesti.services.announce import Announce
from viesti.services.balance.unfreeze import Unfreeze
from viesti.services.campaigns.feed import Feed
from viesti.services.campaigns.queue import MoveQueued
from viesti.services.campaigns.tend import TendCampaigns
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.contacts.make_keys import MakeKeys
from viesti.services.estate import EstateCache
from viesti.services.fallbacks_due import FallbacksDue
from viesti.services.fold_counts import FoldCounts
from viesti.services.publish import Publish
from viesti.services.release_held import ReleaseHeld
from viesti.services.submit import Submit
from viesti.services.sweep_lists import SweepLists
from viesti.services.wake import BALANCE, CAMPAIGNS, Waker
from viesti.storage.store import Store

LOOK_SECONDS = 5.0  # a contact's counters are so far behind at most, and an idle engine has little to ask


def upkeep(
    store: Store,
    estate: EstateCache,
    publish: Publish,
    waker: Waker,
    submit: Submit,
    announce: Announce,
    now: Callable[[], datetime],
    keep_held: timedelta,
) -> Sequence[Upkeep]:
    """The duties, with their seconds between rounds that found nothing. `keep_held`: how long recipients are
    kept frozen."""
    cancel = CancelWaiting(store, estate, publish, waker, now)
    release = ReleaseHeld(estate, waker, now)
    move = MoveQueued(store, release, cancel, now)
    unfreeze = Unfreeze(store, release, cancel, announce, now, keep_held)
    instead = FallbacksDue(store, estate, waker, now)
    campaigns = TendCampaigns(store, estate, Feed(submit), move, now)
    return (
        Upkeep("sweep lists", SweepLists(store), LOOK_SECONDS),
        Upkeep("fold counts", FoldCounts(store), LOOK_SECONDS),
        Upkeep("contact keys", MakeKeys(store), LOOK_SECONDS),
        Upkeep("balances", unfreeze, LOOK_SECONDS, None, BALANCE),
        Upkeep("sms instead", instead, LOOK_SECONDS, instead.due_in),
        Upkeep("campaigns", campaigns, LOOK_SECONDS, campaigns.due_in, CAMPAIGNS),
    )
