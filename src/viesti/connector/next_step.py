"""What to do with a package once it is written, as it is printed.

Rule: every command can be copied as it stands, but for secrets, which are never known here.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from viesti.connector.options import NO_CLIENT_ID, ExportOptions, RedirectMode
from viesti.connector.products.product import Auth, Product
from viesti.connector.properties import REDIRECT_URL

PORTAL = "https://make.powerautomate.com"


def next_step(product: Product, options: ExportOptions, folder: Path, connector_id: str | None) -> str:
    """The steps. `connector_id`: the connector that the folder was imported as before."""
    oauth = Auth.OAUTH in product.auth
    steps = []
    if oauth and options.client_id == NO_CLIENT_ID:
        steps.append(
            "Make an OAuth client: [[oauth_clients]] in the estate file, then `viesti apply`, which shows\n"
            "its client id and secret once. Export again with --client-id, so that the package names it."
        )
    if connector_id:
        steps.append(_paconn("update", folder, secret=oauth) + f"\nIt updates {connector_id}. {_KEPT}")
    else:
        steps += [_import(product, folder, secret=oauth), *_first(product, options)]
    return "Next:\n" + "\n".join(_numbered(number, step) for number, step in enumerate(steps, 1))


_KEPT = "Flows, connections and the redirect URL stay as they are."


def _first(product: Product, options: ExportOptions) -> list[str]:
    """What follows the first import."""
    redirect = [_redirect(options)] if Auth.OAUTH in product.auth else []
    return [*redirect, _connection(product)]


def _numbered(number: int, step: str) -> str:
    return f"{number}. " + step.replace("\n", "\n   ")


def _paconn(verb: str, folder: Path, *, secret: bool) -> str:
    command = f"paconn {verb} --settings settings.json" + (" --secret CLIENT_SECRET" if secret else "")
    return f"cd {shlex.quote(str(folder))} && paconn login && {command}"


def _import(product: Product, folder: Path, *, secret: bool) -> str:
    step = _paconn("create", folder, secret=secret)
    if len(product.auth) > 1:  # the portal's wizard knows one way only
        return f"{step}\n(The portal can't import a connector with two ways to sign in.)"
    security = "; on its Security tab, the client id and secret" if secret else ""
    return (
        f"{step}\nOr without paconn, at {PORTAL}: More > Discover all > Custom connectors >\n"
        "New custom connector > Import an OpenAPI file: apiDefinition.swagger.json"
        f"{security};\non its Code tab, script.csx for the triggers."
    )


def _redirect(options: ExportOptions) -> str:
    register = "viesti oauth redirect CLIENT 'URL'"
    if options.redirect_mode is RedirectMode.PER_CONNECTOR:
        return f"Register the redirect URL that the connector's Security tab shows:\n{register}"
    return (
        f"A new OAuth client has the redirect URL {REDIRECT_URL}.\n"
        f"Does the connector's Security tab show another one, register that:\n{register}"
    )


def _connection(product: Product) -> str:
    key = "with the key and secret of an application"
    person = "by signing in as a person with\nconnector_sign_in = true in the estate file"
    means = {Auth.OAUTH: person, Auth.BASIC: key}
    return (
        f"Make a connection {', or '.join(means[auth] for auth in product.auth)}, and build the first flow."
    )
