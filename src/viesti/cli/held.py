"""`viesti held`: what was accepted and is held back, and what an operator decides about it.

Rule: who releases or cancels many names them: a customer and a reason, or each by its id. What a paused
campaign holds is its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.config import Settings
    from viesti.domain.message import HeldReason
    from viesti.services.balance.list_frozen import Frozen, ListFrozen
    from viesti.services.balance.unfreeze import Unfreeze
    from viesti.services.estate import EstateCache
    from viesti.services.wake import Waker
    from viesti.storage.store import Store

PAGE = 500  # decided on in one transaction

app = typer.Typer(
    name="held",
    help="What is held back (frozen): list it, release it, cancel it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Ids = Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Recipients, by their ids.")]
Customer = Annotated[str | None, typer.Option(metavar="KEY", help="Those of this customer.")]
Reason = Annotated[str | None, typer.Option(help="Those held for this: balance, repeated or paused.")]


@app.command(name="list")
def list_frozen(
    context: typer.Context,
    customer: Customer = None,
    reason: Reason = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 30,
) -> None:
    """Show what is held back, the longest held first."""
    from viesti.cli.access_means import with_estate
    from viesti.services.balance.list_frozen import ListFrozen

    reasons = _reasons(reason)

    async def look(store: Store, estate: EstateCache) -> list[Frozen]:
        return await ListFrozen(store, estate)(limit, _owner(estate, customer), reasons)

    show_frozen(with_estate(context, look))


@app.command()
def release(
    context: typer.Context, ids: Ids = None, customer: Customer = None, reason: Reason = None
) -> None:
    """Send what is held back, now or at its time. What its customer's balance does not cover waits for
    that."""
    from viesti.cli.apply import actor

    _check(ids, customer, reason)

    async def act(unfreeze: Unfreeze, page: Sequence[int]) -> tuple[int, int]:
        done = await unfreeze.by_hand(page, actor())
        return len(done.queued), len(done.waiting)

    queued, waiting = _decide(context, ids, customer, reason, act)
    print(f"{queued} released.")
    if waiting:
        print(f"{waiting} wait for their customer's balance.")


@app.command()
def cancel(context: typer.Context, ids: Ids = None, customer: Customer = None, reason: Reason = None) -> None:
    """Cancel what is held back: it is not sent, and costs nothing."""
    from viesti.cli.apply import actor

    _check(ids, customer, reason)

    async def act(unfreeze: Unfreeze, page: Sequence[int]) -> tuple[int, int]:
        return len(await unfreeze.call_back(page, actor())), 0

    cancelled, _ = _decide(context, ids, customer, reason, act)
    print(f"{cancelled} cancelled.")


def show_frozen(rows: Sequence[Frozen]) -> None:
    """Print what is held back."""
    from viesti.cli.access_means import show_table
    from viesti.cli.balance import money
    from viesti.cli.messages_view import when

    show_table(
        ("id", "customer", "why", "since", "from", "to", "parts", "cost", "due"),
        (
            (
                *(str(r.id), r.customer, r.reason.value, when(r.since), r.sender, r.address, str(r.parts)),
                "" if r.cost is None else money(r.cost, r.currency),
                when(r.due_at) if r.due_at else "",
            )
            for r in rows
        ),
        "Nothing is held back.",
    )


def _check(ids: list[int] | None, customer: str | None, reason: str | None) -> None:
    if bool(ids) == bool(customer and reason) or (ids and (customer or reason)):
        raise wiring.Problem("Name them by their ids, or all of a --customer with a --reason.")
    if reason == "paused":
        raise wiring.Problem("What a campaign holds goes with it: resume or cancel the campaign.")


def _reasons(word: str | None) -> tuple[HeldReason, ...]:
    from viesti.domain.message import HeldReason

    if word is None:
        return tuple(HeldReason)
    if word not in [one.value for one in HeldReason]:
        raise wiring.Problem(f"--reason is one of {', '.join(one.value for one in HeldReason)}.")
    return (HeldReason(word),)


def _owner(estate: EstateCache, key: str | None) -> int | None:
    from viesti.cli.balance import customer_of

    return None if key is None else customer_of(estate, key).id


def _decide(
    context: typer.Context,
    ids: list[int] | None,
    customer: str | None,
    reason: str | None,
    act: Callable[[Unfreeze, Sequence[int]], Awaitable[tuple[int, int]]],
) -> tuple[int, int]:
    """Do this with what was named, a page at a time; gives the sums of what it gave."""
    from viesti.cli.access_means import with_estate
    from viesti.services.balance.list_frozen import ListFrozen

    reasons = _reasons(reason)
    settings = wiring.settings_of(context)

    async def work(store: Store, estate: EstateCache) -> tuple[int, int]:
        waker, unfreeze = await _means(settings, store, estate)
        first = second = 0
        try:
            async for page in _pages(ids, ListFrozen(store, estate), _owner(estate, customer), reasons):
                one, other = await act(unfreeze, page)
                first, second = first + one, second + other
        finally:
            await waker.stop()
        return first, second

    return with_estate(context, work)


async def _pages(
    ids: list[int] | None, frozen: ListFrozen, owner: int | None, reasons: Sequence[HeldReason]
) -> AsyncIterator[list[int]]:
    if ids:
        for start in range(0, len(ids), PAGE):
            yield ids[start : start + PAGE]
        return
    last = 0
    while page := await frozen(PAGE, owner, reasons, last):
        last = page[-1].id
        yield [one.id for one in page]


async def _means(settings: Settings, store: Store, estate: EstateCache) -> tuple[Waker, Unfreeze]:
    import os
    from datetime import timedelta

    from viesti.services.announce import Announce
    from viesti.services.balance.unfreeze import Unfreeze
    from viesti.services.cancel_waiting import CancelWaiting
    from viesti.services.guids import Guids
    from viesti.services.publish import Publish
    from viesti.services.release_held import ReleaseHeld
    from viesti.services.short_links import ShortLinks
    from viesti.services.wake import Waker
    from viesti.storage.seal import Seal

    now = wiring.utc_now
    waker = Waker(store)
    seal = Seal(wiring.secret_keys(settings))
    guids = await Guids.open(store, seal, os.urandom, now())
    short_links = await ShortLinks.open(store, seal, os.urandom, now())
    announce = Announce(store, short_links)
    cancel = CancelWaiting(store, estate, Publish(store, guids, short_links), waker, now)
    keep = timedelta(hours=settings.held_hours)
    return waker, Unfreeze(store, ReleaseHeld(estate, waker, now), cancel, announce, now, keep)
