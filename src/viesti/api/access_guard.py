"""Lets callers in by token: `Authorization: Bearer` of a connection, or `Personal-Access-Token` of a script.

Rule: this comes before the body is read. Who is calling is found out first, then the call is counted, then
its scope is looked at; a token is in no answer and no log.
"""

from __future__ import annotations

from collections.abc import Mapping

from viesti.api.answer import Headers, Refusal
from viesti.api.guard import within_budget
from viesti.services.authenticate import Reason, TurnedAway
from viesti.services.authorise import Authorise, Kind
from viesti.services.principal import Principal
from viesti.services.throttle import Throttle

MAX_TOKEN = 512  # characters; ours are shorter

_BEARER: Headers = ((b"www-authenticate", b'Bearer realm="Viesti"'),)
_DEAD: Headers = ((b"www-authenticate", b'Bearer realm="Viesti", error="invalid_token"'),)
_NOBODY = Refusal(
    401,
    "An access token is needed: Authorization: Bearer, or Personal-Access-Token.",
    headers=_BEARER,
)
_BOTH = Refusal(400, "Send either Authorization or Personal-Access-Token, not both.")


class TokenGuard:
    """Checks tokens, scopes and the call budget of each connection."""

    def __init__(self, authorise: Authorise, throttle: Throttle) -> None:
        self._authorise = authorise
        self._throttle = throttle

    async def admit(self, headers: Mapping[bytes, bytes], scope: str) -> tuple[Principal, Headers] | Refusal:
        """Let the sender of these headers do what `scope` opens, or say why not. The headers that come with
        it belong on the answer. Raises `StoreUnavailable`."""
        shown = read_token(headers)
        if isinstance(shown, Refusal):
            return shown
        caller = await self._find(*shown)
        if isinstance(caller, TurnedAway):
            dead = caller.reason is Reason.UNPROVEN
            return Refusal(401 if dead else 403, caller.sentence, headers=_DEAD if dead else ())
        counted = await self._count(caller)
        if isinstance(counted, Refusal):
            return counted
        if scope not in caller.scopes:
            return Refusal(403, f"The scope {scope} is needed for this.", headers=(*counted, lacking(scope)))
        return caller, counted

    async def admit_or_nobody(
        self, headers: Mapping[bytes, bytes]
    ) -> tuple[Principal | None, Headers] | Refusal:
        """The caller when his token is good; nobody when there is none, or one that opens nothing. For what
        an unguessable id opens by itself. Raises `StoreUnavailable`."""
        shown = read_token(headers)
        caller = None if isinstance(shown, Refusal) else await self._find(*shown)
        if caller is None or isinstance(caller, TurnedAway):
            return None, ()
        counted = await self._count(caller)
        return counted if isinstance(counted, Refusal) else (caller, counted)

    async def _find(self, kind: Kind, token: str) -> Principal | TurnedAway:
        return self._authorise.remembered(kind, token) or await self._authorise.find(kind, token)

    async def _count(self, caller: Principal) -> Headers | Refusal:
        owner = caller.connection_id
        return within_budget(
            await self._throttle(owner, owner % 64, caller.throttle_calls, caller.throttle_seconds)
        )


def read_token(headers: Mapping[bytes, bytes]) -> tuple[Kind, str] | Refusal:
    """The token that a request carries."""
    personal = headers.get(b"personal-access-token")
    authorization = headers.get(b"authorization")
    if personal is not None and authorization is not None:
        return _BOTH
    if personal is not None:
        kind, token = Kind.PERSONAL, personal
    else:
        scheme, _, token = (authorization or b"").partition(b" ")
        if scheme.lower() != b"bearer":
            return _NOBODY
        kind = Kind.ACCESS
    token = token.strip()
    if not token or len(token) > MAX_TOKEN or not token.isascii():
        return Refusal(401, "The token is none of ours.", headers=_DEAD)
    return kind, token.decode("ascii")


def lacking(scope: str) -> tuple[bytes, bytes]:
    """The header that says which scope a token would need."""
    return (
        b"www-authenticate",
        b'Bearer realm="Viesti", error="insufficient_scope", scope="%s"' % scope.encode(),
    )
