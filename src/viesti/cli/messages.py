"""`viesti messages`: what the operator can see of all customers' messages, straight from the database.

Rule: it only looks, except for --replay; nobody's secrets are shown, and of callbacks no query.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Annotated

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.config import Settings
    from viesti.services.estate import EstateCache
    from viesti.services.oversee import Oversee
    from viesti.services.show_message import ShowMessages
    from viesti.services.views import MessageView
    from viesti.storage.store import Store


def messages(
    context: typer.Context,
    identifier: Annotated[
        int | None,
        typer.Argument(metavar="[ID]", help="A message or a recipient, to be shown with its history."),
    ] = None,
    customer: Annotated[str | None, typer.Option(metavar="KEY", help="Only this customer's.")] = None,
    inbound: Annotated[bool, typer.Option("--inbound", help="Messages from handsets.")] = False,
    held: Annotated[bool, typer.Option("--held", help="What is held back; see also `viesti held`.")] = False,
    waiting_receipts: Annotated[
        bool, typer.Option("--waiting-receipts", help="Receipts that have not found their message.")
    ] = False,
    parked_callbacks: Annotated[
        bool, typer.Option("--parked-callbacks", help="Callbacks that were given up.")
    ] = False,
    replay: Annotated[
        bool,
        typer.Option("--replay", help="With --parked-callbacks: make them again, all or the one named ID."),
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 30,
) -> None:
    """Show the newest messages, one message with its history, messages from handsets, receipts that have not
    found their message, or callbacks that were given up."""
    from viesti.cli.estate_means import open_store
    from viesti.cli.held import show_frozen
    from viesti.cli.messages_view import MessagesView
    from viesti.services.estate import EstateCache
    from viesti.services.oversee import Oversee

    if sum((inbound, held, waiting_receipts, parked_callbacks)) > 1:
        raise wiring.Problem("Choose one of --inbound, --held, --waiting-receipts and --parked-callbacks.")
    if replay and not parked_callbacks:
        raise wiring.Problem("--replay is for parked callbacks: add --parked-callbacks.")
    if identifier is not None and (inbound or held or waiting_receipts or (parked_callbacks and not replay)):
        raise wiring.Problem("An ID names a message, or with --replay a callback; leave it out for a list.")
    settings = wiring.settings_of(context)

    async def look(store: Store, estate: EstateCache) -> None:
        oversee = Oversee(store, estate, wiring.utc_now)
        owner = _owner(oversee, customer)
        view = MessagesView.on_terminal()
        if replay:
            ids = None if identifier is None else [identifier]
            view.replayed(await oversee.replay(owner, ids))
        elif parked_callbacks:
            view.parked(await oversee.parked_callbacks(owner, limit))
        elif held:
            show_frozen(await oversee.frozen(owner, limit))
        elif waiting_receipts:
            view.waiting(await oversee.waiting_receipts(limit))
        elif inbound:
            view.inbound(await oversee.recent_inbound(owner, limit))
        elif identifier is not None:
            view.message(await _one(oversee, identifier, await _show(settings, store, estate)))
        else:
            view.recent(await oversee.recent(owner, limit))

    async def run(address: str) -> None:
        async with open_store(settings, address) as store:
            estate = EstateCache(store)
            await estate.load()
            await look(store, estate)

    with wiring.database(settings) as address:
        asyncio.run(run(address))


async def _one(oversee: Oversee, identifier: int, show: ShowMessages) -> MessageView:
    message = await oversee.message(identifier, show)
    if message is None:
        raise wiring.Problem(f"There is no message or recipient {identifier}.")
    return message


def _owner(oversee: Oversee, key: str | None) -> int | None:
    if key is None:
        return None
    found = oversee.customer_id(key)
    if found is None:
        raise wiring.Problem(f"There is no customer {key}.")
    return found


async def _show(settings: Settings, store: Store, estate: EstateCache) -> ShowMessages:
    from viesti.services.short_links import ShortLinks
    from viesti.services.show_message import ShowMessages
    from viesti.storage.seal import Seal

    seal = Seal(wiring.secret_keys(settings))
    short_links = await ShortLinks.open(store, seal, os.urandom, wiring.utc_now())
    return ShowMessages(store, estate, short_links)
