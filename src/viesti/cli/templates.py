"""`viesti templates`: what templates of WhatsApp there are and where they stand; making one, asking Meta.

Rule: what stands is read from the database; only `create` and `sync` call Meta.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.config import Settings
    from viesti.domain.templates.template import Template
    from viesti.services.estate import EstateCache
    from viesti.services.templates.meta import Meta
    from viesti.services.templates.sync import Synced
    from viesti.storage.store import Store

app = typer.Typer(
    name="templates",
    help="Templates of WhatsApp: list them, see where one stands, make one, ask Meta for all.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Owner = Annotated[str, typer.Option(metavar="KEY", help="The customer.")]


@app.command(name="list")
def list_templates(context: typer.Context, customer: Owner) -> None:
    """Show a customer's templates in whatever state, by name and language."""
    from viesti.cli.access_means import show_table, with_estate
    from viesti.cli.messages_view import when

    found = with_estate(context, lambda store, estate: _of(store, estate, customer))
    show_table(
        ("name", "language", "category", "state", "quality", "may be sent", "changed"),
        (
            (
                each.name, each.language, each.category, each.status, each.quality,
                "yes" if each.state.sendable else "no", when(each.updated_at),
            )
            for each in found
        ),
        "There are no templates.",
    )  # fmt: skip


@app.command()
def show(
    context: typer.Context,
    named: Annotated[str, typer.Argument(metavar="NAME[:LANGUAGE]", help="The template.")],
    customer: Owner,
) -> None:
    """Show a template as a person would read it, and where it stands."""
    from viesti.cli.access_means import with_estate
    from viesti.domain.templates.template import split_reference

    name, language = split_reference(named)
    found = with_estate(context, lambda store, estate: _of(store, estate, customer, name))
    shown = [each for each in found if not language or each.language == language]
    if not shown:
        raise wiring.Problem(f"There is no template {named}; `viesti templates list` shows them.")
    print("\n\n".join("\n".join(lines(each)) for each in shown))


@app.command()
def create(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE.toml", help="The template; docs/whatsapp.md shows one.")
    ],
    customer: Owner,
) -> None:
    """Check a template and submit it to Meta for review."""
    from viesti.cli import template_file
    from viesti.cli.access_means import with_estate
    from viesti.cli.balance import customer_of
    from viesti.domain.templates.template import Template
    from viesti.services.refusals import Invalid
    from viesti.services.templates.create import CreateTemplate

    number, new = template_file.read(file)
    settings = wiring.settings_of(context)

    async def submit(store: Store, estate: EstateCache) -> Template:
        async with _meta(settings) as meta:
            made = await CreateTemplate(store, estate, meta, wiring.utc_now)(
                customer_of(estate, customer), number, new
            )
        if isinstance(made, Template):
            return made
        if isinstance(made, Invalid):
            raise wiring.Problem(
                "\n".join(_told(each.field, each.index, each.sentence) for each in made.problems)
            )
        raise wiring.Problem(made.sentence)

    made = with_estate(context, submit)
    print(f"{made.reference} is {made.status}, {made.category}.")


@app.command()
def sync(context: typer.Context) -> None:
    """Ask Meta for the templates of every account now."""
    from viesti.cli.access_means import with_estate
    from viesti.services.templates.sync import SyncTemplates

    settings = wiring.settings_of(context)

    async def ask(store: Store, estate: EstateCache) -> Synced:
        async with _meta(settings) as meta:
            return await SyncTemplates(store, estate, meta, wiring.utc_now).everything()

    done = with_estate(context, ask)
    print(f"{done.accounts} accounts asked: {done.added} templates are new, {done.changed} changed.")
    for identity, why in done.failed:
        print(f"{identity}: {why}")
    if done.failed:
        raise typer.Exit(1)


def lines(template: Template) -> list[str]:
    """A template for a person."""
    from viesti.domain.templates.render import render
    from viesti.domain.templates.shape import ButtonKind

    shape = template.shape
    state = template.state
    header = shape.header
    media = f"[{header.kind.value.lower()}]" if header and header.kind.media else ""
    told = [
        f"{template.reference} '{template.display_name}': {template.status}, {template.category}"
        f"{f', quality {template.quality}' if template.quality else ''}",
    ]
    reason = template.reason.removesuffix(".")
    if not state.sendable:
        told.append(f"It {state.why}{f': {reason}' if reason else ''}.")
    elif reason:
        told.append(f"Meta says: {reason}.")
    text = render(shape, {}, {}, media=media).splitlines()
    replies = [each.label for each in shape.buttons if each.kind is ButtonKind.QUICK_REPLY]
    return told + [f"  {line}" for line in text] + [f"  [{label}]" for label in replies]


async def _of(store: Store, estate: EstateCache, customer: str, name: str | None = None) -> list[Template]:
    from viesti.cli.balance import customer_of

    async with store.statements() as tx:
        return await tx.templates.of_customer(customer_of(estate, customer).id, name)


@asynccontextmanager
async def _meta(settings: Settings) -> AsyncIterator[Meta]:
    from viesti.cli.engine_process import client_options
    from viesti.net.client import OPERATORS, OutgoingClient
    from viesti.services.templates.meta import Meta
    from viesti.storage.seal import Seal

    async with OutgoingClient(OPERATORS) as operators, OutgoingClient(client_options(settings)) as others:
        yield Meta(operators, others, Seal(wiring.secret_keys(settings)))


def _told(field: str, index: int | None, sentence: str) -> str:
    place = field if index is None else f"{field.replace('buttons', f'buttons[{index}]', 1)}"
    return f"{place}: {sentence}" if place else sentence
