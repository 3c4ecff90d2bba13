"""The token endpoint: a code or a refresh token is exchanged for new tokens.

Rule: what the request names is locked, judged and written in one transaction; a code works once, and what
must be taken for stolen ends the whole connection, in every process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import structlog

from viesti.domain.access import Code, Connection, NewToken, Token
from viesti.domain.estate import OAuthClient, User
from viesti.services.authorise import TOPIC
from viesti.services.digests import digest
from viesti.services.estate import EstateCache
from viesti.services.oauth.authlib_records import presented
from viesti.services.oauth.authlib_server import Decided, Desk, Held, NewTokens
from viesti.services.oauth.lifetimes import Lifetimes
from viesti.services.oauth.permission import not_permitted
from viesti.services.oauth.scopes import read_scopes
from viesti.services.secret_check import SecretCheck
from viesti.storage.store import Store, Transaction

_CHALLENGE = (("WWW-Authenticate", 'Basic realm="Viesti"'),)
_log = structlog.get_logger()


class TokenAnswer(msgspec.Struct, frozen=True):
    """Status, members and headers of an answer of the token endpoints."""

    status: int
    members: Mapping[str, Any]
    headers: tuple[tuple[str, str], ...] = ()


class Proof(msgspec.Struct, frozen=True):
    """The client a request names, and its secret when that was right."""

    client: OAuthClient | None
    secret: str | None


class ProveClient:
    """Checks the id and secret that a request shows."""

    def __init__(self, estate: EstateCache, secrets: SecretCheck) -> None:
        self._estate = estate
        self._secrets = secrets

    async def __call__(self, form: Mapping[str, str], authorization: str) -> Proof | TokenAnswer:
        """The proof, or an answer when there were too many tries."""
        client_id, secret = presented(form, authorization)
        client = self._estate.current.client_of.get(client_id or "")
        if client is None or client.secret_hash is None or not secret:
            return Proof(client, None)
        right = await self._secrets.verify(client.id, client.secret_hash, secret)
        if isinstance(right, float):
            wait = max(1, round(right + 0.5))
            return problem(
                429, "temporarily_unavailable", "Too many wrong secrets; wait.", ("Retry-After", str(wait))
            )
        return Proof(client, secret if right else None)


class Exchange:
    """Gives tokens. `ended` tells this process, without waiting for the notification, that access ended;
    `token(octets)` gives text that can't be guessed."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        prove: ProveClient,
        lifetimes: Lifetimes,
        ended: Callable[[], None],
        now: Callable[[], datetime],
        token: Callable[[int], str],
    ) -> None:
        self._store = store
        self._estate = estate
        self._prove = prove
        self._lifetimes = lifetimes
        self._ended = ended
        self._now = now
        self._token = token

    async def __call__(self, form: Mapping[str, str], authorization: str) -> TokenAnswer:
        """Answer a request for tokens. Raises `StoreUnavailable`."""
        proof = await self._prove(form, authorization)
        if isinstance(proof, TokenAnswer):
            return proof
        answers: list[TokenAnswer] = []

        async def work(tx: Transaction) -> None:
            answers.append(await self._decide(tx, proof, form, authorization))

        await self._store.run(work)
        return answers[-1]

    async def _decide(
        self, tx: Transaction, proof: Proof, form: Mapping[str, str], authorization: str
    ) -> TokenAnswer:
        code = token = None
        if form.get("grant_type") == "authorization_code":  # a `code` sent along with a refresh says nothing
            code = await tx.access.lock_code(digest(form.get("code", "")))
        elif form.get("grant_type") == "refresh_token":
            token = await tx.access.lock_refresh(digest(form.get("refresh_token", "")))
        named = code or token
        held = Held(
            self._now(),
            proof.client,
            proof.secret,
            code,
            token,
            self._permitted(named.connection, proof.client) if named else None,
        )
        asked = read_scopes(form.get("scope", "")) if form.get("scope") else None
        decided = Desk(held, self._lifetimes, self._token).exchange(_in_short(form), authorization)
        if named is not None and decided.work.replayed:
            await _end_stolen(tx, named.connection, held.now, "code" if code else "refresh token")
            tx.after_commit(self._ended)
        if named is None or decided.work.tokens is None:
            return as_answer(decided)
        await self._write(tx, form, code, token, decided.work.tokens, held.now)
        text = asked.text if asked and token else named.connection.scope_text
        return TokenAnswer(decided.status, {**decided.members, "scope": text}, decided.headers)

    async def _write(
        self,
        tx: Transaction,
        form: Mapping[str, str],
        code: Code | None,
        token: Token | None,
        made: NewTokens,
        now: datetime,
    ) -> None:
        parent = None
        if code is not None:
            connection = code.connection
            await tx.access.use_code(digest(form["code"]), now)
        else:
            assert token is not None  # one of them was exchanged
            connection = token.connection
            parent = digest(form["refresh_token"])
            if token.parent is not None:
                await tx.access.supersede(token.parent, now)
            await tx.access.touch_grant(connection.id, now)
        scopes = tuple(made.scopes.split())
        until = now + self._lifetimes.access
        tokens = [NewToken(digest(made.access), connection.id, "access", None, scopes, until, now)]
        if made.refresh is not None:
            until = now + self._lifetimes.refresh
            tokens.append(NewToken(digest(made.refresh), connection.id, "refresh", parent, None, until, now))
        await tx.access.add_tokens(tokens)

    def _permitted(self, connection: Connection, client: OAuthClient | None) -> User | None:
        """The person of a connection, while he may be acted for by this client."""
        snapshot = self._estate.current
        user = snapshot.estate.users.get(connection.user_id)
        if user is None or client is None or not user.enabled:
            return None
        return None if not_permitted(snapshot, user, client) else user


async def _end_stolen(tx: Transaction, connection: Connection, now: datetime, what: str) -> None:
    await tx.access.end_grant(connection.id, now)
    await tx.notify(TOPIC)
    _log.warning(
        f"a {what} was used that had been exchanged before; the connection is ended",
        connection=connection.id,
        user=connection.user_id,
    )


def _in_short(form: Mapping[str, str]) -> dict[str, str]:
    """The form with its scopes in short, so that they compare; unknown ones stay, to be refused."""
    asked = read_scopes(form["scope"]) if form.get("scope") else None
    return {**form, "scope": " ".join(sorted(asked.scopes))} if asked else dict(form)


def as_answer(decided: Decided) -> TokenAnswer:
    """What was decided, with our words for what Authlib says in its own."""
    members = dict(decided.members)
    headers = decided.headers
    if members.get("error") == "invalid_client":
        members["error_description"] = "The client_id or its secret is wrong."
        headers = tuple(pair for pair in headers if pair[0].lower() != "www-authenticate")
        headers += _CHALLENGE
        return TokenAnswer(401, members, headers)
    return TokenAnswer(decided.status, members, headers)


def problem(status: int, error: str, description: str, *headers: tuple[str, str]) -> TokenAnswer:
    """An OAuth2 error."""
    return TokenAnswer(status, {"error": error, "error_description": description}, headers)
