"""Puts the services of an API process together; the process and its tests make them the same way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from viesti import console
from viesti.api.app import ApiOptions, ApiServices, create_app
from viesti.api.edge import Edge
from viesti.api.native import NativeServices
from viesti.api.smartdialog import SmartDialogServices
from viesti.api.txtsync import TxtSyncServices
from viesti.cli.api_parts import (
    console as console_parts,
)
from viesti.cli.api_parts import (
    directory,
    groups,
    native_account,
    native_messages,
    native_sending,
    native_tags,
    native_triggers,
    oauth,
    provider,
    sending,
    twoway,
    txtsync_campaigns,
    txtsync_contacts,
    txtsync_reading,
    txtsync_sending,
    txtsync_system,
    txtsync_tags,
    txtsync_triggers,
    whatsapp,
    whatsapp_sending,
)
from viesti.cli.api_parts.parts import Parts
from viesti.cli.engine_process import client_options
from viesti.config import Settings
from viesti.net.client import OPERATORS, OutgoingClient
from viesti.services.announce import Announce
from viesti.services.attachment_links import AttachmentLinks
from viesti.services.authenticate import Authenticate
from viesti.services.authorise import Authorise
from viesti.services.estate import EstateCache
from viesti.services.follow_link import FollowLink
from viesti.services.group_commit import GroupCommit
from viesti.services.guids import Guids
from viesti.services.health import CheckReady, CountWaiting
from viesti.services.plan import Limits
from viesti.services.provider.take import TakeBodies
from viesti.services.publish import Publish
from viesti.services.record_clicks import RecordClicks
from viesti.services.secret_check import SecretCheck
from viesti.services.short_links import ShortLinks
from viesti.services.submit import Submit
from viesti.services.throttle import Throttle
from viesti.services.wake import Waker
from viesti.storage.seal import Seal
from viesti.storage.store import Store


async def make_parts(
    settings: Settings,
    store: Store,
    seal: Seal,
    limits: Limits,
    base_url: str,
    *,
    now: Callable[[], datetime],
    monotonic: Callable[[], float],
    jitter: Callable[[], float],
    chance: Callable[[int], bytes],
) -> Parts:
    """The parts; the estate is not read yet, and nothing runs. Raises `StoreUnavailable` and `SealError`."""
    estate = EstateCache(store)
    waker = Waker(store)
    guids = await Guids.open(store, seal, chance, now())
    short_links = await ShortLinks.open(store, seal, chance, now())
    group_commit = GroupCommit(
        store,
        estate,
        Publish(store, guids, short_links),
        Announce(store, short_links),
        waker,
        monotonic,
        rows=settings.group_commit_rows,
        wait_seconds=settings.group_commit_wait_ms / 1000,
    )
    return Parts(
        settings=settings,
        store=store,
        estate=estate,
        waker=waker,
        group_commit=group_commit,
        submit=Submit(estate, group_commit, limits, now, jitter),
        throttle=Throttle(store, now, calls=settings.throttle_calls, seconds=settings.throttle_seconds),
        secrets=SecretCheck(chance(32), monotonic),
        authorise=Authorise(store, estate, now, monotonic),
        seal=seal,
        guids=guids,
        links=await AttachmentLinks.open(
            store, seal, chance, now(), base_url, timedelta(days=settings.attachment_days)
        ),
        short_links=short_links,
        record_clicks=RecordClicks(store, estate, waker, monotonic),
        take_bodies=TakeBodies(store, waker, now),
        operators=OutgoingClient(OPERATORS),
        others=OutgoingClient(client_options(settings)),
        limits=limits,
        base_url=base_url,
        now=now,
        monotonic=monotonic,
        chance=chance,
    )


def make_app(parts: Parts, options: ApiOptions) -> Edge:
    """The HTTP application."""
    pages = console.routes(console_parts.make(parts))
    return create_app(make_services(parts), parts.monotonic, options, pages)


def make_services(parts: Parts) -> ApiServices:
    """What the HTTP application calls."""
    tokens = oauth.make_guard(parts)
    return ApiServices(
        authenticate=Authenticate(parts.estate, parts.secrets),
        throttle=parts.throttle,
        follow_link=FollowLink(parts.store, parts.estate, parts.short_links, parts.record_clicks, parts.now),
        check_ready=CheckReady(parts.store, parts.estate),
        count_waiting=CountWaiting(parts.store, parts.estate, parts.monotonic),
        txtsync=TxtSyncServices(
            estate=parts.estate,
            base_url=parts.base_url,
            sending=txtsync_sending.make(parts),
            reading=txtsync_reading.make(parts),
            triggers=txtsync_triggers.make(parts),
            system=txtsync_system.make(parts),
            campaigns=txtsync_campaigns.make(parts),
            contacts=txtsync_contacts.make(parts),
            tags=txtsync_tags.make(parts),
        ),
        smartdialog=SmartDialogServices(
            guard=tokens,
            estate=parts.estate,
            guids=parts.guids,
            sending=sending.make(parts),
            directory=directory.make(parts),
            twoway=twoway.make(parts),
            groups=groups.make(parts),
            whatsapp=whatsapp.make(parts),
            whatsapp_sending=whatsapp_sending.make(parts),
        ),
        native=NativeServices(
            tokens=tokens,
            estate=parts.estate,
            guids=parts.guids,
            base_url=parts.base_url,
            account=native_account.make(parts),
            tags=native_tags.make(parts),
            triggers=native_triggers.make(parts),
            messages=native_messages.make(parts),
            sending=native_sending.make(parts),
        ),
        oauth=oauth.make(parts),
        provider=provider.make(parts),
    )
