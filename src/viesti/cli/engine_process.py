"""One engine process: the services and duties wired together, run until told to stop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from ipaddress import ip_network

import msgspec
import structlog

from viesti.channels import registry
from viesti.cli import wiring
from viesti.cli.engine_provider import file_fetcher, provider_upkeep
from viesti.cli.engine_templates import templates_upkeep
from viesti.cli.engine_upkeep import upkeep
from viesti.config import Settings
from viesti.domain.callback import Patience
from viesti.domain.channel import Channel, ChannelSink
from viesti.domain.estate import ChannelRow
from viesti.domain.retry import RetryPolicy
from viesti.engine.duty import Duty
from viesti.engine.engine import Engine, EngineOptions, EngineServices
from viesti.net.client import OPERATORS, ClientOptions, OutgoingClient
from viesti.services.announce import Announce
from viesti.services.attachment_links import AttachmentLinks
from viesti.services.call_back import CallBack
from viesti.services.dispatch import Dispatch
from viesti.services.estate import EstateCache
from viesti.services.expire import Expire
from viesti.services.group_commit import GroupCommit
from viesti.services.guids import Guids
from viesti.services.lease import LeaseChannels
from viesti.services.notify import Notify
from viesti.services.plan import Limits
from viesti.services.publish import Publish
from viesti.services.receipts import TakeReceipts
from viesti.services.receive import Receive
from viesti.services.reroute import Reroute
from viesti.services.rescue import Rescue
from viesti.services.retain import Retain
from viesti.services.short_links import ShortLinks
from viesti.services.submit import Submit
from viesti.services.wake import CALLBACKS, DUE, INBOUND, OUTBOX, Waker, keys_of, wake_everybody
from viesti.storage.seal import Seal
from viesti.storage.store import Store

MAX_AHEAD_DAYS = 60  # how far ahead a message may be scheduled, unless it would be dropped before that

_log = structlog.get_logger()


def limits(settings: Settings) -> Limits:
    """The limits of one request, from the settings."""
    options = client_options(settings)
    return Limits(
        bulk_threshold=settings.bulk_threshold,
        allowed_networks=options.exempt,
        max_ahead=timedelta(days=min(MAX_AHEAD_DAYS, settings.retention_days)),
        base_url=settings.base_url,
    )


def client_options(settings: Settings) -> ClientOptions:
    """How callbacks are made, from the settings."""
    return ClientOptions(
        allow_private=settings.allow_private_urls,
        allowed=tuple(ip_network(subnet) for subnet in settings.allowed_subnets),
        total_timeout=settings.callback_timeout_seconds,
        connections=settings.callback_concurrency * 2,
        connections_per_host=settings.callback_concurrency,
    )


async def run_engine(
    settings: Settings,
    dsn: str,
    instance: str,
    dead: Sequence[str],
    stop: asyncio.Event,
    ready: Callable[[], None],
) -> None:
    """Run an engine against the database at `dsn` until `stop`. `dead`: instances known to be gone."""
    store = await Store.open(
        dsn, size=settings.engine_pool_size, monotonic=wiring.monotonic, application=f"viesti {instance}"
    )
    client, operators = OutgoingClient(client_options(settings)), OutgoingClient(OPERATORS)
    await client.start()
    await operators.start()
    waker = Waker(store)
    try:
        seal = Seal(wiring.secret_keys(settings))
        guids = await Guids.open(store, seal, os.urandom, wiring.utc_now())
        links = await AttachmentLinks.open(
            store,
            seal,
            os.urandom,
            wiring.utc_now(),
            settings.base_url,
            timedelta(days=settings.attachment_days),
        )
        short_links = await ShortLinks.open(store, seal, os.urandom, wiring.utc_now())
        engine, estate, group_commit = _build(
            settings, store, client, operators, waker, seal, guids, links, short_links, instance, dead
        )
        await estate.load()
        estate.watch()
        store.listener.on(OUTBOX, lambda payload: engine.channels.wake(keys_of(payload)))
        store.listener.on(DUE, lambda _: engine.scheduler.wake())
        store.listener.on(CALLBACKS, lambda _: engine.callbacks.duty.wake())
        store.listener.on(INBOUND, lambda _: engine.inbound.wake())
        for topic, duty in engine.by_topic.items():
            store.listener.on(topic, _waking(duty))
        group_commit.start()
        await engine.start()
        await store.listener.start()
        await wake_everybody(store)
        ready()
        _log.info("engine runs", instance=instance)
        await stop.wait()
        _log.info("engine stops", instance=instance)
        await engine.stop()
        await group_commit.stop()
    finally:
        await client.close()
        await operators.close()
        await waker.stop()
        await store.close()


def _waking(duty: Duty) -> Callable[[str], None]:
    return lambda _: duty.wake()


def _build(
    settings: Settings,
    store: Store,
    client: OutgoingClient,
    operators: OutgoingClient,
    waker: Waker,
    seal: Seal,
    guids: Guids,
    links: AttachmentLinks,
    short_links: ShortLinks,
    instance: str,
    dead: Sequence[str],
) -> tuple[Engine, EstateCache, GroupCommit]:
    now, random = wiring.utc_now, wiring.jitter
    estate = EstateCache(store)
    publish = Publish(store, guids, short_links)
    receipts = TakeReceipts(store, estate, publish, waker, now)
    announce = Announce(store, short_links)
    group_commit = GroupCommit(store, estate, publish, announce, waker, wiring.monotonic)  # of campaigns
    submit = Submit(estate, group_commit, limits(settings), now, random)
    held = timedelta(hours=settings.held_hours)
    files = file_fetcher(estate, seal, operators, settings.inbound_file_limit_bytes)
    services = EngineServices(
        estate=estate,
        dispatch=Dispatch(store, estate, receipts, waker, now, random, RetryPolicy(), short_links),
        receipts=receipts,
        receive=Receive(
            store, estate, waker, limits(settings), now, random, Notify(guids, links, short_links)
        ),
        call_back=CallBack(
            store,
            estate,
            client,
            seal,
            now,
            random,
            claim_seconds=settings.callback_timeout_seconds * 3 + 30,
            lease_seconds=settings.lease_seconds,
            max_age=timedelta(hours=settings.callback_max_age_hours),
            patience=Patience(
                settings.subscription_dead_tries, timedelta(hours=settings.subscription_dead_hours)
            ),
        ),
        rescue=Rescue(store, estate, waker, now, settings.lease_seconds),
        reroute=Reroute(store, estate, waker, now, timedelta(seconds=settings.fallback_seconds)),
        expire=Expire(store, estate, publish, waker, now, timedelta(hours=settings.receipt_timeout_hours)),
        retain=Retain(
            store, now, timedelta(days=settings.period_days), timedelta(days=settings.retention_days)
        ),
        leases=LeaseChannels(store, instance, dead, now, settings.lease_seconds),
        upkeep=(
            *upkeep(store, estate, publish, waker, submit, announce, now, held),
            *provider_upkeep(store, estate, seal, receipts, waker, files, now),
            templates_upkeep(store, estate, seal, operators, now),
        ),
    )
    options = EngineOptions(
        claim_rows=settings.claim_batch,
        settle_rows=settings.settle_batch,
        receipt_rows=settings.receipt_batch,
        inbound_rows=settings.inbound_batch,
        callback_places=settings.callback_concurrency,
        callback_per_endpoint=max(1, settings.callback_concurrency * 3 // 4),
        callback_rows=settings.callback_batch,
        lease_seconds=settings.lease_seconds,
        drain_seconds=settings.drain_seconds,
        request_id_age=timedelta(days=settings.request_id_days),
    )

    def make(row: ChannelRow, sink: ChannelSink) -> Channel:
        secrets = msgspec.json.decode(seal.open(row.secrets)) if row.secrets else {}
        return registry.create(
            row.kind,
            row.id,
            {**row.options, **secrets},
            sink,
            client=client,
            clock=now,
            monotonic=wiring.monotonic,
            jitter=random,
        )

    return Engine(services, options, make), estate, group_commit
