"""Lets a request in: who is calling, and whether he may call once more.

Rule: this comes before the body is read. Each turning away says why; the headers of the budget are on every
answer that a known caller gets.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from viesti.api.answer import Headers, Refusal
from viesti.api.contract.operation import ANY_CALLER
from viesti.services.authenticate import Authenticate, Caller, Reason, TurnedAway
from viesti.services.throttle import Budget, Throttle

_CHALLENGE: Headers = ((b"www-authenticate", b'Basic realm="Viesti", charset="UTF-8"'),)
_STATUS = {Reason.UNPROVEN: 401, Reason.DISABLED: 403, Reason.TOO_MANY_TRIES: 429}


class Guard:
    """Checks Basic credentials and the call budget of each application."""

    def __init__(self, authenticate: Authenticate, throttle: Throttle) -> None:
        self._authenticate = authenticate
        self._throttle = throttle

    async def admit(
        self, headers: Mapping[bytes, bytes], scope: str = ANY_CALLER
    ) -> tuple[Caller, Headers] | Refusal:
        """Let the sender of these headers in, or say why not. The headers that come with it belong on the
        answer. An application may do all that its customer may, so no scope is asked for. Raises
        `StoreUnavailable`."""
        caller = await self._find(headers)
        if isinstance(caller, Refusal):
            return caller
        return await self._count(caller)

    async def admit_or_nobody(
        self, headers: Mapping[bytes, bytes]
    ) -> tuple[Caller | None, Headers] | Refusal:
        """The caller when his secret is good; nobody when there is none, or a wrong one. For what an
        unguessable id opens by itself. Raises `StoreUnavailable`."""
        caller = await self._find(headers)
        return (None, ()) if isinstance(caller, Refusal) else await self._count(caller)

    async def _find(self, headers: Mapping[bytes, bytes]) -> Caller | Refusal:
        credentials = read_basic(headers.get(b"authorization", b""))
        if isinstance(credentials, Refusal):
            return credentials
        key, secret = credentials
        caller = self._authenticate.remembered(key, secret) or await self._authenticate.verify(key, secret)
        return _turned_away(caller) if isinstance(caller, TurnedAway) else caller

    async def _count(self, caller: Caller) -> tuple[Caller, Headers] | Refusal:
        application = caller.application
        budget = await self._throttle(
            application.id,
            caller.customer.bucket,
            application.throttle_calls,
            application.throttle_seconds,
        )
        shown = within_budget(budget)
        return shown if isinstance(shown, Refusal) else (caller, shown)


def read_basic(header: bytes) -> tuple[str, str] | Refusal:
    """Key and secret of an `Authorization: Basic` header (RFC 7617, UTF-8)."""
    scheme, _, encoded = header.partition(b" ")
    if scheme.lower() != b"basic":
        return Refusal(401, "Basic authentication with client key and secret is needed.", headers=_CHALLENGE)
    try:
        key, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        colon = ""
    if not colon:
        return Refusal(
            401, "The Authorization header is not Basic `key:secret` in base64.", headers=_CHALLENGE
        )
    return key, secret


def _turned_away(why: TurnedAway) -> Refusal:
    status = _STATUS[why.reason]
    headers: Headers = _CHALLENGE if status == 401 else ()
    if why.retry_after is not None:
        headers += ((b"retry-after", b"%d" % max(1, round(why.retry_after + 0.5))),)
    return Refusal(status, why.sentence, headers=headers)


def within_budget(budget: Budget) -> Headers | Refusal:
    """The headers that tell of a budget, or the refusal of a call that is not in it."""
    shown = _budget_headers(budget)
    if budget.allowed:
        return shown
    sentence = f"More than {budget.limit} calls; wait {budget.reset} seconds."
    return Refusal(429, sentence, headers=(*shown, (b"retry-after", b"%d" % budget.reset)))


def _budget_headers(budget: Budget) -> Headers:
    if not budget.limit:
        return ()
    return (
        (b"x-ratelimit-limit", b"%d" % budget.limit),
        (b"x-ratelimit-remaining", b"%d" % budget.remaining),
        (b"x-ratelimit-reset", b"%d" % budget.reset),
    )
