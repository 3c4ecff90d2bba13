"""Authlib's rules of OAuth2, asked about one request at a time: load, decide, write.

Rule: this and `authlib_records` are the only importers of Authlib. It decides in memory from what was loaded
(`Held`), and touches neither the store nor the clock; what it decided stands in `Work`, and the caller
writes it.

Authlib sees short scope names only (`scopes.py` translates), and a fixed https address: TLS may end before
us.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, grants
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7636.challenge import create_s256_code_challenge

from viesti.domain.access import Code, Token
from viesti.domain.estate import OAuthClient, User
from viesti.services.oauth.authlib_records import Client, HeldCode, HeldToken, Request
from viesti.services.oauth.lifetimes import Lifetimes, Standing, standing
from viesti.services.principal import Scope

ACCESS, REFRESH, CODE = "vsa_", "vsr_", "vsc_"  # how each kind of secret begins
TOKEN_OCTETS = 32
CLIENT_AUTH = ("client_secret_basic", "client_secret_post", "none")

# At its debug level Authlib writes tokens into the log.
logging.getLogger("authlib").setLevel(logging.INFO)


class Held(msgspec.Struct, frozen=True):
    """What the request names, as it was loaded. `user` is None when nobody may act for him (any more)."""

    now: datetime
    client: OAuthClient | None = None
    secret: str | None = None  # the client's, when it was proven right
    code: Code | None = None
    token: Token | None = None
    user: User | None = None


class NewCode(msgspec.Struct, frozen=True):
    """A code to give out."""

    code: str
    redirect_uri: str
    challenge: str | None
    challenge_method: str | None


class NewTokens(msgspec.Struct, frozen=True):
    """Tokens to give out. `scopes` are short names."""

    access: str
    refresh: str | None
    scopes: str


class Work(msgspec.Struct):
    """What was decided and is to be written."""

    code: NewCode | None = None
    tokens: NewTokens | None = None
    replayed: bool = False  # a code or a refresh token was used that must be taken for stolen
    revoked: bool = False


class Problem(msgspec.Struct, frozen=True):
    """What OAuth2 answers to a request that is not served."""

    error: str
    description: str


class Decided(msgspec.Struct, frozen=True):
    """Status, members and headers of an answer, and what is to be written for it."""

    status: int
    members: Mapping[str, Any]
    headers: tuple[tuple[str, str], ...]
    work: Work


class Desk:
    """Decides one request. `token(octets)` gives text that can't be guessed."""

    def __init__(self, held: Held, lifetimes: Lifetimes, token: Callable[[int], str]) -> None:
        self._server = _Server(held, lifetimes, token)

    def consent_problem(self, parameters: Mapping[str, str]) -> Problem | None:
        """What is wrong with an authorization request, whose client and redirect URI are good."""
        request = Request("GET", parameters, "")
        try:
            self._server.get_consent_grant(request)
        except OAuth2Error as error:
            return _problem(error)
        return None

    def give_code(self, parameters: Mapping[str, str], user: User) -> NewCode | Problem:
        """A code for this person's consent."""
        request = Request("POST", parameters, "")
        try:
            grant = self._server.get_consent_grant(request, user)
            self._server.create_authorization_response(grant.request, grant_user=user, grant=grant)
        except OAuth2Error as error:
            return _problem(error)
        assert self._server.work.code is not None  # Authlib saved it, or raised
        return self._server.work.code

    def exchange(self, form: Mapping[str, str], authorization: str) -> Decided:
        """Answer a request for tokens."""
        return self._decided(self._server.create_token_response(Request("POST", form, authorization)))

    def revoke(self, form: Mapping[str, str], authorization: str) -> Decided:
        """Answer a request to end a token."""
        request = Request("POST", form, authorization)
        return self._decided(self._server.create_endpoint_response("revocation", request))

    def _decided(self, answer: tuple[int, Mapping[str, Any], list[tuple[str, str]]]) -> Decided:
        status, members, headers = answer
        shown = tuple((name, value) for name, value in headers if name.lower() != "content-type")
        return Decided(status, members, shown, self._server.work)


def _problem(error: OAuth2Error) -> Problem:
    return Problem(error.error, error.get_error_description() or "")


class _CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTH
    server: _Server

    def generate_authorization_code(self) -> str:
        return CODE + self.server.token(TOKEN_OCTETS)

    def save_authorization_code(self, code: str, request: Request) -> None:
        asked = request.payload.data
        challenge = asked.get("code_challenge") or None
        method = (asked.get("code_challenge_method") or "plain") if challenge else None
        self.server.work.code = NewCode(code, asked.get("redirect_uri", ""), challenge, method)

    def query_authorization_code(self, code: str, client: Client) -> HeldCode | None:
        held = self.server.held.code
        if held is None or held.connection.client_id != client.row.id:
            return None
        if held.used_at is not None:
            self.server.work.replayed = True
            return None
        over = held.connection.ended_at is not None or self.server.held.now >= held.expires_at
        return None if over else HeldCode(held)

    def delete_authorization_code(self, authorization_code: HeldCode) -> None:
        """Nothing: the caller marks a code as used when tokens are given for it."""

    def authenticate_user(self, authorization_code: HeldCode) -> User | None:
        return self.server.held.user


class _Challenge(CodeChallenge):
    """PKCE: a client without a secret must use it, another may."""

    CODE_CHALLENGE_METHODS: ClassVar[dict[str, Callable[[str, str], bool]]] = {
        "plain": lambda verifier, challenge: hmac.compare_digest(verifier, challenge),
        "S256": lambda verifier, challenge: hmac.compare_digest(
            create_s256_code_challenge(verifier), challenge
        ),
    }


class _RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTH
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: _Server

    def authenticate_refresh_token(self, refresh_token: str) -> HeldToken | None:
        held = self.server.held
        token = held.token
        if token is None or token.kind != "refresh" or token.connection.client_id != self.client.row.id:
            return None
        if token.connection.ended_at is not None or held.user is None:
            return None
        worth = standing(token.expires_at, token.superseded_at, held.now, self.server.lifetimes.grace)
        if worth is Standing.REPLAYED:
            self.server.work.replayed = True
        return HeldToken(token) if worth is Standing.GOOD else None

    def authenticate_user(self, refresh_token: HeldToken) -> User | None:
        return self.server.held.user

    def revoke_old_credential(self, refresh_token: HeldToken) -> None:
        """Nothing: the old one stays good for a while (see `lifetimes`)."""


class _Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = CLIENT_AUTH
    server: _Server

    def query_token(self, token_string: str, token_type_hint: str | None) -> HeldToken | None:
        held = self.server.held.token
        return HeldToken(held) if held else None

    def revoke_token(self, token: HeldToken, request: Request) -> None:
        self.server.work.revoked = True


class _Server(AuthorizationServer):
    def __init__(self, held: Held, lifetimes: Lifetimes, token: Callable[[int], str]) -> None:
        super().__init__()
        self.held = held
        self.lifetimes = lifetimes
        self.token = token
        self.work = Work()
        self.register_token_generator("default", self._generator())
        self.register_grant(_CodeGrant, [_Challenge(required=True)])
        self.register_grant(_RefreshGrant)
        self.register_endpoint(_Revocation)

    def _generator(self) -> Any:
        bearer = BearerTokenGenerator(
            lambda **_: ACCESS + self.token(TOKEN_OCTETS),
            lambda **_: REFRESH + self.token(TOKEN_OCTETS),
            int(self.lifetimes.access.total_seconds()),
        )

        def generate(scope: str, include_refresh_token: bool = True, **asked: Any) -> dict[str, Any]:
            """Only who was allowed to stay connected is given a refresh token."""
            stays = include_refresh_token and Scope.OFFLINE in self.granted
            made: dict[str, Any] = bearer(scope=scope, include_refresh_token=stays, **asked)
            return made

        return generate

    @property
    def granted(self) -> tuple[str, ...]:
        """The scopes of the connection that is asked for tokens."""
        held = self.held.code or self.held.token
        return held.connection.scopes if held else ()

    def query_client(self, client_id: str) -> Client | None:
        row = self.held.client
        if row is None or not row.enabled or row.client_id != client_id:
            return None
        return Client(row, self.held.secret)

    def save_token(self, token: Mapping[str, Any], request: Request) -> None:
        self.work.tokens = NewTokens(token["access_token"], token.get("refresh_token"), token["scope"])

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Request) -> Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, Any]:
        return status, body, headers
