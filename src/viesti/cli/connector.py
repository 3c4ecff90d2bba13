"""`viesti connector`: the packages with which flows reach this server.

Rule: it reads declarations and writes files; no server and no database is asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from viesti.cli import wiring
from viesti.cli.connector_check import check, compare

if TYPE_CHECKING:
    from viesti.connector.base_url import BaseUrl
    from viesti.connector.options import RedirectMode
    from viesti.connector.products import Product

app = typer.Typer(
    name="connector",
    help="Connectors for Power Automate, Logic Apps, Power Apps and Copilot Studio.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(check)
app.command()(compare)


@app.command()
def export(
    name: Annotated[str, typer.Argument(metavar="NAME", help="smartdialog, txtsync or viesti.")],
    base_url: Annotated[
        str, typer.Option("--base-url", metavar="URL", help="Where callers reach the server, with https.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to write; made if need be.")
    ],
    contract: Annotated[
        str, typer.Option(metavar="VERSION", help="For txtsync: 1.1, as it is published, or 1.2.")
    ] = "",
    client_id: Annotated[
        str, typer.Option(metavar="ID", help="The client id of the OAuth client that the connector is.")
    ] = "",
    redirect_mode: Annotated[
        str,
        typer.Option(
            metavar="MODE", help="Global, as usual, or GlobalPerConnector for a redirect URL of its own."
        ),
    ] = "",
    dynamic_host: Annotated[
        bool, typer.Option("--dynamic-host", help="For txtsync: each connection names its server's host.")
    ] = False,
    publisher: Annotated[str, typer.Option(metavar="NAME", help="Who answers for the connector.")] = "",
    support: Annotated[
        str, typer.Option(metavar="EMAIL", help="The e-mail address of whom to ask about it.")
    ] = "",
    website: Annotated[
        str, typer.Option(metavar="URL", help="A page about it. Left out: the server's address.")
    ] = "",
    privacy: Annotated[
        str,
        typer.Option("--privacy-policy", metavar="URL", help="What is done with data. Left out: the same."),
    ] = "",
) -> None:
    """Write a connector's package, and say what to do with it."""
    from viesti.connector.export import files
    from viesti.connector.next_step import next_step
    from viesti.connector.options import NO_CLIENT_ID, PUBLISHER, ExportOptions
    from viesti.connector.products import Auth
    from viesti.connector.write import AnotherConnector, write

    product = _product(name, contract)
    if dynamic_host and not product.can_ask_for_host:
        raise wiring.Problem(
            f"--dynamic-host: people sign in for {name}, and where they do is written into the package."
        )
    if Auth.OAUTH not in product.auth:
        for option, given in (("--client-id", client_id), ("--redirect-mode", redirect_mode)):
            if given:
                raise wiring.Problem(
                    f"{option}: nobody signs in for {name}; connections have a key and secret."
                )
    options = ExportOptions(
        base=_base(base_url),
        contract=contract,
        publisher=publisher or PUBLISHER,
        support=_email(support),
        website=_page("--website", website),
        privacy=_page("--privacy-policy", privacy),
        client_id=client_id or NO_CLIENT_ID,
        redirect_mode=_mode(redirect_mode),
        dynamic_host=dynamic_host,
    )
    package = files(product, options)
    try:
        connector_id = write(package, output)
    except OSError as error:
        raise wiring.Problem(f"{output} can't be written: {error.strerror}") from None
    if isinstance(connector_id, AnotherConnector):
        raise wiring.Problem(
            f"{output} holds another connector, {connector_id.title}, which was imported. Choose another "
            f"folder: here `paconn update` would write {name} over it."
        )
    print(f"Wrote to {output}:")
    for each in package:
        print(f"  {each}")
    print()
    print(next_step(product, options, output, connector_id))


def _product(name: str, contract: str) -> Product:
    from viesti.connector.products import PRODUCTS

    product = PRODUCTS.get(name)
    if product is None:
        raise wiring.Problem(f"There is no connector {name}. There are: {', '.join(PRODUCTS)}.")
    if contract and contract not in product.contracts:
        versions = " and ".join(product.contracts)
        raise wiring.Problem(f"--contract: {name} has no {contract}; it has {versions}.")
    return product


def _base(text: str) -> BaseUrl:
    from viesti.connector.base_url import read_base_url

    base = read_base_url(text)
    if isinstance(base, str):
        raise wiring.Problem(f"--base-url {text}: {base}.")
    return base


def _page(option: str, text: str) -> str:
    if text and not text.startswith("https://"):
        raise wiring.Problem(f"{option} {text}: it must begin with https://.")
    return text


def _email(text: str) -> str:
    name, _, host = text.partition("@")
    if text and not (name and host and text.isascii() and len(text.split()) == 1):
        raise wiring.Problem(f"--support {text}: it must be an e-mail address.")
    return text


def _mode(text: str) -> RedirectMode:
    from viesti.connector.options import RedirectMode

    try:
        return RedirectMode(text) if text else RedirectMode.GLOBAL
    except ValueError:
        raise wiring.Problem(f"--redirect-mode: it is {' or '.join(RedirectMode)}, not {text}.") from None
