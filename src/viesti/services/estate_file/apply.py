"""Applies an estate file: reads, compares, writes, in one transaction under one lock.

Rule: all or nothing, and never something else than was shown: with `expected`, a store that changed meanwhile
stops it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from viesti.net.addresses import Network
from viesti.services.estate import TOPIC
from viesti.services.estate_file import secrets
from viesti.services.estate_file.difference import Plan, difference
from viesti.services.estate_file.held import Held, read_held
from viesti.services.estate_file.rules import ChannelValidator, ResolveSecret, Thing, read_estate
from viesti.services.estate_file.shape import Problem, suggestion
from viesti.services.estate_file.tables import CUSTOMERS, ROTATED
from viesti.services.estate_file.write import Generated, Means, write
from viesti.storage.seal import Seal
from viesti.storage.store import Store, Transaction


@dataclass(frozen=True, slots=True)
class Applied:
    """It is written. `generated` holds the only copy of the secrets that were made up."""

    plan: Plan
    generated: tuple[Generated, ...]


@dataclass(frozen=True, slots=True)
class NotApplied:
    """Nothing is written, and why: everything that is wrong."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be applied, and with what its text is understood.

    `document` is the file as `tomllib.loads(text, parse_float=Decimal)` gives it. `networks` are private ones
    that callbacks may reach. `rotate` holds applications (`acme/erp`) and OAuth clients (`flows`) that
    get a new secret.
    """

    document: Mapping[str, Any]
    validators: Mapping[str, ChannelValidator]
    resolve_secret: ResolveSecret
    networks: Sequence[Network] = ()
    prune: bool = False
    rotate: Collection[str] = ()


async def plan_estate(store: Store, wish: Wish, seal: Seal) -> Plan | NotApplied:
    """What applying would do; nothing is written. Raises `StoreUnavailable`."""
    async with store.transaction() as tx:
        plan, _ = await _plan(tx, wish, seal)
        return plan


async def apply_wish(
    store: Store, wish: Wish, means: Means, expected: Plan | None = None
) -> Applied | NotApplied:
    """Apply, if the plan still is the `expected` one. Raises `StoreUnavailable`; takes two connections."""
    async with store.transaction() as tx:
        await tx.estate_edit.lock()
        plan, held = await _plan(tx, wish, means.seal)
        if isinstance(plan, NotApplied):
            return plan
        if expected is not None and plan != expected:
            return NotApplied(
                (Problem("", "The estate was changed meanwhile; nothing is applied. Try again."),)
            )
        generated = await write(tx, plan, held, means)
        if plan.changes:
            await tx.notify(TOPIC)
    return Applied(plan, generated)


async def apply_estate(
    store: Store,
    document: Mapping[str, Any],
    *,
    seal: Seal,
    validators: Mapping[str, ChannelValidator],
    resolve_secret: ResolveSecret,
    now: datetime,
    token: Callable[[int], str],
    actor: str,
    prune: bool = False,
    networks: Sequence[Network] = (),
) -> Applied | NotApplied:
    """Apply a document at once. `token(octets)` gives text that can't be guessed; `actor` is for the audit.

    Raises `StoreUnavailable`.
    """
    wish = Wish(document, validators, resolve_secret, networks, prune)
    return await apply_wish(store, wish, Means(store, seal, token, now, actor))


async def _other_currencies(tx: Transaction, things: Sequence[Thing], held: Held) -> list[Problem]:
    """A balance is kept in one currency for ever: what is spent of it is in that."""
    changed = [
        (thing, held[CUSTOMERS.name][thing.key].id)
        for thing in things
        if thing.table is CUSTOMERS
        and thing.key in held[CUSTOMERS.name]
        and thing.values["currency"] != held[CUSTOMERS.name][thing.key].values["currency"]
    ]
    kept = {identifier: await tx.money.balance(identifier) for _, identifier in changed}
    return [
        Problem("", f"The customer {thing.key} has a balance in {balance.currency}: its currency stays.")
        for thing, identifier in changed
        if (balance := kept[identifier]) and balance.currency != thing.values["currency"]
    ]


async def _plan(tx: Transaction, wish: Wish, seal: Seal) -> tuple[Plan | NotApplied, Held]:
    held = await read_held(tx)
    things, problems = read_estate(
        wish.document,
        held,
        validators=wish.validators,
        resolve_secret=wish.resolve_secret,
        networks=wish.networks,
        prune=wish.prune,
    )
    given = {thing.key: thing.values["secret"] for thing in things if thing.table in ROTATED}
    for key in wish.rotate:
        known = {*given, *(key for table in ROTATED for key in held[table.name])}
        if not problems and key not in known:
            noun = "application" if "/" in key else "application or OAuth client"
            problems.append(Problem("", f"There is no {noun} {key}; {suggestion(key, known)}"))
        elif given.get(key) is not None:
            problems.append(Problem("", f"The secret of {key} is given in the file; change it there."))
    problems += await _other_currencies(tx, things, held)
    if problems:
        return NotApplied(tuple(problems)), held
    plan = difference(
        things,
        held,
        lambda about, stored, plain: secrets.same(about, stored, plain, seal),
        prune=wish.prune,
        rotate=wish.rotate,
    )
    return plan, held
