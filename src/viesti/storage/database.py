"""The pool of connections, transactions, and the listener for NOTIFY.

Rule: a transaction that PostgreSQL undoes for reasons of its own (deadlock, serialization, a lost connection
before commit was asked for) may be run again; one whose commit was not answered may not, unless its writes
are idempotent - the caller says so by using `Database.run`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import msgspec

if TYPE_CHECKING:
    Connection: TypeAlias = (
        asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    )
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    Connection = object
    Pool = object

# What a broken or restarting PostgreSQL looks like from here.
UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a statement on a connection that is just being cut off
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    OSError,
    TimeoutError,
)
_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)
OF_THE_TRANSACTION = (*UNAVAILABLE, *_AGAIN)  # errors that leave nothing of it to go on with
# Somebody else wrote the same key in the meantime: run again, the work sees it.
_TAKEN = asyncpg.UniqueViolationError
TRIES = 5


class StoreUnavailable(Exception):  # noqa: N818  says the fact; callers answer 503 or refuse to acknowledge
    """PostgreSQL can't be reached now, or went away in the middle; nothing may be taken as stored."""


async def _prepare(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    # Binary, as COPY and arrays want it: a version octet, then the text.
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: b"\x01" + msgspec.json.encode(value),
        decoder=lambda data: msgspec.json.decode(data[1:]),
    )


async def _keep(_connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """In place of asyncpg's reset between uses, a round trip that changes nothing: nobody here sets
    variables, cursors or advisory locks of a session. An open transaction is rolled back before this."""


async def open_pool(
    dsn: str, *, size: int, least: int = 1, timeout: float = 10.0, application: str = "viesti"
) -> Pool:
    """A pool of up to `size` connections, `least` of them from the start. Raises `StoreUnavailable`.

    Generic plans: every hot query is keyed by arrays of ids, so one plan fits all and planning is paid once.
    They are made on a fresh installation's empty tables, where reading a whole table looks cheapest, and they
    live on while the tables fill; so no plan may do that where an index serves.
    """
    try:
        return await asyncpg.create_pool(
            dsn,
            min_size=least,
            max_size=size,
            init=_prepare,
            reset=_keep,
            timeout=timeout,
            command_timeout=60,
            max_inactive_connection_lifetime=300,
            max_queries=1 << 40,  # a new connection would plan everything anew
            statement_cache_size=300,
            server_settings={
                "application_name": application,
                "plan_cache_mode": "force_generic_plan",
                "enable_seqscan": "off",
                "jit": "off",
                "timezone": "UTC",
            },
        )
    except UNAVAILABLE as error:
        raise StoreUnavailable(f"The database can't be reached: {error}") from error


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection inside a transaction: committed when the block ends, rolled back when it raises."""
    connection = await _acquire(pool)
    try:
        async with connection.transaction():
            yield connection
    except UNAVAILABLE as error:
        raise StoreUnavailable(f"The database went away: {error}") from error
    finally:
        await _release(pool, connection)


async def _acquire(pool: Pool) -> asyncpg.pool.PoolConnectionProxy[asyncpg.Record]:
    try:
        return await pool.acquire()
    except (*UNAVAILABLE, asyncpg.PostgresError) as error:  # whatever keeps us from connecting
        raise StoreUnavailable(f"The database can't be reached: {error}") from error


async def _release(pool: Pool, connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record]) -> None:
    """Give a connection back. When it died on the way it is dropped, and nothing is to be told: what was
    committed is, and what was not has its error."""
    with suppress(*UNAVAILABLE, asyncpg.PostgresError):
        await pool.release(connection)


@asynccontextmanager
async def alone(pool: Pool) -> AsyncIterator[Connection]:
    """A connection on which each statement is a transaction of its own."""
    connection = await _acquire(pool)
    try:
        yield connection
    except UNAVAILABLE as error:
        raise StoreUnavailable(f"The database went away: {error}") from error
    finally:
        await _release(pool, connection)


async def run(
    pool: Pool,
    work: Callable[[Connection], Awaitable[None]],
    block: Callable[[Pool], AbstractAsyncContextManager[Connection]] = transaction,
) -> None:
    """Run `work` in a transaction, again when it was a deadlock's victim, waited too long for a lock, or
    wrote a key that another transaction wrote first.
    `block`: `alone`, when `work` is one statement."""
    for attempt in range(TRIES):
        try:
            async with block(pool) as connection:
                await work(connection)
            return
        except (*_AGAIN, _TAKEN):
            if attempt == TRIES - 1:
                raise


class Listener:
    """LISTEN on one connection of its own; reconnects by itself and then calls every handler once, because
    a notification may have been missed."""

    def __init__(self, dsn: str, retry_seconds: float = 1.0) -> None:
        self._dsn = dsn
        self._retry = retry_seconds
        self._handlers: dict[str, Callable[[str], None]] = {}
        self._task: asyncio.Task[None] | None = None

    def on(self, topic: str, handler: Callable[[str], None]) -> None:
        """Call `handler(payload)` for each notification; `handler("")` after a reconnect."""
        self._handlers[topic] = handler

    async def start(self) -> None:
        """Begin listening; returns at once."""
        self._task = asyncio.create_task(self._listen(), name="listener")

    async def stop(self) -> None:
        """End listening."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self) -> None:
        while True:
            try:
                await self._once()
            except UNAVAILABLE:
                await asyncio.sleep(self._retry)

    async def _once(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=10)
        closed = asyncio.Event()
        connection.add_termination_listener(lambda _: closed.set())
        try:
            for topic, handler in self._handlers.items():
                await connection.add_listener(topic, _as_listener(handler))
            for handler in self._handlers.values():
                handler("")
            await closed.wait()
        finally:
            with suppress(*UNAVAILABLE):
                await connection.close(timeout=2)
        await asyncio.sleep(self._retry)


def _as_listener(handler: Callable[[str], None]) -> Callable[..., None]:
    def listener(_connection: object, _pid: int, _channel: str, payload: str) -> None:
        handler(payload)

    return listener
