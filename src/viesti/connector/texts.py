"""What a connector's pages say: intro.md for the directory of connectors, README.md for who keeps it.

Rule: operations are listed from their declarations, and addresses from the installation.
"""

from __future__ import annotations

from collections.abc import Iterable

from viesti.api.contract.errors import SAID
from viesti.api.contract.operation import AnyOperation
from viesti.connector.definition import authorize_url, token_url
from viesti.connector.options import NO_CLIENT_ID, ExportOptions, RedirectMode
from viesti.connector.products.product import Auth, Product
from viesti.connector.properties import REDIRECT_URL

KNOWN_ISSUES = (
    "A connection may make as many calls a minute as the server allows it; beyond that the answer is 429 "
    "with the header Retry-After, and the flow tries again by itself.",
    "A trigger is made anew each time its flow is saved. The old one is deleted by the platform; for some "
    "seconds both may start the flow.",
)


def intro(product: Product, options: ExportOptions) -> str:
    """intro.md."""
    return _page(
        product.title,
        product.description,
        ("Publisher", _publisher(options)),
        ("Prerequisites", _prerequisites(product, options)),
        ("How to get credentials", _credentials(product)),
        ("Get started with your connector", _start(product, options)),
        ("Supported operations", _operations(product, options)),
        ("Known issues and limitations", _bullets((*product.known_issues, *KNOWN_ISSUES))),
        ("Common errors and remedies", _errors()),
        ("Deployment instructions", _deployment(product, options)),
    )


def readme(product: Product, options: ExportOptions) -> str:
    """README.md."""
    return _page(
        product.title,
        product.description,
        ("Publisher", _publisher(options)),
        ("Prerequisites", _prerequisites(product, options)),
        ("Supported operations", _operations(product, options)),
        ("Obtaining credentials", _credentials(product)),
        ("Known issues and limitations", _bullets((*product.known_issues, *KNOWN_ISSUES))),
        ("Deployment instructions", _deployment(product, options)),
    )


def _page(title: str, about: str, *sections: tuple[str, str]) -> str:
    return "\n\n".join([f"# {title}", about, *(f"## {name}\n\n{text}" for name, text in sections)]) + "\n"


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _publisher(options: ExportOptions) -> str:
    return options.publisher + (f", {options.support}" if options.support else "")


def _prerequisites(product: Product, options: ExportOptions) -> str:
    means = {
        Auth.OAUTH: "a person of the server who may sign in for connectors",
        Auth.BASIC: "the key and secret of an application there",
    }
    needed = ", or ".join(means[auth] for auth in product.auth)
    return _bullets(
        (
            f"A Viesti server that the platform reaches at {options.base}"
            + (", or one whose host you name in the connection." if options.dynamic_host else "."),
            f"For each connection: {needed}.",
        )
    )


def _credentials(product: Product) -> str:
    told = {
        Auth.OAUTH: "Sign in with the e-mail address and password that the administrator of the server gave "
        "you, and agree to what the connector may do. The administrator must have allowed you to sign in "
        "for connectors.",
        Auth.BASIC: "Ask the administrator of the server for the key and the secret of an application.",
    }
    return _bullets(told[auth] for auth in product.auth)


def _start(product: Product, options: ExportOptions) -> str:
    triggers = [each.about.summary for each in product.triggers(options.contract)]
    first = f" A flow may start with one of: {', '.join(triggers)}." if triggers else ""
    return f"Make a connection, and add an operation of {product.title} to a flow.{first}"


def _errors() -> str:
    return _bullets(f"{status}: {sentence}" for status, sentence in SAID.items())


def _operations(product: Product, options: ExportOptions) -> str:
    shown = [each for each in product.operations(options.contract) if each.about.visibility != "internal"]
    groups = (
        ("Triggers", [each for each in shown if each.trigger]),
        ("Actions", [each for each in shown if not each.trigger]),
    )
    return "\n\n".join(
        f"### {name}\n\n" + _bullets(_operation(each) for each in operations)
        for name, operations in groups
        if operations
    )


def _operation(operation: AnyOperation) -> str:
    old = " It is deprecated." if operation.deprecated else ""
    return f"**{operation.about.summary}**: {operation.about.description}{old}"


def _deployment(product: Product, options: ExportOptions) -> str:
    oauth = Auth.OAUTH in product.auth
    secret = " --secret CLIENT_SECRET" if oauth else ""
    steps = [
        "Install paconn (`pip install paconn`) and sign in with `paconn login`.",
        f"In this folder run `paconn create --settings settings.json{secret}`. paconn writes the connector's "
        "id into `settings.json`; later versions go there with `paconn update --settings settings.json"
        f"{secret}`.",
    ]
    if oauth:
        steps = [*_client(options), *steps, _redirect(options)]
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _client(options: ExportOptions) -> list[str]:
    if options.client_id != NO_CLIENT_ID:
        return []
    return [
        f"Put the client id of the server's OAuth client where {NO_CLIENT_ID} stands in "
        f"`apiProperties.json`. People sign in at {authorize_url(options)}, "
        f"tokens come from {token_url(options)}."
    ]


def _redirect(options: ExportOptions) -> str:
    if options.redirect_mode is RedirectMode.GLOBAL:
        return f"The client must have the redirect URL {REDIRECT_URL}; a new client of the server has it."
    return (
        "Copy the redirect URL from the connector's Security tab, and register it at the server with "
        "`viesti oauth redirect CLIENT URL`."
    )
