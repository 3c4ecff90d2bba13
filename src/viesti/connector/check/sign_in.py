"""Rules about how a connection signs in.

Rule: what the properties say of it is the same in the definition beside them, and no secret is in either.
"""

from __future__ import annotations

from collections.abc import Iterator

from viesti.connector.check.node import Fault, Node
from viesti.connector.check.package import DEFINITION, Package
from viesti.connector.check.rule import Rule

REDIRECT = "https://global.consent.azure-apim.net/redirect"
ADDRESSES = ("authorizationUrl", "tokenUrl", "refreshUrl")


def connection_parameters(package: Package) -> dict[str, Node]:
    """The connection's parameters by their names, those of all its sets together."""
    properties = package.properties
    sets = properties["connectionParameterSets"]["values"].items
    return dict(properties["connectionParameters"].members) | {
        name: each for one in sets for name, each in one["parameters"].members
    }


def _oauth(package: Package) -> Iterator[Node]:
    for parameter in connection_parameters(package).values():
        if parameter["type"].text == "oauthSetting":
            yield parameter["oAuthSettings"]


def _sign_in_missing(package: Package) -> Iterator[Fault]:
    kinds = {each["type"].text: name for name, each in package.definition["securityDefinitions"].members}
    parameters = connection_parameters(package)
    place = package.properties["connectionParameters"] or package.properties
    oauth = any(True for _ in _oauth(package))
    if "oauth2" in kinds and not oauth:
        yield place.has("the definition signs in with OAuth 2, and no parameter is an oauthSetting.")
    if "basic" in kinds and not {"username", "password"} <= set(parameters):
        yield place.has("the definition signs in with Basic, and there are no `username` and `password`.")
    if oauth and "oauth2" not in kinds:
        yield place.has("a parameter is an oauthSetting, and the definition has no OAuth 2.")


def _password_open(package: Package) -> Iterator[Fault]:
    password = connection_parameters(package).get("password", Node())
    if password and password["type"].text != "securestring":
        yield password.has("`password` is kept and shown as any text.")


def _oauth_incomplete(package: Package) -> Iterator[Fault]:
    for settings in _oauth(package):
        if settings["identityProvider"].text == "oauth2":
            given = settings["customParameters"]
            lacks = [name for name in ADDRESSES if not given[name]["value"].text]
            lacks += [name for name in ("clientId", "scopes") if not settings[name].value]
            for name in lacks:
                yield settings.has(f"there is no {name}.")


def _oauth_address(package: Package) -> Iterator[Fault]:
    for settings in _oauth(package):
        for name, given in settings["customParameters"].members:
            value = given["value"]
            if name in ADDRESSES and value.text and not value.text.startswith("https://"):
                yield value.has(f"`{value.text}` is no https address.")


def _oauth_differs(package: Package) -> Iterator[Fault]:
    defined = [
        each for _, each in package.definition["securityDefinitions"].members if each["type"].text == "oauth2"
    ]
    for settings in _oauth(package):
        for name in ADDRESSES[:2]:
            value = settings["customParameters"][name]["value"]
            said = [each[name].text for each in defined if each[name].text]
            if value.text and said and value.text not in said:
                yield value.has(f"the definition has {said[0]}.")


def _secret(package: Package) -> Iterator[Fault]:
    for settings in _oauth(package):
        for name, each in settings.members:
            if name.lower() == "clientsecret" and each.text:
                yield each.has("the client's secret stands in the file.")


def _redirect(package: Package) -> Iterator[Fault]:
    for settings in _oauth(package):
        mode, url = settings["redirectMode"].text, settings["redirectUrl"]
        if not url.text:
            continue
        if not (url.text == REDIRECT or url.text.startswith(f"{REDIRECT}/")):
            yield url.has(f"`{url.text}` is not where the consent service listens.")
        elif mode == "Global" and url.text != REDIRECT:
            yield url.has("redirectMode is Global, and the address is one connector's own.")


RULES = (
    Rule(
        "sign-in-missing",
        "A connection asks for what the definition signs in with.",
        "Declare the connection parameters for it.",
        _sign_in_missing,
        needs=(DEFINITION,),
    ),
    Rule("password-open", "`password` is a securestring.", "Declare it as one.", _password_open),
    Rule(
        "oauth-incomplete",
        "OAuth 2 has its addresses, a client id and scopes.",
        "Add it.",
        _oauth_incomplete,
    ),
    Rule("oauth-address", "OAuth 2 is spoken over https.", "Use an https address.", _oauth_address),
    Rule(
        "oauth-differs",
        "Properties and definition name the same authorization server.",
        "Export the package again.",
        _oauth_differs,
        needs=(DEFINITION,),
    ),
    Rule(
        "secret-in-file",
        "A package holds no secret.",
        "Take it out, and give it to `paconn create --secret`.",
        _secret,
    ),
    Rule(
        "redirect-url",
        f"The redirect URL is {REDIRECT}, or below it where each connector has its own.",
        "Use that address.",
        _redirect,
    ),
)
