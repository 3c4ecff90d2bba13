"""The authorization endpoint: what a program asks a person for, and the code for his consent.

Rule: nothing is ever sent to a redirect URI that the client did not register, octet by octet; and the request
is judged anew, from its own text, when the person has decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

import msgspec
import structlog

from viesti.domain.estate import OAuthClient, User
from viesti.services.digests import digest
from viesti.services.estate import EstateCache
from viesti.services.oauth.authlib_server import Desk, Held, Problem
from viesti.services.oauth.lifetimes import Lifetimes
from viesti.services.oauth.permission import not_permitted
from viesti.services.oauth.scopes import Asked, read_scopes
from viesti.storage.store import Store

MAX_QUERY = 16 << 10  # octets of an authorization request
MAX_STATE = 8 << 10  # characters
MAX_PARAMETERS = 50
# Those that say where an answer goes; when they are wrong there is nobody to send it to.
_OURS = ("client_id", "redirect_uri")
_ONCE = ("response_type", "scope", "state", "code_challenge", "code_challenge_method")

_log = structlog.get_logger()


class Unanswerable(msgspec.Struct, frozen=True):
    """A request that is answered on our own page, as there is no address to trust."""

    sentence: str


class SendBack(msgspec.Struct, frozen=True):
    """Where the browser goes: back to the client, with a code or an error."""

    location: str


class ConsentRequest(msgspec.Struct, frozen=True):
    """A program asks to act for a person."""

    client: OAuthClient
    redirect_uri: str
    parameters: Mapping[str, str]
    asked: Asked

    def back(self, *parameters: tuple[str, str]) -> SendBack:
        """Back to the client, with these parameters and its state."""
        return _back(self.redirect_uri, self.parameters, parameters)

    def denied(self) -> SendBack:
        """Back to the client without a consent."""
        return self.back(("error", "access_denied"), ("error_description", "Access was not allowed."))


class Consent:
    """Judges authorization requests and gives codes. `token(octets)` gives text that can't be guessed."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        lifetimes: Lifetimes,
        now: Callable[[], datetime],
        token: Callable[[int], str],
    ) -> None:
        self._store = store
        self._estate = estate
        self._lifetimes = lifetimes
        self._now = now
        self._token = token

    def read(self, query: str) -> ConsentRequest | Unanswerable | SendBack:
        """The authorization request in a query, or what becomes of one that is wrong."""
        pairs = _pairs(query)
        if isinstance(pairs, Unanswerable):
            return pairs
        repeated = {name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1}
        parameters = dict(pairs)
        client = self._estate.current.client_of.get(parameters.get("client_id", ""))
        if client is None or not client.enabled or not repeated.isdisjoint(_OURS):
            return Unanswerable("The program that sent you here is not known to this server (client_id).")
        redirect_uri = _redirect_uri(client, parameters.get("redirect_uri"))
        if redirect_uri is None:
            return Unanswerable(
                f"The address that {client.name} wants you sent back to is not registered for it "
                "(redirect_uri). Its administrator can register it."
            )
        if len(parameters.get("state", "")) > MAX_STATE:
            return Unanswerable(f"The request is too long: state has more than {MAX_STATE} characters.")
        asked = read_scopes(parameters.get("scope", ""))
        problem = _twice(repeated) or self._problem(client, parameters)
        if problem is not None or asked is None:
            problem = problem or Problem("invalid_scope", "No such scope.")
            told = (("error", problem.error), ("error_description", problem.description))
            return _back(redirect_uri, parameters, told)
        return ConsentRequest(client, redirect_uri, parameters, asked)

    async def allow(self, request: ConsentRequest, user: User) -> SendBack:
        """Note a person's consent and give a code for it. Raises `StoreUnavailable`."""
        if not_permitted(self._estate.current, user, request.client):
            return request.denied()
        now = self._now()
        desk = Desk(Held(now, client=request.client), self._lifetimes, self._token)
        made = desk.give_code(request.parameters, user)
        if isinstance(made, Problem):
            return request.back(("error", made.error), ("error_description", made.description))
        connection, audit = await self._store.ids.take((0, 0))
        scopes = sorted(request.asked.scopes)
        async with self._store.transaction() as tx:
            await tx.access.add_grant(connection, user.id, request.client.id, scopes, request.asked.text, now)
            await tx.access.add_code(
                digest(made.code),
                connection,
                made.redirect_uri,
                made.challenge,
                made.challenge_method,
                now + self._lifetimes.code,
            )
            detail = {"client": request.client.key, "scopes": scopes}
            await tx.estate_edit.audit(
                [(audit, now, f"user:{user.email}", "allow connection", str(connection), detail)]
            )
        _log.info("connection allowed", connection=connection, user=user.id, client=request.client.key)
        return request.back(("code", made.code))

    def _problem(self, client: OAuthClient, parameters: Mapping[str, str]) -> Problem | None:
        if parameters.get("response_type") != "code":
            return Problem("unsupported_response_type", "The response_type must be code.")
        if client.secret_hash is None and not parameters.get("code_challenge"):
            return Problem("invalid_request", "A client without a secret must send a code_challenge.")
        desk = Desk(Held(self._now(), client=client), self._lifetimes, self._token)
        return desk.consent_problem(parameters)


def _pairs(query: str) -> list[tuple[str, str]] | Unanswerable:
    """The parameters; octets that are no UTF-8 are kept, for `state` is given back as it came."""
    if len(query) > MAX_QUERY:
        return Unanswerable(f"The request is too long: more than {MAX_QUERY} octets.")
    try:
        return parse_qsl(
            query, keep_blank_values=True, errors="surrogateescape", max_num_fields=MAX_PARAMETERS
        )
    except ValueError:
        return Unanswerable(f"The request has more than {MAX_PARAMETERS} parameters.")


def _redirect_uri(client: OAuthClient, named: str | None) -> str | None:
    """Where this client's answers go: the address it names, if it is one of its own; or its only one."""
    if named:
        return named if named in client.redirect_uris else None
    return client.redirect_uris[0] if len(client.redirect_uris) == 1 else None


def _twice(repeated: set[str]) -> Problem | None:
    for name in _ONCE:
        if name in repeated:
            return Problem("invalid_request", f"The parameter {name} is there twice.")
    return None


def _back(redirect_uri: str, asked: Mapping[str, str], parameters: Sequence[tuple[str, str]]) -> SendBack:
    state = (("state", asked["state"]),) if "state" in asked else ()
    query = urlencode((*parameters, *state), errors="surrogateescape")
    return SendBack(f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}")
