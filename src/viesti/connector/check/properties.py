"""Rules about apiProperties.json: the colour, how a connection signs in, policies and the script.

Rule: what it names (operations, parameters, addresses) is the same in the definition beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from viesti.connector.check.definition import definition_of
from viesti.connector.check.node import Fault, Node
from viesti.connector.check.package import DEFINITION, ICON, SCRIPT, Package
from viesti.connector.check.rule import Rule

DEFAULT_COLOURS = ("#007ee5", "#ffffff")
# Who publishes another's connector has this colour, and no icon.
INDEPENDENT = "#da3b01"
REDIRECT = "https://global.consent.azure-apim.net/redirect"
ADDRESSES = ("authorizationUrl", "tokenUrl", "refreshUrl")
_OPERATIONS = "x-ms-apimTemplate-operationName"
_REFERENCE = re.compile(r"@connectionParameters\('([^']*)'")


def _parameters(package: Package) -> dict[str, Node]:
    """The connection's parameters by their names, those of all its sets together."""
    properties = package.properties
    sets = properties["connectionParameterSets"]["values"].items
    return dict(properties["connectionParameters"].members) | {
        name: each for one in sets for name, each in one["parameters"].members
    }


def _oauth(package: Package) -> Iterator[Node]:
    for parameter in _parameters(package).values():
        if parameter["type"].text == "oauthSetting":
            yield parameter["oAuthSettings"]


def _colour_form(package: Package) -> Iterator[Fault]:
    colour = package.properties["iconBrandColor"]
    if colour.text and not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour.text):
        yield colour.has(f"`{colour.text}` is no colour.")


def _colour_default(package: Package) -> Iterator[Fault]:
    colour = package.properties["iconBrandColor"]
    if colour.text.lower() in DEFAULT_COLOURS:
        yield colour.has(f"`{colour.text}` is a colour that anybody's connector begins with.")


def _independent_icon(package: Package) -> Iterator[Fault]:
    colour = package.properties["iconBrandColor"]
    if colour.text.lower() == INDEPENDENT and ICON in package.files:
        yield colour.has(f"`{colour.text}` is for independent publishers, who send no icon.")


def _sign_in_missing(package: Package) -> Iterator[Fault]:
    kinds = {each["type"].text: name for name, each in package.definition["securityDefinitions"].members}
    parameters = _parameters(package)
    place = package.properties["connectionParameters"] or package.properties
    oauth = any(True for _ in _oauth(package))
    if "oauth2" in kinds and not oauth:
        yield place.has("the definition signs in with OAuth 2, and no parameter is an oauthSetting.")
    if "basic" in kinds and not {"username", "password"} <= set(parameters):
        yield place.has("the definition signs in with Basic, and there are no `username` and `password`.")
    if oauth and "oauth2" not in kinds:
        yield place.has("a parameter is an oauthSetting, and the definition has no OAuth 2.")


def _password_open(package: Package) -> Iterator[Fault]:
    password = _parameters(package).get("password", Node())
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


def _policy_operation(package: Package) -> Iterator[Fault]:
    known = definition_of(package).by_id
    for policy in package.properties["policyTemplateInstances"].items:
        for named in policy["parameters"][_OPERATIONS].items:
            if named.text and named.text not in known:
                yield named.has(f"there is no operation `{named.text}`.")


def _policy_parameter(package: Package) -> Iterator[Fault]:
    known = _parameters(package)
    for policy in package.properties["policyTemplateInstances"].items:
        for _, each in policy["parameters"].members:
            for name in _REFERENCE.findall(each.text):
                if name not in known:
                    yield each.has(f"there is no connection parameter `{name}`.")


def _dynamic_host(package: Package) -> Iterator[Fault]:
    base = package.definition["basePath"].text.rstrip("/")
    for policy in package.properties["policyTemplateInstances"].items:
        template = policy["parameters"]["x-ms-apimTemplateParameter.urlTemplate"]
        if template.text and base and not template.text.rstrip("/").endswith(base):
            yield template.has(f"it replaces the host and drops the path {base}.")


def _script_operation(package: Package) -> Iterator[Fault]:
    known = definition_of(package).by_id
    for named in package.properties["scriptOperations"].items:
        if named.text and named.text not in known:
            yield named.has(f"there is no operation `{named.text}`.")


def _script_missing(package: Package) -> Iterator[Fault]:
    if "scriptOperations" in package.properties and SCRIPT not in package.files:
        yield package.properties["scriptOperations"].has(f"there is no {SCRIPT}.")


def _stack_owner(package: Package) -> Iterator[Fault]:
    owner = package.properties["stackOwner"]
    if owner:
        yield owner.has("`paconn update` refuses a file with a stackOwner.")


def _owner_missing(package: Package) -> Iterator[Fault]:
    for name in ("publisher", "stackOwner"):
        if not package.properties[name].text:
            yield package.properties.has(f"there is no {name}.")


_DEFINITION = (DEFINITION,)
RULES = (
    Rule("colour-form", "iconBrandColor is #rrggbb.", "Write it so.", _colour_form),
    Rule(
        "colour-default",
        "iconBrandColor is neither #007ee5 nor #ffffff.",
        "Take the colour of your product.",
        _colour_default,
    ),
    Rule(
        "independent-icon",
        "Independent publishers (#da3b01) send no icon.",
        "Take another colour, or the icon away.",
        _independent_icon,
    ),
    Rule(
        "sign-in-missing",
        "A connection asks for what the definition signs in with.",
        "Declare the connection parameters for it.",
        _sign_in_missing,
        needs=_DEFINITION,
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
        needs=_DEFINITION,
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
    Rule(
        "policy-operation-unknown",
        "Policies are for operations of the definition.",
        "Name one that is there.",
        _policy_operation,
        needs=_DEFINITION,
    ),
    Rule(
        "policy-parameter-unknown",
        "Policies use parameters of the connection.",
        "Declare it, or name one that is there.",
        _policy_parameter,
    ),
    Rule(
        "dynamic-host-path",
        "A dynamic host brings the base path along.",
        "End urlTemplate with the base path.",
        _dynamic_host,
        needs=_DEFINITION,
    ),
    Rule(
        "script-operation-unknown",
        "scriptOperations names operations of the definition.",
        "Name one that is there.",
        _script_operation,
        needs=_DEFINITION,
    ),
    Rule(
        "script-missing",
        "Where scriptOperations stand, there is a script.",
        "Add script.csx, or take scriptOperations away.",
        _script_missing,
    ),
)
# Of the file that paconn reads, and of the one that is sent in for certification.
PACONN_RULES = (
    Rule(
        "stack-owner",
        "Properties for paconn name no stackOwner.",
        "Keep it for the variant that is sent in for certification.",
        _stack_owner,
        warning=True,
    ),
)
CERTIFIED_RULES = (
    Rule(
        "owner-missing",
        "Properties for certification name publisher and stackOwner.",
        "Add it.",
        _owner_missing,
    ),
)
