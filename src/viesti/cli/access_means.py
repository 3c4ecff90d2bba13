"""What the commands about access have in common: a store with its estate, and lists as tables.

Rule: what people wrote is printed as text, never as markup.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.services.estate import EstateCache
    from viesti.storage.store import Store

T = TypeVar("T")


def with_estate(context: typer.Context, act: Callable[[Store, EstateCache], Awaitable[T]]) -> T:
    """Do this on the configured database. Raises Problem and `StoreUnavailable`."""
    from viesti.cli.estate_means import open_store
    from viesti.services.estate import EstateCache

    settings = wiring.settings_of(context)

    async def run(address: str) -> T:
        async with open_store(settings, address) as store:
            estate = EstateCache(store)
            await estate.load()
            return await act(store, estate)

    with wiring.database(settings) as address:
        return asyncio.run(run(address))


def show_table(names: Sequence[str], rows: Iterable[Sequence[str]], nothing: str) -> None:
    """Print rows under these names, or that there are none."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from viesti.cli.messages_view import NARROWEST

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=NARROWEST)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table if table.row_count else nothing)
