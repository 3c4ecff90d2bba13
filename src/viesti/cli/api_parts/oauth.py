"""The services behind `api/oauth`, and the guard that knows callers by their tokens."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

from viesti.api.access_guard import TokenGuard
from viesti.api.oauth import OAuthServices
from viesti.api.oauth.sign_in_pages import SignInPages
from viesti.api.oauth.token_endpoints import TokenEndpoints
from viesti.cli.api_parts.parts import Parts
from viesti.services.oauth.consent import Consent
from viesti.services.oauth.exchange import Exchange, ProveClient
from viesti.services.oauth.lifetimes import Lifetimes
from viesti.services.oauth.revoke import Revoke
from viesti.services.oauth.sign_in import SignIn


def make(parts: Parts) -> OAuthServices:
    """Make them."""
    lifetimes, token = _lifetimes(parts), _token(parts)
    store, estate, now = parts.store, parts.estate, parts.now
    prove = ProveClient(estate, parts.secrets)
    return OAuthServices(
        pages=SignInPages(
            estate,
            make_sign_in(parts),
            Consent(store, estate, lifetimes, now, token),
            int(lifetimes.sign_in.total_seconds()),
            parts.base_url,
            token,
        ),
        tokens=TokenEndpoints(
            Exchange(store, estate, prove, lifetimes, parts.authorise.drop, now, token),
            Revoke(store, prove, lifetimes, parts.authorise.drop, now),
            parts.base_url,
        ),
    )


def make_sign_in(parts: Parts) -> SignIn:
    """How people sign in, for all pages that ask for it."""
    return SignIn(
        parts.store,
        parts.estate,
        parts.secrets,
        parts.throttle,
        _lifetimes(parts),
        parts.now,
        _token(parts),
    )


def _lifetimes(parts: Parts) -> Lifetimes:
    settings = parts.settings
    return Lifetimes(
        access=timedelta(minutes=settings.oauth_access_minutes),
        refresh=timedelta(days=settings.oauth_refresh_days),
        grace=timedelta(minutes=settings.oauth_grace_minutes),
    )


def _token(parts: Parts) -> Callable[[int], str]:
    """What gives text that can't be guessed, of so many octets."""
    return lambda octets: base64.urlsafe_b64encode(parts.chance(octets)).rstrip(b"=").decode()


def make_guard(parts: Parts) -> TokenGuard:
    """The guard; it follows ends of access from the moment the store's listener starts."""
    parts.authorise.watch()
    return TokenGuard(parts.authorise, parts.throttle)
