"""Rules about apiProperties.json: the colour, policies, the script and the owner.

Rule: what it names (operations, parameters) is in the definition beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from viesti.connector.check.definition import definition_of
from viesti.connector.check.node import Fault
from viesti.connector.check.package import DEFINITION, ICON, SCRIPT, Package
from viesti.connector.check.rule import Rule
from viesti.connector.check.sign_in import connection_parameters

DEFAULT_COLOURS = ("#007ee5", "#ffffff")
# Who publishes another's connector has this colour, and no icon.
INDEPENDENT = "#da3b01"
_OPERATIONS = "x-ms-apimTemplate-operationName"
_REFERENCE = re.compile(r"@connectionParameters\('([^']*)'")


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


def _policy_operation(package: Package) -> Iterator[Fault]:
    known = definition_of(package).by_id
    for policy in package.properties["policyTemplateInstances"].items:
        for named in policy["parameters"][_OPERATIONS].items:
            if named.text and named.text not in known:
                yield named.has(f"there is no operation `{named.text}`.")


def _policy_parameter(package: Package) -> Iterator[Fault]:
    known = connection_parameters(package)
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


RULES = (
    Rule(
        "colour-form",
        "iconBrandColor is #rrggbb.",
        "Write the colour as # and six digits, such as #1f6feb.",
        _colour_form,
    ),
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
        "policy-operation-unknown",
        "Policies are for operations of the definition.",
        "Name one that is there.",
        _policy_operation,
        needs=(DEFINITION,),
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
        needs=(DEFINITION,),
    ),
    Rule(
        "script-operation-unknown",
        "scriptOperations names operations of the definition.",
        "Name one that is there.",
        _script_operation,
        needs=(DEFINITION,),
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
