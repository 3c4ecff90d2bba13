"""What programs call: tokens, their end, and the description of this server.

Rule: every answer here is OAuth2's own form, and none may be kept by anybody on its way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.types import Receive, Scope

from viesti.api.answer import Answer, Headers, Refusal, answer_json, encode
from viesti.api.oauth import forms
from viesti.services.oauth.authlib_server import CLIENT_AUTH
from viesti.services.oauth.exchange import Exchange, TokenAnswer
from viesti.services.oauth.revoke import Revoke
from viesti.services.oauth.scopes import IN_WORDS

_UNKEPT: Headers = ((b"cache-control", b"no-store"), (b"pragma", b"no-cache"))
_Act = Callable[[Mapping[str, str], str], Awaitable[TokenAnswer]]


class TokenEndpoints:
    """Serves them. `base_url`: where callers reach us."""

    def __init__(self, exchange: Exchange, revoke: Revoke, base_url: str) -> None:
        self._exchange = exchange
        self._revoke = revoke
        self._metadata = metadata(base_url)

    async def token(self, scope: Scope, receive: Receive) -> Answer | Refusal:
        """POST /oauth/token"""
        return await _answer(self._exchange, scope, receive)

    async def revoke(self, scope: Scope, receive: Receive) -> Answer | Refusal:
        """POST /oauth/revoke"""
        return await _answer(self._revoke, scope, receive)

    async def describe(self, scope: Scope, receive: Receive) -> Answer | Refusal:
        """GET /.well-known/oauth-authorization-server"""
        return answer_json(self._metadata)


def metadata(base_url: str) -> dict[str, Any]:
    """This server as RFC 8414 describes one."""
    base = base_url.rstrip("/")
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "revocation_endpoint": f"{base}/oauth/revoke",
        "scopes_supported": list(IN_WORDS),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": list(CLIENT_AUTH),
        "revocation_endpoint_auth_methods_supported": list(CLIENT_AUTH),
        "code_challenge_methods_supported": ["S256", "plain"],
    }


async def _answer(act: _Act, scope: Scope, receive: Receive) -> Answer:
    form = await forms.read_form(scope, receive)
    if isinstance(form, Refusal):
        members = {"error": "invalid_request", "error_description": form.message}
        return Answer(form.status, encode(members), (*_UNKEPT, *form.headers))
    done = await act(form, forms.header(scope, b"authorization").decode("latin-1"))
    headers = tuple(
        (name.lower().encode(), value.encode())
        for name, value in done.headers
        if name.lower() not in ("cache-control", "pragma")
    )
    return Answer(done.status, encode(done.members), (*_UNKEPT, *headers))
