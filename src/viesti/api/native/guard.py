"""Lets callers of the native API in: applications by Basic, people's connections by token.

Rule: which of the two guards is asked is decided by the header alone, so neither is weaker than by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from viesti.api.answer import Headers, Refusal
from viesti.api.contract.endpoint import AccessGuard
from viesti.api.native.who import NativeCaller
from viesti.services.authenticate import Caller
from viesti.services.principal import Principal

_CHALLENGES: Headers = (
    (b"www-authenticate", b'Basic realm="Viesti", charset="UTF-8"'),
    (b"www-authenticate", b'Bearer realm="Viesti"'),
)
_NOBODY = Refusal(
    401,
    "Credentials are needed: Authorization with Basic key:secret of an application or Bearer with an access "
    "token, or Personal-Access-Token.",
    headers=_CHALLENGES,
)


class NativeGuard:
    """Asks the guard whose credentials are sent."""

    def __init__(self, applications: AccessGuard[Caller], tokens: AccessGuard[Principal]) -> None:
        self._applications = applications
        self._tokens = tokens

    async def admit(
        self, headers: Mapping[bytes, bytes], scope: str
    ) -> tuple[NativeCaller, Headers] | Refusal:
        """The caller, if he may do what this scope opens; an application may do all that its customer may.
        Raises `StoreUnavailable`."""
        guard = self._chosen(headers)
        if isinstance(guard, Refusal):
            return guard
        admitted = await guard.admit(headers, scope)
        return admitted if isinstance(admitted, Refusal) else (_caller(admitted[0]), admitted[1])

    async def admit_or_nobody(
        self, headers: Mapping[bytes, bytes]
    ) -> tuple[NativeCaller | None, Headers] | Refusal:
        """The caller when his credentials are good, nobody when there are none or dead ones. Raises
        `StoreUnavailable`."""
        guard = self._chosen(headers)
        if isinstance(guard, Refusal):
            return None, ()
        admitted = await guard.admit_or_nobody(headers)
        if isinstance(admitted, Refusal):
            return admitted
        caller, shown = admitted
        return (None if caller is None else _caller(caller)), shown

    def _chosen(self, headers: Mapping[bytes, bytes]) -> AccessGuard[Caller | Principal] | Refusal:
        scheme = headers.get(b"authorization", b"").partition(b" ")[0].lower()
        if scheme == b"bearer" or b"personal-access-token" in headers:
            return self._tokens  # it refuses both at once
        return self._applications if scheme == b"basic" else _NOBODY


def _caller(admitted: Caller | Principal) -> NativeCaller:
    if isinstance(admitted, Caller):
        return NativeCaller(admitted.application, None, admitted.customer, admitted.application.name)
    return NativeCaller(None, admitted.user, None, admitted.client)
