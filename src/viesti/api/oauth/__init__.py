"""Sign-in for connectors: OAuth 2.0 with its pages.

Rule: it knows tokens and people, and nothing of what a dialect does with them.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from viesti.api.answer import Answer, Endpoint, Refusal
from viesti.api.oauth.page import own_file
from viesti.api.oauth.sign_in_pages import SignInPages
from viesti.api.oauth.token_endpoints import TokenEndpoints


@dataclass(frozen=True, slots=True)
class OAuthServices:
    """What the endpoints call."""

    pages: SignInPages
    tokens: TokenEndpoints


def routes(services: OAuthServices) -> list[Route]:
    """Every path of it."""
    pages, tokens = services.pages, services.tokens
    return [
        Route("/oauth/authorize", Endpoint(pages.authorize), methods=["GET"]),
        Route("/oauth/authorize", Endpoint(pages.decide), methods=["POST"]),
        Route("/oauth/sign-in", Endpoint(pages.for_our_page), methods=["GET"]),
        Route("/oauth/sign-in", Endpoint(pages.sign_in), methods=["POST"]),
        Route("/oauth/sign-out", Endpoint(pages.sign_out), methods=["POST"]),
        Route("/oauth/token", Endpoint(tokens.token), methods=["POST"]),
        Route("/oauth/revoke", Endpoint(tokens.revoke), methods=["POST"]),
        Route("/.well-known/oauth-authorization-server", Endpoint(tokens.describe), methods=["GET"]),
        *(_file(name) for name in ("style.css", "mark.svg")),
    ]


def _file(name: str) -> Route:
    async def serve(scope: object, receive: object) -> Answer | Refusal:
        return own_file(name)

    return Route(f"/oauth/{name}", Endpoint(serve), methods=["GET"])
