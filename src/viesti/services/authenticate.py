"""Who is calling: a client key and secret become an application and its customer.

Rule: a client key is a name, not a secret, so an unknown one is answered at once; how a secret is compared is
in `secret_check`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import msgspec

from viesti.domain.estate import Application, Customer
from viesti.services.estate import EstateCache
from viesti.services.secret_check import SecretCheck


class Caller(msgspec.Struct, frozen=True):
    """An application that proved itself, and whom it acts for."""

    application: Application
    customer: Customer


class Reason(Enum):
    """Why a caller was turned away."""

    UNPROVEN = auto()  # no such key, or not its secret
    DISABLED = auto()
    TOO_MANY_TRIES = auto()


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The caller is not let in. `retry_after`: seconds to wait, when waiting helps."""

    reason: Reason
    sentence: str
    retry_after: float | None = None


_UNPROVEN = TurnedAway(Reason.UNPROVEN, "The client key or its secret is wrong.")
_APPLICATION_OFF = TurnedAway(Reason.DISABLED, "This application is disabled.")
_CUSTOMER_OFF = TurnedAway(Reason.DISABLED, "The customer of this application is disabled.")


class Authenticate:
    """Checks client keys and secrets."""

    def __init__(self, estate: EstateCache, secrets: SecretCheck) -> None:
        self._estate = estate
        self._secrets = secrets

    def remembered(self, key: str, secret: str) -> Caller | TurnedAway | None:
        """The answer when it is known without work; None when `verify` must be awaited."""
        application = self._estate.current.by_client_key.get(key)
        if application is None:
            return _UNPROVEN
        known = self._secrets.remembered(application.id, application.secret_hash, secret)
        return None if known is None else self._answer(application, known)

    async def verify(self, key: str, secret: str) -> Caller | TurnedAway:
        """Check a secret, by Argon2id if it has to be."""
        application = self._estate.current.by_client_key.get(key)
        if application is None:
            return _UNPROVEN
        right = await self._secrets.verify(application.id, application.secret_hash, secret)
        if isinstance(right, bool):
            return self._answer(application, right)
        return TurnedAway(Reason.TOO_MANY_TRIES, "Too many wrong secrets for this client key; wait.", right)

    def _answer(self, application: Application, right: bool) -> Caller | TurnedAway:
        if not right:
            return _UNPROVEN
        if not application.enabled:
            return _APPLICATION_OFF
        customer = self._estate.current.estate.customers[application.customer_id]
        return Caller(application, customer) if customer.enabled else _CUSTOMER_OFF
