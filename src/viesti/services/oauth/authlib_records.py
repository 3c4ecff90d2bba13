"""What we hold, in the forms that Authlib asks: the request, the client, the code, the token.

Rule: they answer from what was loaded, and decide nothing that Authlib decides.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, OAuth2Request, TokenMixin
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6749.util import extract_basic_authorization

from viesti.domain.access import Code, Token
from viesti.domain.estate import OAuthClient
from viesti.services.oauth.scopes import in_short, read_scopes


def presented(form: Mapping[str, str], authorization: str) -> tuple[str | None, str | None]:
    """The client id and secret that a request shows, in the header or the form; the header comes first."""
    client_id, secret = _basic(authorization)
    if client_id:
        return client_id, secret
    return form.get("client_id"), form.get("client_secret")


def _basic(authorization: str) -> tuple[str | None, str | None]:
    try:
        client_id, secret = extract_basic_authorization({"Authorization": authorization})
    except ValueError:  # octets that are no text; Authlib would fail on them
        return None, None
    return client_id, secret


class Request(OAuth2Request):
    """A request by its members; its fixed https address stands for wherever TLS ends."""

    def __init__(self, method: str, values: Mapping[str, str], authorization: str) -> None:
        headers = {"Authorization": authorization} if _basic(authorization)[0] else {}
        super().__init__(method, "https://issuer.invalid/", headers=headers)
        self.payload = BasicOAuth2Payload(dict(values))

    @property
    def args(self) -> Any:
        return self.payload.data

    @property
    def form(self) -> Any:
        return self.payload.data


class Client(ClientMixin):
    """A client. `secret` is what it showed, when that was proven right."""

    def __init__(self, row: OAuthClient, secret: str | None) -> None:
        self.row = row
        self._secret = secret
        self.public = row.secret_hash is None

    def get_client_id(self) -> str:
        return self.row.client_id

    def get_default_redirect_uri(self) -> str | None:
        return self.row.redirect_uris[0] if len(self.row.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        asked = read_scopes(scope or "")
        return in_short(asked.scopes) if asked else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.row.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        if self._secret is None:
            return False
        return hmac.compare_digest(_octets(client_secret), _octets(self._secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method == "none") == self.public

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


class HeldCode(AuthorizationCodeMixin):
    """A code that was given out."""

    def __init__(self, row: Code) -> None:
        self.code_challenge = row.challenge
        self.code_challenge_method = row.challenge_method
        self._row = row

    def get_redirect_uri(self) -> str:
        return self._row.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self._row.connection.scopes)


class HeldToken(TokenMixin):
    """A token that was given out."""

    def __init__(self, row: Token) -> None:
        self._row = row

    def check_client(self, client: Client) -> bool:
        return self._row.connection.client_id == client.row.id

    def get_scope(self) -> str:
        return " ".join(self._row.connection.scopes)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
