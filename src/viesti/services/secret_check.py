"""Compares secrets with their stored hashes: those of applications, OAuth clients and people.

Rule: Argon2id is run only for a secret that is not known yet, in a thread, and only so many times a minute
for an owner; what it said is remembered as a keyed digest, never as the secret. A changed hash forgets it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_SECRET = 1024  # characters; longer ones are refused unread
REMEMBERED_WRONG = 16  # wrong secrets remembered for each owner

_hasher = PasswordHasher()
_log = structlog.get_logger()


def hash_secret(secret: str) -> str:
    """The Argon2id hash to store. Takes tens of milliseconds."""
    return _hasher.hash(secret)


@dataclass(slots=True)
class _Memory:
    """What is known of one owner's secrets, as long as the hash stays the same."""

    stored: str
    right: bytes | None = None
    wrong: deque[bytes] | None = None


class SecretCheck:
    """Checks secrets. `memory_key` keys the digests: any random octets (up to 64), new for each process.

    An owner is the id of what has the secret; ids of applications, clients and people never meet.
    """

    def __init__(
        self,
        memory_key: bytes,
        monotonic: Callable[[], float],
        *,
        tries: int = 10,
        tries_seconds: float = 60.0,
    ) -> None:
        self._memory_key = memory_key
        self._monotonic = monotonic
        self._tries = tries
        self._tries_seconds = tries_seconds
        self._memories: dict[int, _Memory] = {}
        self._tried: dict[int, deque[float]] = {}
        self._running: dict[tuple[int, bytes], asyncio.Task[bool]] = {}
        # Each verification takes 64 MiB and a core for its time.
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")

    def remembered(self, owner: int, stored: str, secret: str) -> bool | None:
        """Whether it is the owner's secret, when that is known without work; None when `verify` must be
        awaited. `stored`: the hash as it is now."""
        if len(secret) > MAX_SECRET:
            return False
        memory = self._memories.get(owner)
        if memory is None or memory.stored != stored:
            return None
        digest = self._digest(secret)
        if memory.right is not None and hmac.compare_digest(memory.right, digest):
            return True
        return False if memory.wrong and digest in memory.wrong else None

    async def verify(self, owner: int, stored: str, secret: str) -> bool | float:
        """Whether it is the owner's secret, by Argon2id if it has to be; or the seconds to wait, when there
        were too many tries."""
        known = self.remembered(owner, stored, secret)
        if known is not None:
            return known
        digest = self._digest(secret)
        running = self._running.get((owner, digest))
        if running is None:
            wait = self._wait(owner)
            if wait is not None:
                return wait
            running = asyncio.create_task(self._run(owner, stored, secret, digest), name="verify secret")
            self._running[owner, digest] = running
            running.add_done_callback(lambda _: self._running.pop((owner, digest), None))
        return await asyncio.shield(running)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _digest(self, secret: str) -> bytes:
        octets = secret.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(octets, key=self._memory_key, digest_size=32).digest()

    def _wait(self, owner: int) -> float | None:
        """Notes a try; seconds until the next one is allowed when there were too many."""
        now = self._monotonic()
        tried = self._tried.setdefault(owner, deque())
        while tried and tried[0] <= now - self._tries_seconds:
            tried.popleft()
        if len(tried) >= self._tries:
            return tried[0] + self._tries_seconds - now
        tried.append(now)
        return None

    async def _run(self, owner: int, stored: str, secret: str, digest: bytes) -> bool:
        loop = asyncio.get_running_loop()
        right = await loop.run_in_executor(self._threads, _matches, owner, stored, secret)
        memory = self._memories.get(owner)
        if memory is None or memory.stored != stored:
            memory = self._memories[owner] = _Memory(stored)
        if right:
            memory.right = digest
            self._tried.pop(owner, None)
        else:
            memory.wrong = memory.wrong or deque(maxlen=REMEMBERED_WRONG)
            memory.wrong.append(digest)
        return right


def _matches(owner: int, stored: str, secret: str) -> bool:
    try:
        return _hasher.verify(stored, secret.encode("utf-8", "surrogatepass"))
    except InvalidHashError:
        _log.error("the stored secret hash is not one of Argon2", owner=owner)
        return False
    except VerificationError:
        return False
