"""Changes to plant in an exported definition: their kind, what is done, where, to what, and how.

Rule: each is picked by the frozen facts, so that it breaks something which the original has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contract.connectors.found import Found


def renamed(name: str) -> Callable[[Found], None]:
    """Gives a member another name, and what requires it, too."""

    def change(it: Found) -> None:
        it.holder[name] = it.holder.pop(it.key)

    return change


def other_case(it: Found) -> None:
    it.holder[it.key.swapcase()] = it.holder.pop(it.key)


def set_to(**members: Any) -> Callable[[Found], None]:
    facts = {name.replace("_", "-"): value for name, value in members.items()}
    return lambda it: it.node.update(facts)


def without(name: str) -> Callable[[Found], None]:
    return lambda it: it.node.pop(name)


def remove(it: Found) -> None:
    del it.holder[it.key]


def require(it: Found) -> None:
    body = next(p for p in it.operation["parameters"] if p["in"] == "body")
    body["schema"].setdefault("required", []).append(it.key)


def demand_more(it: Found) -> None:
    it.holder["More"] = {"type": "string"}
    require(Found(it.document, it.path, it.method, it.holder, "More"))


def at_another_path(it: Found) -> None:
    it.document["paths"][f"{it.path}/more"] = it.document["paths"].pop(it.path)


def with_another_method(it: Found) -> None:
    it.holder["patch"] = it.holder.pop(it.key)


def demand(it: Found) -> None:
    it.node["parameters"].append({"name": "More", "in": "query", "required": True, "type": "string"})


def with_another_body(it: Found) -> None:
    next(p for p in it.operation["parameters"] if p["in"] == "body")["name"] = "Other"


def with_another_status(it: Found) -> None:
    status = min(it.node["responses"])
    it.node["responses"]["299"] = it.node["responses"].pop(status)


def any_of(fact: Any) -> bool:
    return True


def visible(fact: Any) -> bool:
    return fact.get("visibility") != "internal"


def of_type(kind: str) -> Callable[[Any], bool]:
    return lambda fact: fact.get("type") == kind


def has(name: str) -> Callable[[Any], bool]:
    return lambda fact: name in fact


def optional(fact: Any) -> bool:
    return not fact.get("required") and visible(fact)


def hidden_delete(fact: Any) -> bool:
    return fact["method"] == "DELETE" and fact.get("visibility") == "internal"


def with_choices(fact: Any) -> bool:
    return fact.get("type") == "string" and "enum" in fact


def fewer_choices(it: Found) -> None:
    it.node["enum"] = it.node["enum"][1:]


def choices_in_another_case(it: Found) -> None:
    it.node["enum"] = [choice.swapcase() for choice in it.node["enum"]]


def looked_up_elsewhere(it: Found) -> None:
    it.node["x-ms-dynamic-values"]["value-path"] = "other"


PLANTED: tuple[tuple[str, str, str, Callable[[Any], bool], Callable[[Found], None]], ...] = (
    ("operation-removed", "an operation is gone", "operation", visible, remove),
    ("operation-renamed", "an operation has another id", "operation", any_of, set_to(operationId="Renamed")),
    (
        "operation-casing",
        "an id in capitals",
        "operation",
        any_of,
        lambda it: it.node.update(operationId=it.node["operationId"].upper()),
    ),
    ("path-changed", "another path", "operation", any_of, at_another_path),
    ("method-changed", "another method", "operation", any_of, with_another_method),
    ("hidden-delete-removed", "what unsubscribes is gone", "operation", hidden_delete, remove),
    (
        "operation-renamed",
        "what unsubscribes has another id",
        "operation",
        hidden_delete,
        set_to(operationId="Gone"),
    ),
    (
        "visibility-changed",
        "what unsubscribes is shown",
        "operation",
        hidden_delete,
        without("x-ms-visibility"),
    ),
    ("trigger-changed", "a trigger sends lists", "operation", has("trigger"), set_to(x_ms_trigger="batch")),
    ("trigger-changed", "a trigger is none", "operation", has("trigger"), without("x-ms-trigger")),
    ("parameter-removed", "a parameter is gone", "parameter", any_of, remove),
    ("parameter-removed", "a parameter has another name", "parameter", any_of, set_to(name="Other")),
    (
        "parameter-casing",
        "a parameter in capitals",
        "parameter",
        any_of,
        lambda it: it.node.update(name=it.node["name"].upper()),
    ),
    ("parameter-moved", "a parameter in another place", "parameter", any_of, set_to(**{"in": "query"})),
    ("parameter-added-required", "a new parameter is required", "operation", any_of, demand),
    ("required-now", "a parameter is required", "parameter", optional, set_to(required=True)),
    ("optional-now", "a parameter is optional", "parameter", has("visibility"), set_to(required=False)),
    ("type-changed", "a parameter has another type", "parameter", of_type("string"), set_to(type="integer")),
    (
        "default-changed",
        "a hidden parameter is filled in differently",
        "parameter",
        has("default"),
        set_to(default="other"),
    ),
    (
        "default-changed",
        "a hidden parameter is not filled in",
        "parameter",
        has("default"),
        without("default"),
    ),
    (
        "visibility-changed",
        "a hidden parameter is shown",
        "parameter",
        lambda fact: not visible(fact),
        without("x-ms-visibility"),
    ),
    ("hidden-now", "a parameter is hidden", "parameter", visible, set_to(x_ms_visibility="internal")),
    (
        "encoding-changed",
        "a parameter is encoded twice",
        "parameter",
        has("encoding"),
        set_to(x_ms_url_encoding="double"),
    ),
    (
        "lookup-removed",
        "a parameter is not looked up",
        "parameter",
        has("dynamic"),
        without("x-ms-dynamic-values"),
    ),
    ("lookup-changed", "another value is looked up", "parameter", has("dynamic"), looked_up_elsewhere),
    ("lookup-changed", "a member is looked up otherwise", "asked", has("dynamic"), looked_up_elsewhere),
    ("body-renamed", "a body has another name", "asked", any_of, with_another_body),
    ("member-removed", "a member is gone", "asked", optional, remove),
    ("member-removed", "a member has another name", "asked", optional, renamed("Other")),
    ("member-casing", "a member in another letter case", "asked", optional, other_case),
    ("member-added-required", "a new member is required", "asked", visible, demand_more),
    ("required-now", "a member is required", "asked", optional, require),
    ("type-changed", "a member has another type", "asked", of_type("string"), set_to(type="boolean")),
    ("format-changed", "a moment is any text", "asked", has("format"), without("format")),
    ("length-limited", "a member may be less long", "asked", has("max_length"), set_to(maxLength=9)),
    ("choice-removed", "a choice is gone", "asked", with_choices, fewer_choices),
    ("choice-casing", "choices in another letter case", "asked", with_choices, choices_in_another_case),
    (
        "address-moved",
        "the flow's address is any text",
        "asked",
        has("notification_url"),
        without("x-ms-notification-url"),
    ),
    ("status-removed", "another status", "operation", any_of, with_another_status),
    ("member-removed", "a member of an answer is gone", "answer", any_of, remove),
    ("member-removed", "a member of an answer has another name", "answer", any_of, renamed("Other")),
    ("member-casing", "a member of an answer in another letter case", "answer", any_of, other_case),
    (
        "type-changed",
        "a member of an answer has another type",
        "answer",
        of_type("string"),
        set_to(type="integer"),
    ),
    (
        "format-changed",
        "a number of an answer may be larger",
        "answer",
        of_type("integer"),
        without("format"),
    ),
    (
        "notification-removed",
        "nothing tells what is sent",
        "operation",
        has("trigger"),
        lambda it: it.item.pop("x-ms-notification-content"),
    ),
    ("member-removed", "a member of what is sent is gone", "sent", any_of, remove),
    ("member-casing", "a member of what is sent in another letter case", "sent", any_of, other_case),
    (
        "type-changed",
        "a member of what is sent has another type",
        "sent",
        of_type("string"),
        set_to(type="integer"),
    ),
    (
        "base-path-changed",
        "another base path",
        "operation",
        any_of,
        lambda it: it.document.update(basePath="/v9"),
    ),
)
