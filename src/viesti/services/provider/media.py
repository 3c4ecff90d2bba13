"""Fetches the files that came with messages, while the provider still has them.

Rule: a file is asked for until it is here or will never come, and who waits to be told of its message waits
no longer than that. A file that is not the one that was told of is not kept.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from viesti.domain.media import Fetched, NotFetched
from viesti.services.wake import CALLBACKS, Waker, seconds_until
from viesti.storage.store import AwaitedFile, Store, StoreUnavailable, Transaction

AT_ONCE = 4  # files fetched side by side; each may be in memory whole
CLAIM = timedelta(minutes=5)  # how long a file is nobody else's
# After each failure; a file that has used them up will not come.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 60, 600, 3_600, 21_600, 86_400))

# Asks the provider of a channel for a file by its id: `(channel id, provider's id)`.
Fetch: TypeAlias = Callable[[int, str], Awaitable[Fetched | NotFetched]]

_OTHER = NotFetched("it is not the file that was told of", again=True)
_log = structlog.get_logger()


class FetchMedia:
    """The fetching of one engine process."""

    def __init__(self, store: Store, waker: Waker, fetch: Fetch, now: Callable[[], datetime]) -> None:
        self._store = store
        self._waker = waker
        self._fetch = fetch
        self._now = now

    async def __call__(self) -> int:
        """Fetch some that are due; gives how many were tried."""
        now = self._now()
        async with self._store.statements() as tx:
            files = await tx.inbound_media.claim(now, AT_ONCE, now + CLAIM)
        done = await asyncio.gather(*(self._one(file) for file in files), return_exceptions=True)
        _raise_first(done)
        return len(files)

    async def due_in(self) -> float | None:
        """Seconds until the next is due."""
        async with self._store.statements() as tx:
            return seconds_until(await tx.inbound_media.next_due(), self._now())

    async def _one(self, file: AwaitedFile) -> None:
        try:
            found = await self._fetch(file.channel_id, file.provider_id)
        except StoreUnavailable:
            raise
        except Exception as error:  # a fault of ours is no reason to ask for ever
            _log.exception("a file can't be fetched", message=file.inbound_id)
            found = NotFetched(type(error).__name__, again=True)
        if isinstance(found, Fetched) and not _is_it(found.content, file.sha256):
            found = _OTHER

        async def keep(tx: Transaction) -> None:
            await self._keep(tx, file, found)

        await self._store.run(keep)
        self._waker.wake(CALLBACKS)

    async def _keep(self, tx: Transaction, file: AwaitedFile, found: Fetched | NotFetched) -> None:
        now = self._now()
        if isinstance(found, Fetched):
            await tx.inbound_media.settle(file, now, found.content)
        elif found.again and file.failures < len(PAUSES):
            await tx.inbound_media.put_off(file, now + PAUSES[file.failures])
        else:
            _log.warning("a file will not come", message=file.inbound_id, why=found.reason)
            await tx.inbound_media.settle(file, now, None, found.reason)


def _is_it(content: bytes, sha256: str) -> bool:
    """Whether the digest that was told is of this content, in whichever of its two writings; one that is
    neither says nothing."""
    digest = hashlib.sha256(content).digest()
    if len(sha256) == 64:
        return sha256.lower() == digest.hex()
    return len(sha256) != 44 or sha256 == base64.b64encode(digest).decode()


def _raise_first(done: Sequence[BaseException | None]) -> None:
    for error in done:
        if error is not None:
            raise error
