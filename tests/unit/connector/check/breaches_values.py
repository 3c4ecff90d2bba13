"""Planted breaches of the rules about parameters, schemas, look-ups and triggers.

Rule: a row is the rule that is broken, what is done, and the change that does it.
"""

from __future__ import annotations

from tests.unit.connector.check.changes import (
    ADD,
    BODY,
    BOOKS,
    HOOK,
    HOOKS,
    LOOKUP,
    PEOPLE,
    POLL,
    REMOVE,
    TWIN,
    URL,
    Change,
    add,
    both,
    drop,
    move,
    put,
    rename,
)

TEXT = {"type": "string"}
BREACHES: tuple[tuple[str, str, Change], ...] = (
    # values
    ("hidden-without-default", "a hidden header without a default", drop(*ADD, "parameters", 1, "default")),
    (
        "hidden-without-default",
        "a hidden member without a default",
        put(*BODY, "properties", "name", "x-ms-visibility", "internal"),
    ),
    ("hidden-without-default", "a hidden body", put(*ADD, "parameters", 2, "x-ms-visibility", "internal")),
    ("label-missing", "a parameter without a label", drop(*PEOPLE, "parameters", 0, "x-ms-summary")),
    (
        "label-missing",
        "a member of an answer without a label",
        drop("d", "definitions", "Person", "properties", "id", "x-ms-summary"),
    ),
    ("label-full-stop", "a label with a full stop", put(*PEOPLE, "parameters", 0, "x-ms-summary", "Books.")),
    ("label-case", "a label in small letters", put(*BODY, "properties", "name", "x-ms-summary", "Full name")),
    ("label-twice", "two that are called the same", put(*BODY, "properties", "age", "x-ms-summary", "Kind")),
    (
        "description-missing",
        "a member without a description",
        drop(*BODY, "properties", "age", "description"),
    ),
    (
        "description-full-stop",
        "a description without a full stop",
        put(*BODY, "properties", "age", "description", "In years"),
    ),
    ("description-same", "the label again", put(*BODY, "properties", "age", "description", "Age.")),
    ("type-missing", "a member without a type", drop(*BODY, "properties", "name", "type")),
    ("items-missing", "a list of nothing", put(*BODY, "properties", "name", "type", "array")),
    ("required-unknown", "required in another letter case", put(*BODY, "required", 0, "Name")),
    ("default-type", "a text for a number", put(*BODY, "properties", "age", "default", "7")),
    ("default-type", "true for a number", put(*BODY, "properties", "age", "default", True)),
    ("default-choice", "no choice", put(*BODY, "properties", "kind", "default", "foe")),
    ("choice-type", "a number among texts", add(*BODY, "properties", "kind", "enum", 3)),
    ("format-type", "int32 of a text", put(*BODY, "properties", "name", "format", "int32")),
    ("composed-schema", "one of two", put(*BODY, "properties", "name", "oneOf", [TEXT])),
    (
        "reference-place",
        "a reference into a path",
        put(*ADD, "responses", "200", "schema", {"$ref": "#/paths/a"}),
    ),
    (
        "reference-nowhere",
        "a reference to nothing",
        put(*ADD, "responses", "200", "schema", {"$ref": "#/definitions/A"}),
    ),
    (
        "encoding-place",
        "a query that is encoded",
        put(*BOOKS, "parameters", 1, "x-ms-url-encoding", "double"),
    ),
    # look-ups
    (
        "dynamic-operation-unknown",
        "an operation that is not there",
        both(put(*LOOKUP, "operationId", "ListBooks"), put(*TWIN, "operationId", "ListBooks")),
    ),
    (
        "dynamic-parameter-unknown",
        "a parameter in another letter case",
        both(
            rename(*LOOKUP, "parameters", "Kind", "kind"),
            rename(*TWIN, "parameters", "Kind", "kind"),
            drop(*BOOKS, "parameters", 1),
            drop("d", "x-ms-capabilities"),
        ),
    ),
    (
        "dynamic-parameter-missing",
        "a parameter too few",
        both(drop(*LOOKUP, "parameters", "Kind"), drop(*TWIN, "parameters", "Kind")),
    ),
    (
        "dynamic-reference-unknown",
        "a parameter that is not here",
        both(
            put(*LOOKUP, "parameters", "Owner", "parameter", "Who"),
            put(*TWIN, "parameters", "Owner", "parameterReference", "Who"),
        ),
    ),
    (
        "dynamic-list-unknown",
        "a list that is not there",
        both(put(*LOOKUP, "value-collection", "items"), put(*TWIN, "itemsPath", "items")),
    ),
    (
        "dynamic-path-unknown",
        "a title that is not there",
        both(put(*LOOKUP, "value-title", "title"), put(*TWIN, "itemTitlePath", "title")),
    ),
    ("dynamic-path-missing", "no value", both(drop(*LOOKUP, "value-path"), drop(*TWIN, "itemValuePath"))),
    ("dynamic-twin-missing", "for the old designer alone", drop(*TWIN)),
    ("dynamic-twin-missing", "for the new designer alone", drop(*LOOKUP)),
    ("dynamic-twin-differs", "another title for the new designer", put(*TWIN, "itemTitlePath", "key")),
    (
        "dynamic-twin-differs",
        "another constant for the new designer",
        put(*TWIN, "parameters", "Kind", "value", "big"),
    ),
    # triggers
    (
        "trigger-address-missing",
        "no address",
        both(drop(*URL, "x-ms-notification-url"), put(*URL, "default", "x")),
    ),
    (
        "trigger-address-hidden",
        "an address that is optional",
        drop(*HOOK, "parameters", 0, "schema", "required"),
    ),
    (
        "trigger-address-hidden",
        "an address that is shown",
        put(
            *URL,
            {
                "type": "string",
                "x-ms-notification-url": True,
                "x-ms-summary": "Address",
                "description": "Where.",
            },
        ),
    ),
    ("trigger-address-type", "an address that is a number", put(*URL, "type", "integer")),
    (
        "trigger-not-declared",
        "no trigger",
        both(drop(*HOOK, "x-ms-trigger"), drop(*HOOK, "x-ms-trigger-hint")),
    ),
    ("trigger-content-missing", "nothing about what is sent", drop(*HOOKS, "x-ms-notification-content")),
    (
        "trigger-content-place",
        "content in the operation",
        move((*HOOKS, "x-ms-notification-content"), (*HOOK, "x-ms-notification-content")),
    ),
    (
        "trigger-content-untyped",
        "content without members",
        put(*HOOKS, "x-ms-notification-content", "schema", {"type": "object"}),
    ),
    (
        "trigger-shape",
        "a list at once, for a single trigger",
        put(
            *HOOKS,
            "x-ms-notification-content",
            "schema",
            {"type": "array", "items": {"$ref": "#/definitions/Person"}},
        ),
    ),
    ("trigger-shape", "an object for a batch trigger", put(*HOOK, "x-ms-trigger", "batch")),
    ("trigger-created", "202 for a subscription", rename(*HOOK, "responses", "201", "202")),
    ("trigger-polled", "no answer for nothing new", drop(*POLL, "responses", "202")),
    ("trigger-removal-missing", "no DELETE", drop("d", "paths", "/hooks/{id}")),
    ("trigger-removal-shown", "a DELETE that is shown", drop(*REMOVE, "x-ms-visibility")),
    ("trigger-internal", "a trigger that nobody sees", put(*POLL, "x-ms-visibility", "internal")),
    ("trigger-hint-missing", "no hint", drop(*POLL, "x-ms-trigger-hint")),
)
