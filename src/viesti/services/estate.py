"""Keeps the estate in memory, compiled for look-up, and reads it again when it changes.

Rule: the store is the truth; a snapshot is replaced whole, and work in hand goes on with the one it began
with.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

import structlog

from viesti.domain.address import Normaliser
from viesti.domain.estate import (
    WHATSAPP,
    Application,
    ChannelRow,
    Customer,
    Estate,
    OAuthClient,
    ServiceAction,
    User,
)
from viesti.domain.keywords import KeywordIndex, KeywordRule
from viesti.domain.pricing import Cost, PriceTable, pounds_for_one
from viesti.domain.routing import RouteTable
from viesti.domain.sender import RegisteredSender, Sender, SenderState, SenderVerdict, check_sender
from viesti.domain.text import ConcatMethod
from viesti.storage.store import Store, StoreUnavailable

TOPIC = "viesti_estate"
RETRY_SECONDS = 1.0

_log = structlog.get_logger()


class Snapshot:
    """The estate at one moment, with everything that is looked up for each message indexed."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        enabled = [channel for channel in estate.channels.values() if channel.enabled]
        self.whatsapp: dict[str, ChannelRow] = {one.identity: one for one in enabled if one.identity}
        live = {channel.id for channel in enabled if channel.kind != WHATSAPP}
        self.routes = RouteTable(route for route in estate.routes if route.channel_id in live)
        self.prices = PriceTable(estate.prices)
        self.senders: dict[tuple[int, str], RegisteredSender] = {
            (s.customer_id, s.sender): s for s in estate.senders
        }
        rules = _listening(estate)
        self.keywords = KeywordIndex(rules)
        self.listeners = _listeners(estate, rules)
        self._identities = _identities(estate, rules)
        self.by_client_key: dict[str, Application] = {a.client_key: a for a in estate.applications.values()}
        self.client_of: dict[str, OAuthClient] = {c.client_id: c for c in estate.clients.values()}
        self.user_of: dict[str, User] = {user.email: user for user in estate.users.values()}
        self.link_domains: dict[str, int] = {
            customer.link_domain: customer.id
            for customer in estate.customers.values()
            if customer.link_domain
        }
        self.actions: dict[int, list[ServiceAction]] = defaultdict(list)
        for action in estate.actions:
            self.actions[action.service_id].append(action)
        self.concat: dict[int, ConcatMethod] = {
            channel.id: ConcatMethod(channel.options.get("concatenation", ConcatMethod.UDH8))
            for channel in estate.channels.values()
        }
        self._gbp_rates: dict[int, Decimal | None] = {}
        self._normalisers: dict[str, Normaliser] = {}
        self._verdicts: dict[tuple[int, Sender, str], SenderVerdict] = {}

    def channel_bucket(self, channel_id: int) -> int:
        """The bucket of what comes in over a channel; 0 for one that has been taken away meanwhile."""
        channel = self.estate.channels.get(channel_id)
        return channel.bucket if channel else 0

    def customers_of(self, channel: ChannelRow) -> tuple[Customer, ...]:
        """Whose a WhatsApp channel's number is: who may send by it, and whose services listen at it."""
        return self._identities.get(channel.identity, ())

    def gbp_rate(self, customer_id: int) -> Decimal | None:
        """What one of a customer's currency is worth in pounds; None while nobody says."""
        if customer_id not in self._gbp_rates:
            customer = self.estate.customers[customer_id]
            self._gbp_rates[customer_id] = pounds_for_one(
                customer.currency, customer.gbp_rate, self.estate.prices, customer_id
            )
        return self._gbp_rates[customer_id]

    def cost(self, customer: Customer, channel_id: int, destination: str, parts: int) -> Cost | None:
        """What so many parts to a destination (digits) cost a customer over a channel; None: nobody says."""
        price = self.prices.lookup(customer.id, channel_id, destination)
        if price is None:
            return None
        cost = price.cost(parts)
        if cost.currency == customer.currency:
            return cost
        return cost.in_currency(customer.currency, self.gbp_rate(customer.id))  # a price for everybody

    def normaliser(self, region: str) -> Normaliser:
        """The address rule for a region, with its memory."""
        found = self._normalisers.get(region)
        if found is None:
            found = self._normalisers[region] = Normaliser((region,))
        return found

    def sender_verdict(self, customer_id: int, sender: Sender, region: str) -> SenderVerdict:
        """Whether a customer may use a sender towards a region."""
        key = (customer_id, sender, region)
        verdict = self._verdicts.get(key)
        if verdict is None:
            registered = self.senders.get((customer_id, sender.text))
            verdict = check_sender(lambda _: registered, sender, region)
            if registered:  # so what is remembered is bounded by the registry, whatever callers write
                self._verdicts[key] = verdict
        return verdict


class EstateCache:
    """The current snapshot. `load` once, `watch` to follow changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._snapshot: Snapshot | None = None
        self._changed: list[Callable[[Snapshot], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._reading = asyncio.Lock()  # of two readings the later one must be the one that stays
        self._stale = False  # something may have changed since the last reading began

    @property
    def current(self) -> Snapshot:
        assert self._snapshot is not None  # load comes first
        return self._snapshot

    @property
    def loaded(self) -> bool:
        """Whether there is a snapshot."""
        return self._snapshot is not None

    async def load(self) -> Snapshot:
        """Read the estate. Raises `StoreUnavailable`."""
        async with self._reading, self._store.transaction() as tx:
            self._snapshot = Snapshot(await tx.estate.load())
        for changed in self._changed:
            changed(self._snapshot)
        return self._snapshot

    def watch(self) -> None:
        """Follow changes told by the store's listener."""
        self._store.listener.on(TOPIC, lambda _: self._reload())

    def on_change(self, changed: Callable[[Snapshot], None]) -> None:
        """Call `changed(snapshot)` after each reading."""
        self._changed.append(changed)

    def _reload(self) -> None:
        self._stale = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._read_again(), name="estate")

    async def _read_again(self) -> None:
        while self._stale:
            self._stale = False
            try:
                await self.load()
            except StoreUnavailable:
                self._stale = True
                _log.warning("estate not read, trying again", seconds=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)


def _listening(estate: Estate) -> list[KeywordRule]:
    """Which words lead where. A two-way service also takes what comes to its own WhatsApp identity and is
    nobody else's."""
    enabled = {service.id for service in estate.services.values() if service.enabled}
    rules = [rule for rule in estate.keywords if rule.service_id in enabled]
    taken = {rule.address for rule in rules if not rule.chain}
    for service in sorted(estate.services.values(), key=lambda each: each.id):
        if service.enabled and service.kind == "TwoWay" and service.whatsapp_sender not in taken | {""}:
            rules.append(KeywordRule(service.id, service.whatsapp_sender))
            taken.add(service.whatsapp_sender)
    return rules


def _identities(estate: Estate, rules: Iterable[KeywordRule]) -> dict[str, tuple[Customer, ...]]:
    """The customers of each WhatsApp number."""
    found: dict[str, dict[int, Customer]] = {
        channel.identity: {} for channel in estate.channels.values() if channel.identity
    }
    approved = (sender for sender in estate.senders if sender.state is SenderState.APPROVED)
    claims = [(sender.sender, sender.customer_id) for sender in approved]
    claims += [(rule.address, estate.services[rule.service_id].customer_id) for rule in rules]
    for address, customer_id in claims:
        if address in found:
            found[address][customer_id] = estate.customers[customer_id]
    return {identity: tuple(customers.values()) for identity, customers in found.items()}


def _listeners(estate: Estate, rules: Iterable[KeywordRule]) -> dict[str, tuple[Customer, ...]]:
    """Whose services listen at each address and act on consent words."""
    found: dict[str, dict[int, Customer]] = {}
    for rule in rules:
        service = estate.services[rule.service_id]
        if service.consent_words:
            found.setdefault(rule.address, {})[service.customer_id] = estate.customers[service.customer_id]
    return {address: tuple(customers.values()) for address, customers in found.items()}
