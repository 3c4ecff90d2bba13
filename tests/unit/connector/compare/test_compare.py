"""Each planted change is told as its kind, and each kind of change is planted."""

from __future__ import annotations

from typing import Any

import pytest
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
    URL,
    Change,
    add,
    both,
    drop,
    put,
    rename,
)
from tests.unit.connector.check.good import Draft, good

from viesti.connector.compare import KINDS, compare, condense

TEXT = {"type": "string"}
PERSON = ("d", "definitions", "Person", "properties")
NAME = (*BODY, "properties", "name")
KIND = (*BODY, "properties", "kind")
AGE = (*BODY, "properties", "age")
OBJECT = {"type": "object", "properties": {"deep": {"type": "object", "properties": {"deeper": TEXT}}}}
CHANGES: tuple[tuple[set[str], str, Change], ...] = (
    (set(), "another title", put("d", "info", "title", "Better")),
    (set(), "other texts", put(*NAME, "description", "Something else.")),
    (
        set(),
        "what a reference leads to, written there",
        put(*ADD, "responses", "200", "schema", {"$ref": "#/definitions/Person"}),
    ),
    ({"base-path-changed"}, "another base path", put("d", "basePath", "/v2")),
    ({"operation-removed"}, "no poll", drop(*POLL)),
    ({"operation-removed", "lookup-operation-gone"}, "no operation to look up with", drop(*BOOKS)),
    ({"hidden-delete-removed"}, "no way to unsubscribe", drop(*REMOVE)),
    ({"operation-renamed"}, "another id", put(*POLL, "operationId", "NewsCame")),
    ({"operation-casing"}, "another letter case of an id", put(*POLL, "operationId", "NewsPOLLED")),
    (
        {"operation-added"},
        "a new operation",
        put(
            "d",
            "paths",
            "/books",
            "put",
            {"operationId": "PutBook", "responses": {"200": {"description": "Done."}}},
        ),
    ),
    ({"method-changed"}, "another method", rename(*PEOPLE, "post", "put")),
    ({"path-changed"}, "another path", rename("d", "paths", "/news", "/newer")),
    ({"path-casing"}, "another letter case of a path", rename("d", "paths", "/news", "/News")),
    ({"trigger-changed"}, "one for many", put(*POLL, "x-ms-trigger", "single")),
    ({"trigger-changed"}, "no trigger", drop(*POLL, "x-ms-trigger")),
    ({"deprecation-changed"}, "deprecated", put(*ADD, "deprecated", True)),
    ({"visibility-changed"}, "an operation that is hidden", put(*ADD, "x-ms-visibility", "internal")),
    ({"parameter-removed"}, "a parameter less", drop(*BOOKS, "parameters", 1)),
    (
        {"parameter-removed", "parameter-added-required"},
        "a parameter of another name",
        put(*BOOKS, "parameters", 1, "name", "Sort"),
    ),
    ({"parameter-moved"}, "a parameter in another place", put(*BOOKS, "parameters", 1, "in", "header")),
    (
        {"parameter-casing"},
        "another letter case of a parameter",
        put(*BOOKS, "parameters", 1, "name", "kind"),
    ),
    (
        {"parameter-added-required"},
        "a new parameter that is required",
        add(*POLL, "parameters", {"name": "since", "in": "query", "required": True} | TEXT),
    ),
    (
        {"parameter-added"},
        "a new parameter",
        add(*POLL, "parameters", {"name": "since", "in": "query"} | TEXT),
    ),
    ({"body-removed"}, "no body", drop(*ADD, "parameters", 2)),
    ({"body-renamed"}, "a body of another name", put(*ADD, "parameters", 2, "name", "person")),
    (
        {"body-added-required"},
        "a body",
        add(
            *REMOVE,
            "parameters",
            {
                "name": "body",
                "in": "body",
                "schema": {"type": "object", "properties": {"a": TEXT}, "required": ["a"]},
            },
        ),
    ),
    (
        {"body-added"},
        "a body that may be empty",
        add(*REMOVE, "parameters", {"name": "body", "in": "body", "schema": OBJECT}),
    ),
    ({"member-removed"}, "a member less", drop(*AGE)),
    (
        {"member-removed", "member-added"},
        "a member of another name",
        rename(*BODY, "properties", "age", "years"),
    ),
    (
        {"member-removed"},
        "a member of an answer less",
        drop(*PEOPLE, "get", "responses", "200", "schema", "properties", "next"),
    ),
    ({"member-casing"}, "another letter case of a member", rename(*BODY, "properties", "age", "Age")),
    (
        {"member-casing"},
        "another letter case of a list",
        rename(*BOOKS, "responses", "200", "schema", "properties", "books", "Books"),
    ),
    (
        {"member-added-required"},
        "a new member that is required",
        both(put(*BODY, "properties", "more", TEXT), add(*BODY, "required", "more")),
    ),
    ({"member-added"}, "a new member", put(*BODY, "properties", "more", OBJECT)),
    (
        {"member-added"},
        "a new object, in which something is required",
        put(*BODY, "properties", "more", OBJECT | {"required": ["deep"]}),
    ),
    ({"status-removed", "status-added"}, "another status", rename(*HOOK, "responses", "201", "200")),
    ({"status-added"}, "a new status", put(*ADD, "responses", "202", {"description": "Later."})),
    ({"answer-body-removed"}, "an answer without a body", drop(*ADD, "responses", "200", "schema")),
    ({"answer-body-added"}, "an answer with a body", put(*REMOVE, "responses", "204", "schema", TEXT)),
    ({"notification-removed"}, "nothing about what is sent", drop(*HOOKS, "x-ms-notification-content")),
    (
        {"notification-added"},
        "something about what a poll finds",
        put("d", "paths", "/news", "x-ms-notification-content", {"schema": TEXT}),
    ),
    (
        {"member-removed"},
        "a member of what is sent less",
        put(
            *HOOKS,
            "x-ms-notification-content",
            "schema",
            {"type": "object", "properties": {"id": {"type": "integer", "format": "int32"}}},
        ),
    ),
    ({"refusal-removed"}, "a refusal less", drop(*ADD, "responses", "400")),
    ({"refusal-added"}, "a refusal more", put(*ADD, "responses", "404", {"description": "None."})),
    ({"type-changed"}, "another type", both(put(*AGE, "type", "string"))),
    ({"type-changed"}, "another type of what is answered and sent", put(*PERSON, "id", "type", "string")),
    ({"format-changed"}, "another format", put(*AGE, "format", "int64")),
    ({"format-changed"}, "another format of what is answered", put(*PERSON, "id", "format", "int64")),
    ({"required-now"}, "required", add(*BODY, "required", "age")),
    ({"optional-now"}, "optional", put(*BOOKS, "parameters", 1, "required", False)),
    ({"choice-removed"}, "a choice less", put(*KIND, "enum", ["friend"])),
    (
        {"choice-removed", "choice-added"},
        "a choice that is another one",
        put(*KIND, "enum", ["friend", "foe"]),
    ),
    ({"choice-casing"}, "another letter case of a choice", put(*KIND, "enum", ["friend", "Other"])),
    ({"choices-limited"}, "choices", put(*NAME, "enum", ["Ada"])),
    ({"choice-added"}, "a choice more", add(*KIND, "enum", "foe")),
    ({"choices-opened"}, "no choices", drop(*KIND, "enum")),
    ({"length-limited"}, "a limit", put(*NAME, "maxLength", 99)),
    ({"default-changed"}, "another default", put(*AGE, "default", 8)),
    ({"default-changed"}, "no default", drop(*AGE, "default")),
    ({"encoding-changed"}, "encoded twice", put(*PEOPLE, "parameters", 0, "x-ms-url-encoding", "double")),
    (set(), "encoded once, as usual", drop(*PEOPLE, "parameters", 0, "x-ms-url-encoding")),
    ({"hidden-now"}, "hidden", put(*AGE, "x-ms-visibility", "internal")),
    ({"visibility-changed"}, "shown elsewhere", put(*AGE, "x-ms-visibility", "advanced")),
    ({"address-moved"}, "no address", drop(*URL, "x-ms-notification-url")),
    ({"lookup-changed"}, "another value is looked up", put(*LOOKUP, "value-path", "name")),
    ({"lookup-removed"}, "nothing is looked up", drop(*LOOKUP)),
    ({"lookup-added"}, "it is looked up", put(*NAME, "x-ms-dynamic-values", {"operationId": "GetBooks"})),
    ({"lookup-told-differently"}, "another title", put(*LOOKUP, "value-title", "key")),
)


def changed(change: Change) -> tuple[dict[str, Any], dict[str, Any]]:
    before, after = Draft(good()), Draft(good())
    change(after)
    return condense(before.d, errors=True), condense(after.d, errors=True)


@pytest.mark.parametrize(
    ("kinds", "change"), [pytest.param(kinds, change, id=what) for kinds, what, change in CHANGES]
)
def test_a_change_is_told_as_its_kind(kinds: set[str], change: Change) -> None:
    assert {each.kind.id for each in compare(*changed(change))} == kinds


def test_each_kind_is_planted() -> None:
    relaxed = compare(*reversed(changed(put(*NAME, "maxLength", 99))))
    assert {each.kind.id for each in relaxed} == {"length-relaxed"}
    assert set().union(*(kinds for kinds, _, _ in CHANGES)) | {"length-relaxed"} == set(KINDS)


def test_an_object_that_is_gone_is_told_once() -> None:
    put_there = changed(put(*BODY, "properties", "more", OBJECT))
    assert [each.line for each in compare(*reversed(put_there))] == [
        "AddPerson, body more: breaking member-removed: The member is gone"
    ]


def test_an_answer_of_another_type_is_told_once_and_not_for_its_members() -> None:
    schema = (*ADD, "responses", "200", "schema")
    person, text = {"$ref": "#/definitions/Person"}, {"type": "string"}
    people = {"type": "array", "items": person}
    for was, now in ((person, people), (people, person), (person, text), (text, people)):
        _, before = changed(put(*schema, was))
        _, after = changed(put(*schema, now))
        assert [each.kind.id for each in compare(before, after)] == ["type-changed"], (was, now)


def test_a_schema_that_holds_itself_is_compared() -> None:
    before, after = changed(
        both(
            put(*PERSON, "friend", {"$ref": "#/definitions/Person"}),
            put(
                *ADD,
                "responses",
                "200",
                "schema",
                {"type": "array", "items": {"$ref": "#/definitions/Person"}},
            ),
        )
    )
    assert compare(after, after) == []
    assert "type-changed" in {each.kind.id for each in compare(before, after)}


def test_a_change_is_told_with_what_was_and_is() -> None:
    (told,) = compare(*changed(drop(*HOOK, "x-ms-trigger")))[:1]
    assert told.line == (
        "PersonAdded: breaking trigger-changed: It is a trigger of another kind (single became nothing)"
    )
