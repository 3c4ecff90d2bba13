"""The command line: `viesti [--config FILE] COMMAND`.

Rule: a command's module imports what it works with inside the command, so that `viesti --help` is quick.
"""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Annotated

import typer

from viesti.cli import (
    campaigns,
    connector,
    consent,
    contacts,
    held,
    oauth,
    simulate,
    templates,
    token,
    webhooks,
    whatsapp,
)
from viesti.cli.apply import apply
from viesti.cli.balance import balance
from viesti.cli.bench import bench
from viesti.cli.child import child
from viesti.cli.demo import demo
from viesti.cli.doctor import doctor
from viesti.cli.messages import messages
from viesti.cli.migrate import migrate
from viesti.cli.send import send
from viesti.cli.serve import serve

app = typer.Typer(
    name="viesti",
    help="Self-hosted business messaging: SMS and WhatsApp over real carriers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # it prints local variables, and those may hold secrets
)
app.command()(apply)
app.command(
    add_help_option=False,  # its words all go to the bench, --help among them
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(bench)
app.command(
    context_settings={"ignore_unknown_options": True}  # an amount may be below zero
)(balance)
app.add_typer(campaigns.app)
app.add_typer(connector.app)
app.add_typer(consent.app)
app.add_typer(contacts.app)
app.command()(demo)
app.command()(doctor)
app.add_typer(held.app)
app.command()(messages)
app.command()(migrate)
app.command()(send)
app.add_typer(oauth.app)
app.add_typer(simulate.app)
app.command()(serve)
app.add_typer(templates.app)
app.add_typer(token.app)
app.add_typer(webhooks.app)
app.add_typer(whatsapp.app)
app.command(hidden=True)(child)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"viesti {importlib.metadata.version('viesti')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="The TOML file with the settings.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    context.obj = config
