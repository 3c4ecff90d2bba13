"""Rules about triggers: how a flow subscribes, what it is sent, and how it goes away again.

Rule: a trigger is a webhook (it takes the address to call) or is polled; one that is neither never fires.
"""

from __future__ import annotations

from collections.abc import Iterator

from viesti.connector.check.definition import Operation, definition_of, operations
from viesti.connector.check.node import Fault
from viesti.connector.check.package import Package
from viesti.connector.check.rule import Rule

CREATED = ("200", "201")
# What a poll answers: something new, or nothing.
POLLED = ("200", "202")
CONTENT = "x-ms-notification-content"
_SHAPES = {"single": "object", "batch": "array"}


def _webhooks(package: Package) -> Iterator[Operation]:
    return (operation for operation in operations(package) if operation.webhook)


def _address_missing(package: Package) -> Iterator[Fault]:
    for operation in _webhooks(package):
        if not any(True for _ in operation.notified):
            yield operation.node.has(f"{operation.id} takes no address to call the flow at.")


def _address_hidden(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        for value in operation.notified:
            internal = value.node["x-ms-visibility"].text == "internal"
            lacks = [
                word for word, there in (("required", value.required), ("internal", internal)) if not there
            ]
            if lacks:
                yield value.node.has(
                    f"the address of the flow (`{value.name}`) is not {' and '.join(lacks)}."
                )


def _address_type(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        for value in operation.notified:
            kind = value.node["type"]
            if kind.text != "string":
                yield value.node.has(f"the address of the flow (`{value.name}`) is no string.")


def _address_without_trigger(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        for value in operation.notified:
            if "x-ms-trigger" not in operation.node:
                yield value.node.has(f"{operation.id} takes the address of a flow, and is no trigger.")


def _content_missing(package: Package) -> Iterator[Fault]:
    for operation in _webhooks(package):
        if CONTENT not in operation.item and CONTENT not in operation.node:
            yield operation.item.has(f"nothing tells what {operation.id} sends.")


def _content_place(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        if CONTENT in operation.node:
            yield operation.node[CONTENT].has("it stands in the operation.")


def _content_untyped(package: Package) -> Iterator[Fault]:
    resolved = definition_of(package).resolved
    for operation in _webhooks(package):
        content = operation.item[CONTENT]
        schema = resolved(content["schema"])
        if content and not (schema["properties"].value or schema["items"].value):
            yield content.has(f"it doesn't say which members {operation.id} sends.")


def _shape(package: Package) -> Iterator[Fault]:
    """A webhook's shape is what it sends, a poll's what it answers."""
    resolved = definition_of(package).resolved
    for operation in operations(package):
        trigger = operation.node["x-ms-trigger"]
        wanted = _SHAPES.get(trigger.text)
        if operation.webhook:
            kind = resolved(operation.item[CONTENT]["schema"])["type"].text
        else:
            kind = resolved(resolved(operation.node["responses"]["200"])["schema"])["type"].text
        if wanted == "object" and kind == "array":
            yield trigger.has("it is `single`, and a list is sent.")
        elif wanted == "array" and kind and kind != "array" and operation.webhook:
            yield trigger.has(f"it is `batch`, and {kind} is sent.")


def _created(package: Package) -> Iterator[Fault]:
    for operation in _webhooks(package):
        answers = [status for status, _ in operation.answers]
        if answers and not any(status in CREATED for status in answers):
            yield operation.node["responses"].has(f"{operation.id} answers neither 201 nor 200.")


def _polled(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        if "x-ms-trigger" in operation.node and not operation.webhook:
            answers = [status for status, _ in operation.answers]
            for status in POLLED:
                if status not in answers:
                    yield operation.node["responses"].has(f"{operation.id} has no answer {status}.")


def _removal_missing(package: Package) -> Iterator[Fault]:
    deletes = any(operation.method == "delete" for operation in operations(package))
    for operation in _webhooks(package):
        if not deletes:
            yield operation.node.has(f"nothing removes what {operation.id} makes.")


def _removal_shown(package: Package) -> Iterator[Fault]:
    deletes = [operation for operation in operations(package) if operation.method == "delete"]
    if deletes and not any(operation.internal for operation in deletes):
        for operation in _webhooks(package):
            yield operation.node.has(f"the DELETE of what {operation.id} makes is not internal.")


def _hint_missing(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        if "x-ms-trigger" in operation.node and not operation.node["x-ms-trigger-hint"].text:
            yield operation.node.has(f"{operation.id} has no hint.")


def _trigger_internal(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        if "x-ms-trigger" in operation.node and operation.internal:
            yield operation.node["x-ms-visibility"].has(
                f"{operation.id} is a trigger that nobody can choose."
            )


RULES = (
    Rule(
        "trigger-address-missing",
        "A webhook trigger takes the address it calls (x-ms-notification-url).",
        "Mark the member that takes it.",
        _address_missing,
    ),
    Rule(
        "trigger-address-hidden",
        "The address of a flow is required and internal.",
        "Make it both; the platform fills it in.",
        _address_hidden,
    ),
    Rule("trigger-address-type", "The address of a flow is a string.", "Declare it as one.", _address_type),
    Rule(
        "trigger-not-declared",
        "What takes the address of a flow is a trigger.",
        "Add x-ms-trigger.",
        _address_without_trigger,
    ),
    Rule(
        "trigger-content-missing",
        "The path of a webhook trigger tells what is sent (x-ms-notification-content).",
        "Declare it beside the operation.",
        _content_missing,
    ),
    Rule(
        "trigger-content-place",
        "What a trigger sends is declared at the path.",
        "Move it beside the operation.",
        _content_place,
    ),
    Rule(
        "trigger-content-untyped",
        "What a trigger sends has a schema with members.",
        "Declare them.",
        _content_untyped,
    ),
    Rule(
        "trigger-shape",
        "A single trigger sends an object, a batch trigger a list.",
        "Change x-ms-trigger or the schema.",
        _shape,
        warning=True,
    ),
    Rule(
        "trigger-created",
        "Subscribing is answered with 201, or 200.",
        "Answer 201 with a Location, and declare it.",
        _created,
    ),
    Rule(
        "trigger-polled",
        "A polled trigger answers 200 with something new, and 202 without.",
        "Declare both.",
        _polled,
    ),
    Rule(
        "trigger-removal-missing",
        "There is an operation DELETE for what a webhook trigger makes.",
        "Declare it, with internal visibility.",
        _removal_missing,
    ),
    Rule(
        "trigger-removal-shown",
        "The operation that removes a subscription is internal.",
        "Give it x-ms-visibility internal.",
        _removal_shown,
    ),
    Rule(
        "trigger-internal",
        "A trigger can be chosen.",
        "Take the internal visibility away.",
        _trigger_internal,
    ),
    Rule(
        "trigger-hint-missing",
        "A trigger tells how to see it work (x-ms-trigger-hint).",
        "Say in a sentence what makes it fire.",
        _hint_missing,
        warning=True,
    ),
)
