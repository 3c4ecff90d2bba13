"""`viesti oauth`: programs that people signed in to, and where their answers may go.

Rule: what is ended or registered here holds at once, in every running process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.domain.access import ConnectionSeen
    from viesti.services.estate import EstateCache
    from viesti.services.oauth.register_redirect import NotRegistered
    from viesti.storage.store import Store

app = typer.Typer(
    name="oauth",
    help="Programs that people let act for them, such as connectors.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def redirect(
    context: typer.Context,
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="The client's key or client id.")],
    address: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="The redirect URL, as the connector's Security tab shows it, letter by letter.",
        ),
    ],
    remove: Annotated[bool, typer.Option("--remove", help="Strike it instead.")] = False,
) -> None:
    """Let a client's answers go to one more address."""
    from viesti.cli.access_means import with_estate
    from viesti.cli.apply import actor
    from viesti.services.oauth.register_redirect import NotRegistered, RegisterRedirect

    async def act(store: Store, estate: EstateCache) -> tuple[str, ...] | NotRegistered:
        register = RegisterRedirect(store, estate, wiring.utc_now, actor())
        return await register(client, address, remove=remove)

    done = with_estate(context, act)
    if isinstance(done, NotRegistered):
        raise wiring.Problem(done.sentence)
    print(f"The addresses of {client}:")
    for each in done:
        print(f"  {each}")


@app.command()
def connections(
    context: typer.Context,
    user: Annotated[str | None, typer.Option(metavar="EMAIL", help="Only this person's.")] = None,
) -> None:
    """Show who let which program act for him, newest first."""
    from viesti.cli.access_means import show_table, with_estate
    from viesti.cli.apply import actor
    from viesti.cli.messages_view import when
    from viesti.services.oauth.revoke import Connections

    async def read(store: Store, _: EstateCache) -> list[ConnectionSeen]:
        seen = Connections(store, wiring.utc_now, actor())
        return await seen.all(user.strip().lower() if user else None)

    show_table(
        ("id", "user", "client", "state", "allowed", "last refreshed", "scopes"),
        (
            (
                str(each.id),
                each.email,
                each.client,
                "ended" if each.ended_at else "good",
                when(each.created_at),
                when(each.used_at),
                " ".join(each.scopes),
            )
            for each in with_estate(context, read)
        ),
        "Nobody has let a program act for him.",
    )


@app.command()
def end(
    context: typer.Context,
    identifier: Annotated[
        int, typer.Argument(metavar="ID", help="The connection, as `viesti oauth connections` shows it.")
    ],
) -> None:
    """End a connection with all its tokens, at once and for good."""
    from viesti.cli.access_means import with_estate
    from viesti.cli.apply import actor
    from viesti.services.oauth.revoke import Connections

    async def act(store: Store, _: EstateCache) -> bool:
        return await Connections(store, wiring.utc_now, actor()).end(identifier)

    if not with_estate(context, act):
        raise wiring.Problem(f"There is no connection {identifier} that still stands.")
    print("Ended.")
