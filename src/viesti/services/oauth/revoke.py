"""Ends access: a client ends a token (RFC 7009), an administrator ends a connection.

Rule: a refresh token's end is the end of its connection and of every token of it, in every process at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from viesti.domain.access import ConnectionSeen
from viesti.services.authorise import TOPIC
from viesti.services.digests import digest
from viesti.services.oauth.authlib_server import Desk, Held
from viesti.services.oauth.exchange import ProveClient, TokenAnswer, as_answer
from viesti.services.oauth.lifetimes import Lifetimes
from viesti.storage.store import Store, Transaction

_log = structlog.get_logger()


class Revoke:
    """Ends tokens for the client they were given to. `ended`: as for `Exchange`."""

    def __init__(
        self,
        store: Store,
        prove: ProveClient,
        lifetimes: Lifetimes,
        ended: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._prove = prove
        self._lifetimes = lifetimes
        self._ended = ended
        self._now = now

    async def __call__(self, form: Mapping[str, str], authorization: str) -> TokenAnswer:
        """Answer a request to end a token. An unknown one is ended already. Raises `StoreUnavailable`."""
        proof = await self._prove(form, authorization)
        if isinstance(proof, TokenAnswer):
            return proof
        # A hint says where to look first; we look everywhere.
        form = {name: value for name, value in form.items() if name != "token_type_hint"}
        answers: list[TokenAnswer] = []

        async def work(tx: Transaction) -> None:
            known = digest(form.get("token", ""))
            held = Held(self._now(), proof.client, proof.secret, token=await tx.access.token(known))
            decided = Desk(held, self._lifetimes, _nothing_new).revoke(form, authorization)
            if held.token is not None and decided.work.revoked:
                if held.token.kind == "refresh":
                    await tx.access.end_grant(held.token.connection.id, held.now)
                else:
                    await tx.access.end_token(known)
                await tx.notify(TOPIC)
                tx.after_commit(self._ended)
                _log.info("token ended", connection=held.token.connection.id, kind=held.token.kind)
            answers.append(as_answer(decided))

        await self._store.run(work)
        return answers[-1]


class Connections:
    """What an administrator sees of connections, and ends."""

    def __init__(self, store: Store, now: Callable[[], datetime], actor: str) -> None:
        self._store = store
        self._now = now
        self._actor = actor

    async def all(self, email: str | None = None) -> list[ConnectionSeen]:
        """Connections, newest first; those of one person when named. Raises `StoreUnavailable`."""
        async with self._store.transaction() as tx:
            return await tx.access.connections(email)

    async def end(self, identifier: int) -> bool:
        """End a connection; False when there is none that still stands. Raises `StoreUnavailable`."""
        audit = await self._store.ids.one(0)
        now = self._now()
        async with self._store.transaction() as tx:
            ended = await tx.access.end_grant(identifier, now)
            if ended:
                await tx.notify(TOPIC)
                await tx.estate_edit.audit([(audit, now, self._actor, "end connection", str(identifier), {})])
        return ended


def _nothing_new(_octets: int) -> str:
    raise AssertionError("nothing is given out when a token is ended")
