"""People sign in on our pages with e-mail and password, and stay signed in for some hours.

Rule: every failed try gets the same sentence and costs the same work, whether there is such a person or not;
tries are counted for the e-mail and for the caller's address, in all processes together.

What is counted by an e-mail or an address takes one of a fixed number of negative owners, so that made-up
ones can't fill the store.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address

import msgspec
import structlog

from viesti.domain.estate import User
from viesti.services.digests import digest
from viesti.services.estate import EstateCache
from viesti.services.oauth.lifetimes import Lifetimes
from viesti.services.secret_check import SecretCheck, hash_secret
from viesti.services.throttle import Throttle
from viesti.storage.store import Store

TRIES = 10  # for an e-mail
TRIES_FROM = 100  # from an address
TRIES_SECONDS = 600
OWNERS = 1 << 16  # for e-mails, and as many for addresses
COOKIE = "viesti_sign_in"  # that shows a sign-in
COOKIE_OCTETS = 32
MAX_EMAIL = 320
WRONG = "The e-mail address or the password is wrong."

_log = structlog.get_logger()


class SignedIn(msgspec.Struct, frozen=True):
    """A sign-in. `cookie` is shown once, here."""

    cookie: str
    user: User


class NotSignedIn(msgspec.Struct, frozen=True):
    """Why not, in a sentence. `retry_after`: seconds to wait, when waiting helps."""

    sentence: str
    retry_after: int | None = None


class Session(msgspec.Struct, frozen=True):
    """Who is signed in, and the text that his forms must carry."""

    user: User
    csrf: str


class SignIn:
    """Signs people in and out. `token(octets)` gives text that can't be guessed."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        secrets: SecretCheck,
        throttle: Throttle,
        lifetimes: Lifetimes,
        now: Callable[[], datetime],
        token: Callable[[int], str],
    ) -> None:
        self._store = store
        self._estate = estate
        self._secrets = secrets
        self._throttle = throttle
        self._lifetimes = lifetimes
        self._now = now
        self._token = token
        self._nobodys: str | None = None

    async def __call__(self, email: str, password: str, peer: str) -> SignedIn | NotSignedIn:
        """Sign in. `peer`: the caller's address. Raises `StoreUnavailable`."""
        email = email.strip().lower()[:MAX_EMAIL]
        wait = await self._wait(email, peer)
        if wait is not None:
            return NotSignedIn(f"Too many tries. Wait {_minutes(wait)} and try again.", wait)
        user = self._estate.current.user_of.get(email)
        stored = user.password_hash if user else None
        owner = user.id if user and stored else email_owner(email)
        right = await self._secrets.verify(owner, stored or await self._nobodys_hash(), password)
        if isinstance(right, float):
            wait = max(1, round(right + 0.5))
            return NotSignedIn(f"Too many tries. Wait {_minutes(wait)} and try again.", wait)
        if not right or user is None or stored is None or not user.enabled:
            _log.info("sign-in refused", user=user.id if user else None)
            return NotSignedIn(WRONG)
        cookie = self._token(COOKIE_OCTETS)
        now = self._now()
        async with self._store.transaction() as tx:
            expires = now + self._lifetimes.sign_in
            await tx.access.add_sign_in(digest(cookie), user.id, _form_text(cookie, stored), now, expires)
        _log.info("signed in", user=user.id)
        return SignedIn(cookie, user)

    async def session(self, cookie: str) -> Session | None:
        """Who shows this cookie. A disabled person and a changed password end a sign-in.

        Raises `StoreUnavailable`.
        """
        if not cookie:
            return None
        async with self._store.transaction() as tx:
            row = await tx.access.sign_in(digest(cookie))
        user = self._estate.current.estate.users.get(row.user_id) if row else None
        if row is None or user is None or not user.enabled or user.password_hash is None:
            return None
        if self._now() >= row.expires_at:
            return None
        csrf = _form_text(cookie, user.password_hash)
        return Session(user, csrf) if hmac.compare_digest(csrf, row.csrf) else None

    async def end(self, cookie: str) -> None:
        """Sign out. Raises `StoreUnavailable`."""
        async with self._store.transaction() as tx:
            await tx.access.end_sign_in(digest(cookie))

    async def _wait(self, email: str, peer: str) -> int | None:
        """Seconds to wait when there were too many tries; else one more is counted."""
        budgets = [(email_owner(email), TRIES)]
        if _is_far(peer):
            budgets.insert(0, (-OWNERS - _number(peer), TRIES_FROM))
        for owner, tries in budgets:
            budget = await self._throttle(owner, 0, tries, TRIES_SECONDS)
            if not budget.allowed:
                return budget.reset
        return None

    async def _nobodys_hash(self) -> str:
        """A hash that no password has, so that an unknown e-mail takes as long as a known one."""
        if self._nobodys is None:
            self._nobodys = await asyncio.to_thread(hash_secret, self._token(COOKIE_OCTETS))
        return self._nobodys


def email_owner(email: str) -> int:
    """Whom tries for an e-mail are counted for."""
    return -_number(email)


def _number(text: str) -> int:
    return 1 + int.from_bytes(digest(text)[:8], "big") % OWNERS


def _form_text(cookie: str, password_hash: str) -> str:
    """What the forms of a sign-in carry: another for each sign-in and each password."""
    return hmac.digest(cookie.encode(), f"form {password_hash}".encode(), "sha256").hex()


def _is_far(peer: str) -> bool:
    """Whether an address tells callers apart: a private one is a proxy's of ours."""
    try:
        return ip_address(peer).is_global
    except ValueError:
        return False


def _minutes(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"
