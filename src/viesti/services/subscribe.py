"""Subscribes a program to what happens at a service: from now on it is called at its URL.

Rule: the URL is kept octet by octet as it was given, sealed, and shown nowhere; asking again with the same
URL is no second subscription.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from viesti.domain.estate import Customer, Service
from viesti.net.url import BadUrl, parse_url
from viesti.services.check_request import Limits, objection
from viesti.services.digests import digest
from viesti.services.refusals import Invalid
from viesti.services.requests import FieldProblem
from viesti.storage.seal import Seal
from viesti.storage.store import NewSubscription, Store, Transaction

MAX_WORDS = 1_000  # characters of a name or description
MAX_LIVE = 1_000  # subscriptions to one thing; each is called for every message


class Subscribed(msgspec.Struct, frozen=True):
    """A live subscription; `created`: it is new."""

    id: int
    created: bool


class Subscribe:
    """The service."""

    def __init__(self, store: Store, seal: Seal, limits: Limits, now: Callable[[], datetime]) -> None:
        self._store = store
        self._seal = seal
        self._limits = limits
        self._now = now

    async def __call__(
        self,
        customer: Customer,
        service: Service | None,
        dialect: str,
        event: str,
        url: str,
        name: str = "",
        description: str = "",
        user_id: int | None = None,
        application_id: int | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Subscribed | Invalid:
        """Call this URL at each such event of a service; None: of every service of the customer. `options`:
        which of them; asked again with the same URL, the new ones count. Raises `StoreUnavailable`."""
        problems = self._problems(url, name, description)
        if problems:
            return Invalid(tuple(problems))
        row = NewSubscription(
            id=await self._store.ids.one(customer.bucket),
            bucket=customer.bucket,
            customer_id=customer.id,
            service_id=service.id if service else None,
            dialect=dialect,
            event=event,
            url_sealed=self._seal.seal(url.encode()),
            url_digest=digest(url),
            name=name,
            description=description,
            user_id=user_id,
            application_id=application_id,
            created_at=self._now(),
            options=options or {},
        )
        outcome: Subscribed | Invalid | None = None

        async def work(tx: Transaction) -> None:
            nonlocal outcome
            if await tx.subscriptions.count_others(row) >= MAX_LIVE:
                owner = "service" if service else "customer"
                sentence = f"The {owner} has {MAX_LIVE} subscriptions, which is the limit."
                outcome = Invalid((FieldProblem("url", sentence),))
                return
            outcome = Subscribed(*await tx.subscriptions.add(row))

        await self._store.run(work)
        assert outcome is not None  # the work was done
        return outcome

    def _problems(self, url: str, name: str, description: str) -> list[FieldProblem]:
        problems = []
        bad = parse_url(url, self._limits.allowed_networks)
        if isinstance(bad, BadUrl):
            problems.append(FieldProblem("url", bad.reason))
        for field, words in (("name", name), ("description", description)):
            sentence = objection(words, MAX_WORDS)
            if sentence:
                problems.append(FieldProblem(field, sentence))
        return problems
