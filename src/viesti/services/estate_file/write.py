"""Writes a plan to the store, with ids, secrets in their stored form, and an audit line for each act.

Rule: it decides nothing; everything it does is in the plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from viesti.services.estate_file import secrets
from viesti.services.estate_file.difference import Action, Change, FieldChange, Plan
from viesti.services.estate_file.fields import Table
from viesti.services.estate_file.held import Held
from viesti.services.estate_file.tables import CHANNELS, CUSTOMERS, SERVICES, TABLES, USERS
from viesti.storage.ids import BUCKETS, bucket_of
from viesti.storage.seal import Seal
from viesti.storage.store import Store, Transaction


@dataclass(frozen=True, slots=True)
class Generated:
    """A value that was made up; of a secret this is the only copy."""

    subject: str
    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Means:
    """What writing needs beside the plan. `token(octets)` gives text that can't be guessed."""

    store: Store
    seal: Seal
    token: Callable[[int], str]
    now: datetime
    actor: str


async def write(tx: Transaction, plan: Plan, held: Held, means: Means) -> tuple[Generated, ...]:
    """Write everything, and give what was made up. The caller holds the lock of `tx.estate_edit`."""
    writer = _Writer(tx, held, means)
    for table in reversed(TABLES):
        deleted = [
            change for change in plan.changes if change.table is table and change.action is Action.DELETE
        ]
        if deleted:
            await tx.estate_edit.delete(table.name, [change.held.id for change in deleted if change.held])
    for table in TABLES:
        put = [
            change for change in plan.changes if change.table is table and change.action is not Action.DELETE
        ]
        if put:
            await writer.put(table, put)
    await writer.audit(plan.changes)
    return tuple(writer.generated)


class _Writer:
    def __init__(self, tx: Transaction, held: Held, means: Means) -> None:
        self._edit = tx.estate_edit
        self._means = means
        self._ids = {(name, key): thing.id for name, things in held.items() for key, thing in things.items()}
        self._used = {
            name: Counter(thing.bucket for thing in held[name].values()) for name in ("customers", "channels")
        }
        self.generated: list[Generated] = []

    async def put(self, table: Table, changes: Sequence[Change]) -> None:
        """Write things of one table; what they refer to is there."""
        await self._identify(table, [change for change in changes if change.held is None])
        rows = [self._row(change) for change in changes]
        await self._edit.put(table.name, rows)
        if table is USERS:
            await self._put_user_customers(rows)
        elif table is SERVICES:
            await self._put_keywords(rows)
            await self._put_actions(rows)

    async def audit(self, changes: Sequence[Change]) -> None:
        """A line for each act; a secret is in it as a word."""
        means = self._means
        ids = await means.store.ids.take([0] * len(changes))
        await self._edit.audit(
            (
                identifier,
                means.now,
                means.actor,
                f"{change.action} {change.table.noun}",
                change.key,
                _detail(change),
            )
            for identifier, change in zip(ids, changes, strict=True)
        )

    async def _identify(self, table: Table, created: Sequence[Change]) -> None:
        buckets = [self._bucket(change) for change in created]
        ids = await self._means.store.ids.take(buckets)
        for change, identifier in zip(created, ids, strict=True):
            self._ids[table.name, change.key] = identifier

    def _bucket(self, change: Change) -> int:
        """The bucket of a new thing's id: the least used for customers and channels, else its owner's."""
        used = self._used.get(change.table.name)
        if used is not None:
            bucket = min(range(BUCKETS), key=lambda each: (used[each], each))
            used[bucket] += 1
            return bucket
        for owner in ("customer", "channel"):
            if change.values.get(owner):
                return bucket_of(self._ids[f"{owner}s", change.values[owner]])
        return 0

    def _row(self, change: Change) -> dict[str, Any]:
        identifier = self._ids[change.table.name, change.key]
        row = {**change.values, "id": identifier, "created_at": self._means.now}
        if change.table in (CUSTOMERS, CHANNELS):
            row["bucket"] = bucket_of(identifier)
        for about in change.table.fields:
            name = about.name
            if about.refers:
                key = row[name]
                in_table = f"{row['customer']}/{key}" if about.refers == "services" else key
                row[f"{name}_id"] = None if key is None else self._ids[about.refers, in_table]
            if name in change.made:
                row[name] = secrets.make(about, self._means.token)
                self.generated.append(Generated(change.subject, name, row[name]))
            if about.secret and (name in change.made or name in change.plain):
                row[name] = secrets.to_stored(about, row[name], self._means.seal)
        return row

    async def _put_user_customers(self, rows: Iterable[Mapping[str, Any]]) -> None:
        await self._edit.set_user_customers(
            [row["id"] for row in rows],
            [
                (row["id"], self._ids["customers", customer], role)
                for row in rows
                for customer, role in row["customers"].items()
            ],
        )

    async def _put_keywords(self, rows: Iterable[Mapping[str, Any]]) -> None:
        await self._edit.set_keywords(
            [row["id"] for row in rows],
            [
                (row["id"], keyword["address"], keyword["words"])
                for row in rows
                for keyword in row["keywords"]
            ],
        )

    async def _put_actions(self, rows: Sequence[Mapping[str, Any]]) -> None:
        owners = [(row["id"], number, action) for row in rows for number, action in enumerate(row["actions"])]
        ids = await self._means.store.ids.take([bucket_of(service) for service, _, _ in owners])
        await self._edit.set_actions(
            [row["id"] for row in rows],
            [
                (
                    identifier,
                    service,
                    number,
                    action["kind"],
                    {k: v for k, v in action.items() if k != "kind"},
                )
                for identifier, (service, number, action) in zip(ids, owners, strict=True)
            ],
        )


def _detail(change: Change) -> dict[str, Any]:
    return {each.name: _told(each) for each in change.fields}


def _told(change: FieldChange) -> Any:
    return change.new if change.told else {"old": change.old, "new": change.new}
