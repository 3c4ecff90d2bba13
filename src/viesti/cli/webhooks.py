"""`viesti webhooks`: what providers posted and could not be worked on, and what an operator decides about it.

Rule: a body is shown only when it is asked for by its id: it holds what people wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.services.estate import EstateCache
    from viesti.services.provider.oversee import FailedBody
    from viesti.storage.store import Store

app = typer.Typer(
    name="webhooks",
    help="Webhooks of providers that failed: list them, show one, try again, drop.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Ids = Annotated[list[int], typer.Argument(metavar="ID...", help="Webhooks, by their ids.")]


@app.command(name="list")
def list_failed(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 30,
) -> None:
    """Show the webhooks that failed, the oldest first, and when each is tried again."""
    from viesti.cli.access_means import show_table, with_estate
    from viesti.cli.messages_view import when
    from viesti.services.provider.oversee import list_failed as look_at

    async def look(store: Store, estate: EstateCache) -> list[FailedBody]:
        return await look_at(store, estate, limit)

    show_table(
        ("id", "channel", "received", "octets", "tries", "again", "why"),
        (
            (
                *(str(r.id), r.channel, when(r.received_at), str(r.octets), str(r.failures)),
                *(when(r.due_at) if r.due_at else "when you say so", r.why),
            )
            for r in with_estate(context, look)
        ),
        "No webhook has failed.",
    )


@app.command()
def show(
    context: typer.Context,
    identifier: Annotated[int, typer.Argument(metavar="ID", help="One webhook.")],
) -> None:
    """Print a webhook as it came."""
    from viesti.cli.access_means import with_estate
    from viesti.services.provider.oversee import body_of

    async def look(store: Store, _estate: EstateCache) -> bytes | None:
        return await body_of(store, identifier)

    body = with_estate(context, look)
    if body is None:
        raise wiring.Problem(f"There is no webhook {identifier} that waits or failed.")
    print(body.decode("utf-8", "replace"))


@app.command()
def again(
    context: typer.Context,
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="Webhooks, by their ids; none: all.")
    ] = None,
) -> None:
    """Try failed webhooks again now. What of one took effect before has none a second time."""
    from viesti.cli.access_means import with_estate
    from viesti.services.provider.oversee import try_again

    async def act(store: Store, _estate: EstateCache) -> int:
        return await try_again(store, ids or None, wiring.utc_now())

    print(f"{with_estate(context, act)} tried again.")


@app.command()
def drop(context: typer.Context, ids: Ids) -> None:
    """Drop failed webhooks for good."""
    from viesti.cli.access_means import with_estate
    from viesti.services.provider.oversee import drop_failed

    async def act(store: Store, _estate: EstateCache) -> int:
        return await drop_failed(store, ids)

    print(f"{with_estate(context, act)} dropped.")
