"""`viesti token`: personal access tokens, for scripts.

Rule: a token is printed once, when it is made, and alone on its line, so that a script can take it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.domain.access import PersonalToken
    from viesti.services.estate import EstateCache
    from viesti.services.personal_tokens import Created, NotCreated
    from viesti.storage.store import Store

app = typer.Typer(
    name="token",
    help="Personal access tokens: a script calls with one in the header Personal-Access-Token.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def create(
    context: typer.Context,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Whose token it is.")],
    name: Annotated[
        str, typer.Option("--name", help="What it is for; one live token has the name.")
    ] = "token",
    days: Annotated[
        int | None,
        typer.Option(min=1, max=3650, help="How long it is good.", show_default="until it is ended"),
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do, such as Gateway.Send; may be given several times. Default: all."),
    ] = None,
) -> None:
    """Make a token for a person and print it. It is not shown again."""
    from viesti.cli.access_means import with_estate
    from viesti.cli.apply import actor
    from viesti.services.personal_tokens import EVERYTHING, NotCreated, PersonalTokens
    from viesti.services.principal import Scope

    try:
        scopes = frozenset(Scope(each) for each in scope) if scope else EVERYTHING
    except ValueError as error:
        allowed = ", ".join(sorted(EVERYTHING))
        raise wiring.Problem(f"--scope is one of {allowed}.") from error

    async def make(store: Store, estate: EstateCache) -> Created | NotCreated:
        tokens = PersonalTokens(store, estate, wiring.utc_now, wiring.new_token, actor())
        return await tokens.create(email, name, days, scopes)

    made = with_estate(context, make)
    if isinstance(made, NotCreated):
        raise wiring.Problem(made.sentence)
    print(made.token)


@app.command("list")
def list_tokens(
    context: typer.Context,
    email: Annotated[str | None, typer.Argument(metavar="[EMAIL]", help="Only this person's.")] = None,
) -> None:
    """Show tokens: whose they are and what they may do, never what they are."""
    from viesti.cli.access_means import show_table, with_estate
    from viesti.cli.apply import actor
    from viesti.cli.messages_view import when
    from viesti.services.personal_tokens import PersonalTokens

    async def read(store: Store, estate: EstateCache) -> list[tuple[str, PersonalToken]]:
        tokens = PersonalTokens(store, estate, wiring.utc_now, wiring.new_token, actor())
        return await tokens.all(email.strip().lower() if email else None)

    now = wiring.utc_now()

    def state(token: PersonalToken) -> str:
        if token.ended_at is not None:
            return "ended"
        if token.expires_at is None:
            return "good"
        return f"good until {when(token.expires_at)}" if now < token.expires_at else "expired"

    show_table(
        ("id", "user", "name", "state", "last used", "scopes"),
        (
            (
                str(token.id),
                owner,
                token.name,
                state(token),
                when(token.used_at) if token.used_at else "never",
                " ".join(token.scopes),
            )
            for owner, token in with_estate(context, read)
        ),
        "No personal access tokens.",
    )


@app.command()
def end(
    context: typer.Context,
    identifier: Annotated[
        int, typer.Argument(metavar="ID", help="The token, as `viesti token list` shows it.")
    ],
) -> None:
    """End a token, at once and for good."""
    from viesti.cli.access_means import with_estate
    from viesti.cli.apply import actor
    from viesti.services.personal_tokens import PersonalTokens

    async def act(store: Store, estate: EstateCache) -> bool:
        tokens = PersonalTokens(store, estate, wiring.utc_now, wiring.new_token, actor())
        return await tokens.end(identifier)

    if not with_estate(context, act):
        raise wiring.Problem(f"There is no token {identifier} that is still good.")
    print("Ended.")
