"""Keeps templates as Meta has them: what was made, changed or deleted elsewhere, and what no webhook told.

Rule: only a whole list counts. What is in it and not here belongs to whoever has a number on the account,
unless it is somebody's already; what is here and not in it is deleted there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from viesti.domain.estate import Customer
from viesti.domain.templates.state import DELETED
from viesti.domain.templates.template import Template
from viesti.protocols.whatsapp.templates import Listed
from viesti.services.estate import EstateCache
from viesti.services.templates.accounts import Number, accounts, owners
from viesti.services.templates.meta import Meta
from viesti.services.templates.told import as_told, word
from viesti.storage.store import Store, Transaction

EVERY = timedelta(minutes=5)
LOOK_SECONDS = 15.0
# How long Meta may take to list what it was given; only then is it known that it never got it.
GRACE = timedelta(minutes=10)

_log = structlog.get_logger()


class Synced(NamedTuple):
    """What a round came to; `failed`: the numbers whose account could not be listed, and why."""

    accounts: int
    added: int
    changed: int
    failed: tuple[tuple[str, str], ...]


class SyncTemplates:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, estate: EstateCache, meta: Meta, now: Callable[[], datetime]) -> None:
        self._store = store
        self._estate = estate
        self._meta = meta
        self._now = now

    async def __call__(self) -> int:
        """The duty: the accounts whose turn it is, of all engines once; gives how many templates changed."""
        changed = 0
        for number in accounts(self._estate.current):
            if await self._turn(number):
                done = await self.of([number])
                changed += done.added + done.changed
                for identity, why in done.failed:
                    _log.warning("templates not listed", number=identity, why=why)
        return changed

    async def everything(self) -> Synced:
        """All accounts now."""
        return await self.of(accounts(self._estate.current))

    async def of(self, numbers: Sequence[Number]) -> Synced:
        """The accounts of these numbers now."""
        added = changed = 0
        failed = []
        for number in numbers:
            began = self._now()
            listed = await self._meta.listed(number)
            if not isinstance(listed, list):
                failed.append((number.identity, getattr(listed, "why", "") or getattr(listed, "title", "")))
                continue
            new, other = await self._write(number, listed, began)
            added, changed = added + new, changed + other
        return Synced(len(numbers) - len(failed), added, changed, tuple(failed))

    async def _turn(self, number: Number) -> bool:
        """Whether it is this process's turn: a lease that nobody gives up is a turn in each period."""
        now = self._now()
        async with self._store.transaction() as tx:
            name = f"templates {number.account_id}"
            return await tx.leases.acquire(name, "templates", now + EVERY, now, ()) is not None

    async def _write(self, number: Number, listed: Sequence[Listed], began: datetime) -> tuple[int, int]:
        customers = owners(self._estate.current, number.account_id)
        counts = (0, 0)

        async def work(tx: Transaction) -> None:
            nonlocal counts
            known = await tx.templates.of_channels([number.account_id])
            changes = list(_changed(known, listed, began))
            lost = [each.id for each in known if not each.provider_id and each.created_at < began - GRACE]
            await tx.templates.change(changes, self._now())
            await tx.templates.drop(lost)
            there = {(each.name, each.language) for each in known}
            new = [each for each in listed if (each.name, each.language) not in there]
            ids = iter(
                await self._store.ids.take([each.bucket for each in customers for _ in new]) if new else ()
            )
            made = [
                _made(next(ids), customer, number.account_id, each, began)
                for customer in customers
                for each in new
            ]
            counts = len(await tx.templates.add(made)), len(changes) + len(lost)

        await self._store.run(work)
        return counts


def _changed(known: Iterable[Template], listed: Iterable[Listed], began: datetime) -> Iterable[Template]:
    """Templates that Meta has otherwise than we do, or no more."""
    by_name = {(each.name, each.language): each for each in listed}
    for template in known:
        told = by_name.get((template.name, template.language))
        if told is not None:
            now = as_told(template, told)
        elif template.provider_id and template.updated_at < began and template.status != DELETED:
            now = replace(template, status=DELETED)
        else:  # it is being submitted, or was gone before
            continue
        if now != template:
            yield now


def _made(template_id: int, customer: Customer, account_id: int, told: Listed, at: datetime) -> Template:
    """A template that was made elsewhere."""
    bare = Template(
        id=template_id, bucket=customer.bucket, customer_id=customer.id, channel_id=account_id,
        provider_id=told.id, name=told.name, language=told.language, display_name=told.name,
        category=word(told.category), status=word(told.status), quality="", reason="", components=[],
        raw_content="", created_at=at, updated_at=at,
    )  # fmt: skip
    return as_told(bare, told)
