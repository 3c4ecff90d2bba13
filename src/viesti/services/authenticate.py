"""Who is calling: a client key and secret become an application and its customer.

Rule: Argon2id is run only for a secret that is not known yet, in a thread, and only so many times a minute
for a key; what it said is remembered as a keyed digest, never as the secret. A changed `secret_hash`
forgets it.

A client key is a name, not a secret: an unknown one is answered at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum, auto

import msgspec
import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from viesti.domain.estate import Application, Customer
from viesti.services.estate import EstateCache

MAX_SECRET = 1024  # characters; longer ones are refused unread
REMEMBERED_WRONG = 16  # wrong secrets remembered for each application

_hasher = PasswordHasher()
_log = structlog.get_logger()


class Caller(msgspec.Struct, frozen=True):
    """An application that proved itself, and whom it acts for."""

    application: Application
    customer: Customer


class Reason(Enum):
    """Why a caller was turned away."""

    UNPROVEN = auto()  # no such key, or not its secret
    DISABLED = auto()
    TOO_MANY_TRIES = auto()


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The caller is not let in. `retry_after`: seconds to wait, when waiting helps."""

    reason: Reason
    sentence: str
    retry_after: float | None = None


_UNPROVEN = TurnedAway(Reason.UNPROVEN, "The client key or its secret is wrong.")
_APPLICATION_OFF = TurnedAway(Reason.DISABLED, "This application is disabled.")
_CUSTOMER_OFF = TurnedAway(Reason.DISABLED, "The customer of this application is disabled.")


def hash_secret(secret: str) -> str:
    """The Argon2id hash to store. Takes tens of milliseconds."""
    return _hasher.hash(secret)


@dataclass(slots=True)
class _Memory:
    """What is known of one application's secrets, as long as its hash stays the same."""

    secret_hash: str
    right: bytes | None = None
    wrong: deque[bytes] | None = None


class Authenticate:
    """Checks client keys and secrets. `memory_key` keys the digests: any random octets (up to 64), new for
    each process."""

    def __init__(
        self,
        estate: EstateCache,
        memory_key: bytes,
        monotonic: Callable[[], float],
        *,
        tries: int = 10,
        tries_seconds: float = 60.0,
    ) -> None:
        self._estate = estate
        self._memory_key = memory_key
        self._monotonic = monotonic
        self._tries = tries
        self._tries_seconds = tries_seconds
        self._memories: dict[int, _Memory] = {}
        self._tried: dict[int, deque[float]] = {}
        self._running: dict[tuple[int, bytes], asyncio.Task[bool]] = {}
        # Each verification takes 64 MiB and a core for its time.
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")

    def remembered(self, key: str, secret: str) -> Caller | TurnedAway | None:
        """The answer when it is known without work; None when `verify` must be awaited."""
        snapshot = self._estate.current
        application = snapshot.by_client_key.get(key)
        if application is None or len(secret) > MAX_SECRET:
            return _UNPROVEN
        memory = self._memories.get(application.id)
        if memory is None or memory.secret_hash != application.secret_hash:
            return None
        digest = self._digest(secret)
        if memory.right is not None and hmac.compare_digest(memory.right, digest):
            return self._admit(application)
        return _UNPROVEN if memory.wrong and digest in memory.wrong else None

    async def verify(self, key: str, secret: str) -> Caller | TurnedAway:
        """Check a secret, by Argon2id if it has to be."""
        known = self.remembered(key, secret)
        if known is not None:
            return known
        application = self._estate.current.by_client_key[key]
        digest = self._digest(secret)
        running = self._running.get((application.id, digest))
        if running is None:
            wait = self._wait(application.id)
            if wait is not None:
                return TurnedAway(
                    Reason.TOO_MANY_TRIES, "Too many wrong secrets for this client key; wait.", wait
                )
            running = asyncio.create_task(self._run(application, secret, digest), name="verify secret")
            self._running[application.id, digest] = running
            running.add_done_callback(lambda _: self._running.pop((application.id, digest), None))
        return self._admit(application) if await asyncio.shield(running) else _UNPROVEN

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _digest(self, secret: str) -> bytes:
        octets = secret.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(octets, key=self._memory_key, digest_size=32).digest()

    def _admit(self, application: Application) -> Caller | TurnedAway:
        if not application.enabled:
            return _APPLICATION_OFF
        customer = self._estate.current.estate.customers[application.customer_id]
        return Caller(application, customer) if customer.enabled else _CUSTOMER_OFF

    def _wait(self, application_id: int) -> float | None:
        """Notes a try; seconds until the next one is allowed when there were too many."""
        now = self._monotonic()
        tried = self._tried.setdefault(application_id, deque())
        while tried and tried[0] <= now - self._tries_seconds:
            tried.popleft()
        if len(tried) >= self._tries:
            return tried[0] + self._tries_seconds - now
        tried.append(now)
        return None

    async def _run(self, application: Application, secret: str, digest: bytes) -> bool:
        loop = asyncio.get_running_loop()
        right = await loop.run_in_executor(self._threads, _matches, application, secret)
        memory = self._memories.get(application.id)
        if memory is None or memory.secret_hash != application.secret_hash:
            memory = self._memories[application.id] = _Memory(application.secret_hash)
        if right:
            memory.right = digest
            self._tried.pop(application.id, None)
        else:
            memory.wrong = memory.wrong or deque(maxlen=REMEMBERED_WRONG)
            memory.wrong.append(digest)
        return right


def _matches(application: Application, secret: str) -> bool:
    try:
        return _hasher.verify(application.secret_hash, secret.encode("utf-8", "surrogatepass"))
    except InvalidHashError:
        _log.error("the stored secret hash is not one of Argon2", application=application.key)
        return False
    except VerificationError:
        return False
