"""Who is calling with a token: an access token of a connection, or a personal one of a script.

Rule: what the store said of a token is remembered for some seconds by the token's digest, and dropped in
every process when access is ended; the person, the program and the customers are judged at each call by the
estate as it is then.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

import msgspec

from viesti.domain.estate import OAuthClient, User
from viesti.services.authenticate import Reason, TurnedAway
from viesti.services.digests import digest
from viesti.services.estate import EstateCache, Snapshot
from viesti.services.principal import Principal, Scope
from viesti.storage.store import Store, Transaction

TOPIC = "viesti_access"  # told when access is ended
REMEMBERED = 10_000
SECONDS = 30.0
USED_TO = timedelta(hours=1)  # how exactly a personal token's last use is noted


class Kind(Enum):
    """What a token is, by how it begins and how it is sent."""

    ACCESS = "vsa_"
    PERSONAL = "vsp_"


class Access(msgspec.Struct, frozen=True):
    """What the store says of a live token. `client_id` is None for a personal one."""

    user_id: int
    connection_id: int
    client_id: int | None
    name: str
    scopes: frozenset[Scope]
    expires_at: datetime | None


@dataclass(slots=True)
class _Memory:
    access: Access
    until: float
    snapshot: Snapshot | None = None
    judged: Principal | TurnedAway | None = None


_UNKNOWN = {
    Kind.ACCESS: TurnedAway(Reason.UNPROVEN, "The access token is unknown, expired or ended."),
    Kind.PERSONAL: TurnedAway(Reason.UNPROVEN, "The personal access token is unknown, expired or ended."),
}
_PERSON_OFF = TurnedAway(Reason.DISABLED, "This person's account is disabled.")
_SIGN_IN_OFF = TurnedAway(
    Reason.DISABLED, "Signing in for connectors is not allowed for this person any more."
)
_CLIENT_OFF = TurnedAway(Reason.DISABLED, "This program is disabled.")
_NOT_THEIRS = TurnedAway(Reason.DISABLED, "This program is not for this person any more.")


class Authorise:
    """Knows callers by their tokens."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._store = store
        self._estate = estate
        self._now = now
        self._monotonic = monotonic
        self._memories: OrderedDict[bytes, _Memory] = OrderedDict()
        self._drops = 0

    def watch(self) -> None:
        """Follow the ends of access told by the store's listener."""
        self._store.listener.on(TOPIC, lambda _: self.drop())

    def drop(self) -> None:
        """Remember nothing more, nor what is being read now."""
        self._memories.clear()
        self._drops += 1

    def remembered(self, kind: Kind, token: str) -> Principal | TurnedAway | None:
        """The caller when he is known without work; None when `find` must be awaited."""
        known = digest(token)
        memory = self._memories.get(known)
        if memory is None:
            return None if token.startswith(kind.value) else _UNKNOWN[kind]
        if self._monotonic() >= memory.until:
            del self._memories[known]
            return None
        self._memories.move_to_end(known)
        return self._judge(kind, token, memory)

    async def find(self, kind: Kind, token: str) -> Principal | TurnedAway:
        """The caller, looked up in the store. Raises `StoreUnavailable`."""
        if not token.startswith(kind.value):
            return _UNKNOWN[kind]
        known = digest(token)
        drops = self._drops
        async with self._store.transaction() as tx:
            access = await (self._connection(tx, known) if kind is Kind.ACCESS else self._personal(tx, known))
        if access is None:
            return _UNKNOWN[kind]
        memory = _Memory(access, self._monotonic() + SECONDS)
        if drops == self._drops:  # else access may have ended since it was read
            self._memories[known] = memory
            if len(self._memories) > REMEMBERED:
                self._memories.popitem(last=False)
        return self._judge(kind, token, memory)

    async def _connection(self, tx: Transaction, known: bytes) -> Access | None:
        token = await tx.access.token(known)
        if token is None or token.kind != "access" or token.connection.ended_at is not None:
            return None
        connection = token.connection
        client = self._estate.current.estate.clients.get(connection.client_id)
        return Access(
            connection.user_id,
            connection.id,
            connection.client_id,
            client.key if client else "",
            _scopes(token.scopes or connection.scopes),
            token.expires_at,
        )

    async def _personal(self, tx: Transaction, known: bytes) -> Access | None:
        token = await tx.access.personal(known)
        if token is None or token.ended_at is not None:
            return None
        now = self._now()
        if token.used_at is None or now - token.used_at >= USED_TO:
            await tx.access.use_personal(token.id, now)
        return Access(token.user_id, token.id, None, token.name, _scopes(token.scopes), token.expires_at)

    def _judge(self, kind: Kind, token: str, memory: _Memory) -> Principal | TurnedAway:
        access = memory.access
        if access.expires_at is not None and self._now() >= access.expires_at:
            return _UNKNOWN[kind]
        if not token.startswith(kind.value):
            return _UNKNOWN[kind]
        snapshot = self._estate.current
        if memory.snapshot is not snapshot or memory.judged is None:
            memory.snapshot, memory.judged = snapshot, judge(snapshot, access)
        return memory.judged


def judge(snapshot: Snapshot, access: Access) -> Principal | TurnedAway:
    """What a live token opens by the estate as it is."""
    user = snapshot.estate.users.get(access.user_id)
    if user is None or not user.enabled:
        return _PERSON_OFF
    if access.client_id is None:
        return Principal(user, access.connection_id, access.scopes, access.name)
    client = snapshot.estate.clients.get(access.client_id)
    if client is None or not client.enabled:
        return _CLIENT_OFF
    if not user.connector_sign_in:
        return _SIGN_IN_OFF
    seen = _seen_through(user, client)
    if not seen.customers:
        return _NOT_THEIRS
    return Principal(
        seen,
        access.connection_id,
        access.scopes,
        access.name,
        client.throttle_calls,
        client.throttle_seconds,
    )


def _seen_through(user: User, client: OAuthClient) -> User:
    """The person with the customers that this program may see."""
    if client.customer_id is None:
        return user
    own = {
        identifier: role for identifier, role in user.customers.items() if identifier == client.customer_id
    }
    return replace(user, customers=own)


def _scopes(names: tuple[str, ...]) -> frozenset[Scope]:
    return frozenset(Scope(name) for name in names if name in Scope.__members__.values())
