"""The one door to PostgreSQL: open it, ask for a transaction, use its groups (`tx.outbox.claim(...)`).

Rule: services open transactions; nothing above this package sees a connection, a row or SQL.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TypeVar

from viesti.storage import database
from viesti.storage.database import Connection, Listener, Pool, StoreUnavailable
from viesti.storage.ids import IdSource, bucket_of, first_id, period_of
from viesti.storage.migrate import pending_on
from viesti.storage.rows.accept import Accept
from viesti.storage.rows.access import Access
from viesti.storage.rows.callbacks import Callbacks
from viesti.storage.rows.campaigns import Campaigns, MadePage, Preview, Put, Replies
from viesti.storage.rows.clicks import Clicked, Clicks, ClickTotals, LinkText, NewClick, Noted, Visit
from viesti.storage.rows.consents import ChannelConsent, Consents, Forbidden, LedgerLine
from viesti.storage.rows.contact_keys import ContactKeys
from viesti.storage.rows.contacts import Contacts
from viesti.storage.rows.estate import Estates
from viesti.storage.rows.estate_edit import EstateEdit
from viesti.storage.rows.fallbacks import BySms, Fallbacks, QueuedFor, Stands
from viesti.storage.rows.held import HeldBack, HeldTally, Released
from viesti.storage.rows.inbound import Inbounds, StoredPart
from viesti.storage.rows.inbound_media import AwaitedFile, InboundMedia, ShownFile
from viesti.storage.rows.leases import Lease, Leases
from viesti.storage.rows.lists import Lists
from viesti.storage.rows.message_search import CameQuery, Look, MessageSearch, Place, SentQuery, SentRow, Way
from viesti.storage.rows.messages import (
    Messages,
    MessageToSend,
    Moved,
    ReportTarget,
    RequestKey,
    Standing,
    StandsAt,
    ToSend,
)
from viesti.storage.rows.money import Balance, CostRow, Money, OverTheCap, SharePaid
from viesti.storage.rows.money import Entry as BalanceEntry
from viesti.storage.rows.outbox import Abandoned, Claimed, Depth, Outbox, SentPart
from viesti.storage.rows.parties import Parties, Party
from viesti.storage.rows.people import SILENT, Known, OnWhatsApp, People
from viesti.storage.rows.periods import Periods
from viesti.storage.rows.platform import Platform
from viesti.storage.rows.provider_events import KeptBody, MessageReference, NewBody, ProviderEvents
from viesti.storage.rows.receipts import FoundPart, MatchedReceipt, Receipts
from viesti.storage.rows.repeats import FirstMessage, FirstRecipient, Repeats
from viesti.storage.rows.sent_to import Alike, LastSent, SentTo, Untold
from viesti.storage.rows.sms import FoundSms, ReceivedSms, SentSms, Smses, SmsQuery
from viesti.storage.rows.subscriptions import NewSubscription, Subscription, Subscriptions
from viesti.storage.rows.templates import Templates, TemplateTold
from viesti.storage.rows.threads import OpenThread, Thread, Threads
from viesti.storage.rows.throttle import Throttles
from viesti.storage.rows.told import Told, ToldRecipient
from viesti.storage.rows.windows import Opened, Windows

__all__ = [
    "SILENT",
    "Abandoned",
    "Alike",
    "AwaitedFile",
    "Balance",
    "BalanceEntry",
    "BySms",
    "CameQuery",
    "ChannelConsent",
    "Claimed",
    "ClickTotals",
    "Clicked",
    "CostRow",
    "Depth",
    "FirstMessage",
    "FirstRecipient",
    "Forbidden",
    "FoundPart",
    "FoundSms",
    "HeldTally",
    "KeptBody",
    "Known",
    "LastSent",
    "Lease",
    "LedgerLine",
    "LinkText",
    "Listener",
    "Look",
    "MadePage",
    "MatchedReceipt",
    "MessageReference",
    "MessageToSend",
    "Moved",
    "NewBody",
    "NewClick",
    "NewSubscription",
    "Noted",
    "OnWhatsApp",
    "OpenThread",
    "Opened",
    "OverTheCap",
    "Party",
    "Place",
    "Preview",
    "Put",
    "QueuedFor",
    "ReceivedSms",
    "Released",
    "Replies",
    "ReportTarget",
    "RequestKey",
    "SentPart",
    "SentQuery",
    "SentRow",
    "SentSms",
    "SharePaid",
    "ShownFile",
    "SmsQuery",
    "Standing",
    "Stands",
    "StandsAt",
    "Store",
    "StoreUnavailable",
    "StoredPart",
    "Subscription",
    "TemplateTold",
    "Thread",
    "ToSend",
    "ToldRecipient",
    "Transaction",
    "Untold",
    "Visit",
    "Way",
    "bucket_of",
    "first_id",
    "period_of",
]

T = TypeVar("T")


class Transaction:
    """An open transaction, with a group of statements for each noun."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._afterwards: list[Callable[[], None]] = []

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the transaction is committed, and not at all when it is rolled back: for telling
        others of what they could not see before."""
        self._afterwards.append(call)

    def committed(self) -> None:
        """Make the calls asked for with `after_commit`."""
        for call in self._afterwards:
            call()

    @cached_property
    def estate(self) -> Estates:
        return Estates(self._connection)

    @cached_property
    def estate_edit(self) -> EstateEdit:
        return EstateEdit(self._connection)

    @cached_property
    def accept(self) -> Accept:
        return Accept(self._connection)

    @cached_property
    def messages(self) -> Messages:
        return Messages(self._connection)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self._connection)

    @cached_property
    def receipts(self) -> Receipts:
        return Receipts(self._connection)

    @cached_property
    def inbound(self) -> Inbounds:
        return Inbounds(self._connection)

    @cached_property
    def inbound_media(self) -> InboundMedia:
        return InboundMedia(self._connection)

    @cached_property
    def callbacks(self) -> Callbacks:
        return Callbacks(self._connection)

    @cached_property
    def campaigns(self) -> Campaigns:
        return Campaigns(self._connection)

    @cached_property
    def leases(self) -> Leases:
        return Leases(self._connection)

    @cached_property
    def money(self) -> Money:
        return Money(self._connection)

    @cached_property
    def periods(self) -> Periods:
        return Periods(self._connection)

    @cached_property
    def throttles(self) -> Throttles:
        return Throttles(self._connection)

    @cached_property
    def windows(self) -> Windows:
        return Windows(self._connection)

    @cached_property
    def clicks(self) -> Clicks:
        return Clicks(self._connection)

    @cached_property
    def access(self) -> Access:
        return Access(self._connection)

    @cached_property
    def consents(self) -> Consents:
        return Consents(self._connection)

    @cached_property
    def contacts(self) -> Contacts:
        return Contacts(self._connection)

    @cached_property
    def contact_keys(self) -> ContactKeys:
        return ContactKeys(self._connection)

    @cached_property
    def lists(self) -> Lists:
        return Lists(self._connection)

    @cached_property
    def fallbacks(self) -> Fallbacks:
        return Fallbacks(self._connection)

    @cached_property
    def held(self) -> HeldBack:
        return HeldBack(self._connection)

    @cached_property
    def parties(self) -> Parties:
        return Parties(self._connection)

    @cached_property
    def people(self) -> People:
        return People(self._connection)

    @cached_property
    def platform(self) -> Platform:
        return Platform(self._connection)

    @cached_property
    def provider_events(self) -> ProviderEvents:
        return ProviderEvents(self._connection)

    @cached_property
    def repeats(self) -> Repeats:
        return Repeats(self._connection)

    @cached_property
    def sent_to(self) -> SentTo:
        return SentTo(self._connection)

    @cached_property
    def message_search(self) -> MessageSearch:
        return MessageSearch(self._connection)

    @cached_property
    def sms(self) -> Smses:
        return Smses(self._connection)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self._connection)

    @cached_property
    def told(self) -> Told:
        return Told(self._connection)

    @cached_property
    def templates(self) -> Templates:
        return Templates(self._connection)

    @cached_property
    def threads(self) -> Threads:
        return Threads(self._connection)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What the block writes is undone when it raises, and only that; the transaction goes on.

        Not for calls asked for with `after_commit` inside: they are made whatever became of the block.
        """
        async with self._connection.transaction():
            yield

    async def attempt(self, work: Callable[[], Awaitable[None]]) -> Exception | None:
        """Do `work`; when it fails, what it wrote is undone, the transaction goes on, and why is given.

        What concerns the whole transaction is raised: PostgreSQL is gone, or wants it run again.
        """
        try:
            async with self.savepoint():
                await work()
        except (StoreUnavailable, *database.OF_THE_TRANSACTION):
            raise
        except Exception as error:
            return error
        return None

    async def notify(self, topic: str, payload: str = "") -> None:
        """Wake the listeners of a topic when this transaction commits."""
        await self._connection.execute("select pg_notify($1, $2)", topic, payload)


class Store:
    """PostgreSQL as the services see it. Ids have a connection of their own: who takes some in a transaction
    keeps one of the others meanwhile, and when all did, none would be left to fetch them by."""

    def __init__(self, pool: Pool, for_ids: Pool, dsn: str, monotonic: Callable[[], float]) -> None:
        self._pool = pool
        self._for_ids = for_ids
        self.dsn = dsn
        self.ids = IdSource(self._take_blocks, monotonic)
        self.listener = Listener(dsn)

    @classmethod
    async def open(
        cls, dsn: str, *, size: int, monotonic: Callable[[], float], application: str = "viesti"
    ) -> Store:
        """Connect. Raises `StoreUnavailable`."""
        pool = await database.open_pool(dsn, size=size, application=application)
        for_ids = await database.open_pool(dsn, size=1, least=0, application=application)
        return cls(pool, for_ids, dsn, monotonic)

    async def close(self) -> None:
        """Stop listening and close every connection."""
        await self.listener.stop()
        await self._for_ids.close()
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction: committed at the end of the block, rolled back when it raises.

        Raises `StoreUnavailable` when PostgreSQL is gone.
        """
        async with database.transaction(self._pool) as connection:
            tx = Transaction(connection)
            yield tx
        tx.committed()

    @asynccontextmanager
    async def statements(self) -> AsyncIterator[Transaction]:
        """Each statement is a transaction of its own, which saves the round trips of `begin` and `commit`.

        Raises `StoreUnavailable`.
        """
        async with database.alone(self._pool) as connection:
            yield Transaction(connection)

    async def run(self, work: Callable[[Transaction], Awaitable[None]]) -> None:
        """Run `work` in a transaction, again if it fell victim to a deadlock."""
        attempts: list[Transaction] = []

        async def attempt(connection: Connection) -> None:
            attempts.append(Transaction(connection))
            await work(attempts[-1])

        await database.run(self._pool, attempt)
        attempts[-1].committed()

    async def run_one(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work`, one statement and its own transaction; again if it fell victim to a deadlock."""
        results: list[T] = []

        async def attempt(connection: Connection) -> None:
            results.append(await work(Transaction(connection)))

        await database.run(self._pool, attempt, database.alone)
        return results[-1]

    async def hint(self, topic: str, payload: str = "") -> None:
        """Wake the listeners of a topic: one round trip, and a commit that does not wait for the disk.

        Raises `StoreUnavailable`.
        """
        async with database.alone(self._pool) as connection:
            await connection.execute(
                "select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)", topic, payload
            )

    async def ping(self) -> None:
        """Raises `StoreUnavailable` when PostgreSQL does not answer."""
        async with database.transaction(self._pool) as connection:
            await connection.fetchval("select 1")

    async def pending_migrations(self) -> list[str]:
        """Migrations of this version that are not applied yet. Raises `StoreUnavailable`."""
        async with database.transaction(self._pool) as connection:
            return await pending_on(connection)

    async def _take_blocks(self, count: int) -> list[int]:
        async with database.alone(self._for_ids) as connection:
            return await Periods(connection).take_blocks(count)
