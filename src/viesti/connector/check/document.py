"""Rules about the definition as a whole: where it leads, what it is called, what it can do.

Rule: what certification asks for, and importing doesn't, is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from viesti.connector.check.definition import Operation, Value, definition_of, operations, values
from viesti.connector.check.node import Fault
from viesti.connector.check.package import Package
from viesti.connector.check.rule import Rule

LONGEST_TITLE = 30
_NOT_IN_TITLES = re.compile(r"\b(api|connector|power ?apps|power ?automate)\b", re.IGNORECASE)
METADATA = ("Website", "Privacy policy", "Categories")
CATEGORIES = frozenset(
    (
        *("AI", "Business Management", "Business Intelligence", "Collaboration", "Commerce", "Communication"),
        *("Content and Files", "Finance", "Data", "Human Resources", "Internet of Things", "IT Operations"),
        *("Lifestyle and Entertainment", "Marketing", "Productivity", "Sales and CRM", "Security"),
        *("Social Media", "Website"),
    )
)


def _host_missing(package: Package) -> Iterator[Fault]:
    if "host" not in package.definition:
        yield package.definition.has("it has no host.")


def _host_form(package: Package) -> Iterator[Fault]:
    host = package.definition["host"]
    if host.text and re.search(r"[{}/ \\]|:(?!\d+$)", host.text):
        yield host.has(f"`{host.text}` is no host alone.")


def _base_path_form(package: Package) -> Iterator[Fault]:
    base = package.definition["basePath"]
    if base.text and not base.text.startswith("/"):
        yield base.has(f"`{base.text}` has no slash before it.")


def _schemes(package: Package) -> Iterator[Fault]:
    schemes = package.definition["schemes"]
    if schemes.value != ["https"]:
        yield (schemes or package.definition).has(
            f"the schemes are {', '.join(schemes.texts) or 'not told'}."
        )


def _nothing(package: Package) -> Iterator[Fault]:
    if not operations(package):
        yield package.definition["paths"].has("there is no operation.")


def _title(package: Package) -> Iterator[Fault]:
    title = package.definition["info"]["title"]
    found = _NOT_IN_TITLES.search(title.text)
    if found:
        yield title.has(f"it says `{found.group()}`.")
    if len(title.text) > LONGEST_TITLE:
        yield title.has(f"it has {len(title.text)} characters, {LONGEST_TITLE} may be.")


def _description(package: Package) -> Iterator[Fault]:
    info = package.definition["info"]
    if not info["description"].text:
        yield info.has("the connector is not described.")


def _contact(package: Package) -> Iterator[Fault]:
    info = package.definition["info"]
    if not info["contact"].value:
        yield info.has("nobody is named whom to ask.")


def _metadata_missing(package: Package) -> Iterator[Fault]:
    metadata = package.definition["x-ms-connector-metadata"]
    names = {each["propertyName"].text for each in metadata.items}
    for name in METADATA:
        if name not in names:
            yield (metadata or package.definition).has(f"no `{name}` is named in x-ms-connector-metadata.")


def _category_unknown(package: Package) -> Iterator[Fault]:
    for each in package.definition["x-ms-connector-metadata"].items:
        if each["propertyName"].text == "Categories":
            for name in each["propertyValue"].text.split(";"):
                if name.strip() not in CATEGORIES:
                    yield each["propertyValue"].has(f"there is no category `{name.strip()}`.")


def _security_missing(package: Package) -> Iterator[Fault]:
    named = {name for name, _ in package.definition["securityDefinitions"].members}
    places = [package.definition["security"], *(o.node["security"] for o in operations(package))]
    for place in places:
        for demanded in place.items:
            for name, each in demanded.members:
                if name not in named:
                    yield each.has(f"there is no security definition `{name}`.")


def _test_connection(package: Package) -> Iterator[Fault]:
    test = package.definition["x-ms-capabilities"]["testConnection"]
    named = test["operationId"]
    operation = definition_of(package).by_id.get(named.text)
    if named.text and operation is None:
        yield named.has(f"there is no operation `{named.text}`.")
    given = {name for name, _ in test["parameters"].members}
    for value in operation.values if operation else ():
        if (
            value.role == "parameter"
            and value.required
            and "default" not in value.node
            and value.name not in given
        ):
            yield test.has(f"{named.text} needs `{value.name}`, which is not given.")


def _pageable(package: Package) -> Iterator[Fault]:
    policies = {
        name
        for policy in package.properties["policyTemplateInstances"].items
        if policy["templateId"].text.lower() == "updatenextlink"
        for name in policy["parameters"]["x-ms-apimTemplate-operationName"].texts
        or [o.id for o in operations(package)]
    }
    for operation in operations(package):
        link = operation.node["x-ms-pageable"]["nextLinkName"]
        if not link.text:
            continue
        if link.text not in {value.name for value in _top(operation)}:
            yield link.has(f"{operation.id} answers no `{link.text}`.")
        elif operation.id not in policies:
            yield link.has(f"no policy updatenextlink leads {operation.id} to its next page.")


def _top(operation: Operation) -> Iterator[Value]:
    return (value for value in operation.values if value.role == "answer")


def _unfit_name(package: Package) -> Iterator[Fault]:
    """A name that a JSON pointer or a path in an expression can't hold."""
    seen: set[str] = set()
    for value in values(package):
        if value.node.at not in seen and re.search(r"[/~]", value.name):
            seen.add(value.node.at)
            yield value.node.has(f"`{value.name}` has a slash or a tilde.")


RULES = (
    Rule("host-missing", "The definition has a host.", "Export it with --base-url.", _host_missing),
    Rule(
        "host-form",
        "The host is a name and perhaps a port, without scheme and path.",
        "Leave out what is around it; the path goes into basePath.",
        _host_form,
    ),
    Rule("base-path-form", "The base path begins with a slash.", "Put one before it.", _base_path_form),
    Rule(
        "scheme-not-https",
        "A connector calls https and nothing else.",
        "Say schemes https.",
        _schemes,
    ),
    Rule("no-operation", "A connector can do something.", "Declare an operation.", _nothing),
    Rule(
        "security-unknown",
        "The security that is demanded is defined.",
        "Define it under securityDefinitions.",
        _security_missing,
    ),
    Rule(
        "test-connection",
        "A connection is tested with an operation of this definition, and all it needs.",
        "Name one, and give each parameter that is required.",
        _test_connection,
    ),
    Rule(
        "page-link",
        "An operation with pages answers the link to the next one, and a policy follows it.",
        "Name the member, and add the policy updatenextlink to the properties.",
        _pageable,
        needs=("apiProperties.json",),
    ),
    Rule(
        "info-description-missing",
        "The connector is described (paconn stops without it).",
        "Say in two or three sentences what it is for.",
        _description,
    ),
    Rule(
        "category-unknown",
        "Categories are those of the gallery.",
        f"Choose from: {', '.join(sorted(CATEGORIES))}.",
        _category_unknown,
    ),
    Rule(
        "name-unfit",
        "Names have no slash and no tilde.",
        "Rename it, if no flow uses it yet.",
        _unfit_name,
        warning=True,
    ),
    Rule(
        "title-wording",
        "A title has at most 30 characters, and is not called API or connector.",
        "Use the name of the product.",
        _title,
        warning=True,
    ),
    Rule("contact-missing", "A contact is named.", "Add info/contact.", _contact, warning=True),
    Rule(
        "metadata-missing",
        "Website, privacy policy and categories are named.",
        "Add it; certification asks for it.",
        _metadata_missing,
        warning=True,
    ),
)
