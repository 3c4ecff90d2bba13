"""How connections are made, and who answers for the connector: apiProperties.json, as data.

Rule: the variant for paconn names no publisher and no owner, because paconn refuses to update a connector
that has one; the variant for certification does. No secret is ever in a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viesti.connector.definition import authorize_url, base_path, token_url
from viesti.connector.options import ExportOptions, RedirectMode
from viesti.connector.products.product import Auth, Product

REDIRECT_URL = "https://global.consent.azure-apim.net/redirect"


def properties(product: Product, options: ExportOptions, *, certified: bool = False) -> dict[str, Any]:
    """The properties. `certified`: for handing the connector in, instead of importing it."""
    made: dict[str, Any] = _connections(product, options) | {
        "iconBrandColor": product.colour,
        "capabilities": [],
        "policyTemplateInstances": [_route(product, options)] if options.dynamic_host else [],
        "scriptOperations": [operation.id for operation in product.triggers(options.contract)],
    }
    if certified:
        made |= {"publisher": options.publisher, "stackOwner": options.publisher}
    return {"properties": made}


def _connections(product: Product, options: ExportOptions) -> dict[str, Any]:
    sets = {auth: _parameters(auth, product, options) for auth in product.auth}
    if len(sets) == 1:
        return {"connectionParameters": sets[product.auth[0]]}
    return {
        "connectionParameterSets": {
            "uiDefinition": {
                "displayName": "Authentication Type",
                "description": "How the connection shows who it is.",
            },
            "values": [
                {
                    "name": auth.value,
                    "uiDefinition": _SETS[auth],
                    "parameters": parameters,
                    "metadata": {"allowSharing": auth is Auth.BASIC},
                }
                for auth, parameters in sets.items()
            ],
        }
    }


_SETS: Mapping[Auth, Mapping[str, str]] = {
    Auth.OAUTH: {"displayName": "Sign in", "description": "A person signs in and agrees."},
    Auth.BASIC: {"displayName": "Application key", "description": "An application's key and secret."},
}


def _parameters(auth: Auth, product: Product, options: ExportOptions) -> dict[str, Any]:
    if auth is Auth.BASIC:
        return {
            "username": _typed_in(
                "Application Key", "The key of the application.", "Provide the key of the application", 1
            ),
            "password": _typed_in(
                "Application Secret", "The secret of the application.", "Provide its secret", 2
            ),
        } | ({"host": _host(options)} if options.dynamic_host else {})
    return {"token": {"type": "oauthSetting", "oAuthSettings": _oauth(product, options)}}


def _host(options: ExportOptions) -> dict[str, Any]:
    return {
        "type": "string",
        "defaultValue": options.base.host,
        "uiDefinition": {
            "displayName": "Host",
            "description": "The host of the server, without https:// and path.",
            "tooltip": "Provide the host of the server",
            "constraints": {"required": "true", "tabIndex": 3},
        },
    }


def _route(product: Product, options: ExportOptions) -> dict[str, Any]:
    """The policy that leads calls to the connection's host; it forgets basePath, so that stands in it."""
    template = f"https://@connectionParameters('host'){base_path(product, options).rstrip('/')}"
    return {
        "templateId": "dynamichosturl",
        "title": "Host of the connection",
        "parameters": {"x-ms-apimTemplateParameter.urlTemplate": template},
    }


def _typed_in(name: str, about: str, tooltip: str, place: int) -> dict[str, Any]:
    return {
        "type": "securestring",
        "uiDefinition": {
            "displayName": name,
            "description": about,
            "tooltip": tooltip,
            "constraints": {"required": "true", "clearText": False, "tabIndex": place},
        },
    }


def _oauth(product: Product, options: ExportOptions) -> dict[str, Any]:
    made: dict[str, Any] = {
        "identityProvider": "oauth2",
        "clientId": options.client_id,
        "scopes": [" ".join(product.scopes(options.contract))],  # one text; they are sent as it stands
        "redirectMode": options.redirect_mode.value,
        "redirectUrl": REDIRECT_URL,
        "properties": {"IsFirstParty": "False"},
        "customParameters": {
            "authorizationUrl": {"value": authorize_url(options)},
            "tokenUrl": {"value": token_url(options)},
            "refreshUrl": {"value": token_url(options)},
        },
    }
    if options.redirect_mode is RedirectMode.PER_CONNECTOR:
        del made["redirectUrl"]  # the platform makes it up with the connector
    return made
