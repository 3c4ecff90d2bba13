"""The definition of a connector's operations: apiDefinition.swagger.json, as data.

Rule: operations come from their declarations alone; what is added here is of the installation and the
product.
"""

from __future__ import annotations

from typing import Any

from viesti.api.contract.swagger import document
from viesti.api.contract.swagger_schema import CONNECTOR
from viesti.connector.options import ExportOptions
from viesti.connector.products.product import Auth, Product
from viesti.services.oauth.scopes import IN_WORDS

# One of the platform's fixed list.
CATEGORIES = "Communication"
ERROR = {"$ref": "#/definitions/Error"}


def definition(product: Product, options: ExportOptions) -> dict[str, Any]:
    """The definition, for this installation."""
    made = document(
        product.operations(options.contract),
        title=product.title,
        version=product.version(options.contract),
        base_path=base_path(product, options),
        host=options.base.host,
        schemes=(options.base.scheme,),
        error=ERROR,
        style=CONNECTOR,
    )
    info = {"description": product.description, "contact": _contact(options)}
    return {
        "swagger": made.pop("swagger"),
        "info": made.pop("info") | info,
        "host": made.pop("host"),
        **made,
        "definitions": {"Error": product.error},
        "securityDefinitions": {auth.value: _security(auth, product, options) for auth in product.auth},
        "security": [
            {auth.value: _scopes(product, options) if auth is Auth.OAUTH else []} for auth in product.auth
        ],
        "x-ms-connector-metadata": [
            {"propertyName": name, "propertyValue": value}
            for name, value in (
                ("Website", options.website or str(options.base)),
                ("Privacy policy", options.privacy or str(options.base)),
                ("Categories", CATEGORIES),
            )
        ],
    }


def base_path(product: Product, options: ExportOptions) -> str:
    """Where the product's paths begin on the host."""
    return options.base.path + product.base.rstrip("/") or "/"


def authorize_url(options: ExportOptions) -> str:
    """Where people sign in."""
    return f"{options.base}/oauth/authorize"


def token_url(options: ExportOptions) -> str:
    """Where codes and refresh tokens become access tokens."""
    return f"{options.base}/oauth/token"


def _contact(options: ExportOptions) -> dict[str, str]:
    contact = {"name": options.publisher, "url": options.website or str(options.base)}
    return contact | ({"email": options.support} if options.support else {})


def _scopes(product: Product, options: ExportOptions) -> list[str]:
    return [scope.value for scope in product.scopes(options.contract)]


def _security(auth: Auth, product: Product, options: ExportOptions) -> dict[str, Any]:
    if auth is Auth.BASIC:
        return {"type": "basic"}
    return {
        "type": "oauth2",
        "flow": "accessCode",
        "authorizationUrl": authorize_url(options),
        "tokenUrl": token_url(options),
        "scopes": {scope.value: f"{IN_WORDS[scope]}." for scope in product.scopes(options.contract)},
    }
