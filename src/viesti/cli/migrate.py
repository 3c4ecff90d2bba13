"""`viesti migrate`: bring the database to this version's schema."""

from __future__ import annotations

import asyncio

import typer

from viesti.cli import wiring


def migrate(context: typer.Context) -> None:
    """Bring the database to this version's schema; harmless when it is there already."""
    from viesti.storage import migrate as runner
    from viesti.storage.examination import examine

    async def bring_up(address: str) -> list[str]:
        await examine(address)  # says in a sentence when it can't be reached
        return await runner.migrate(address)

    with wiring.database(wiring.settings_of(context)) as address:
        applied = asyncio.run(bring_up(address))
    for name in applied:
        print(f"applied {name}")
    if not applied:
        print("The database is up to date.")
