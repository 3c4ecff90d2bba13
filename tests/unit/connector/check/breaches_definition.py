"""Planted breaches of the rules about the definition as a whole and its operations.

Rule: a row is the rule that is broken, what is done, and the change that does it.
"""

from __future__ import annotations

from tests.unit.connector.check.changes import (
    ADD,
    BODY,
    BOOKS,
    PEOPLE,
    POLL,
    REMOVE,
    Change,
    add,
    both,
    drop,
    put,
    rename,
    rewritten,
)

TEXT = {"type": "string"}
INNER = {
    "type": "object",
    "properties": {"a/b": {"type": "string", "x-ms-summary": "A", "description": "An a."}},
}
BREACHES: tuple[tuple[str, str, Change], ...] = (
    # the definition as a whole
    ("definition-schema", "an unknown member", put("d", "servers", [])),
    ("host-form", "a host with a scheme", put("d", "host", "https://good.example")),
    ("base-path-form", "a base path without a slash", put("d", "basePath", "v1")),
    ("definition-schema", "an answer without a description", drop(*BOOKS, "responses", "200", "description")),
    ("definition-schema", "an unknown format", put(*BODY, "properties", "name", "format", "phone")),
    ("definition-schema", "an unknown visibility", put(*ADD, "x-ms-visibility", "none")),
    (
        "definition-schema",
        "a path parameter that is optional",
        put(*PEOPLE, "parameters", 0, "required", False),
    ),
    ("definition-schema", "an unknown extension", put(*ADD, "x-ms-pagable", {})),
    ("definition-schema", "a trigger of no kind", put(*POLL, "x-ms-trigger", "many")),
    ("openapi", "a body that can't be, by its own pattern", put(*BODY, "properties", "name", "pattern", "(")),
    ("host-missing", "no host", drop("d", "host")),
    ("scheme-not-https", "http as well", put("d", "schemes", ["http", "https"])),
    (
        "no-operation",
        "no paths",
        both(
            put("d", "paths", {}),
            drop("d", "x-ms-capabilities"),
            put("p", "policyTemplateInstances", []),
            put("c", "policyTemplateInstances", []),
            put("p", "scriptOperations", []),
            put("c", "scriptOperations", []),
            rewritten("script.csx", b'if (this.Context.OperationId == "PersonAdded") { }', b""),
        ),
    ),
    ("info-description-missing", "no description", drop("d", "info", "description")),
    ("security-unknown", "a security that is not defined", put("d", "security", [{"key": []}])),
    (
        "test-connection",
        "a test with no operation",
        put("d", "x-ms-capabilities", "testConnection", "operationId", "A"),
    ),
    (
        "test-connection",
        "a test without what it needs",
        drop("d", "x-ms-capabilities", "testConnection", "parameters", "Kind"),
    ),
    ("page-link", "no such link", put(*PEOPLE, "get", "x-ms-pageable", "nextLinkName", "more")),
    ("page-link", "a link that no policy follows", put(*ADD, "x-ms-pageable", {"nextLinkName": "name"})),
    (
        "category-unknown",
        "a category of its own",
        put("d", "x-ms-connector-metadata", 2, "propertyValue", "Texting"),
    ),
    (
        "name-unfit",
        "a slash in a name",
        put(*BODY, "properties", "inner", INNER | {"x-ms-summary": "Inner", "description": "More."}),
    ),
    ("title-wording", "an API", put("d", "info", "title", "Good API")),
    ("title-wording", "a long title", put("d", "info", "title", "Good " * 7)),
    ("contact-missing", "no contact", drop("d", "info", "contact")),
    ("metadata-missing", "no website", drop("d", "x-ms-connector-metadata", 0)),
    # operations
    ("operation-id-missing", "no id", drop(*POLL, "operationId")),
    ("operation-id-form", "an id with a small letter", put(*POLL, "operationId", "newsPolled")),
    ("operation-id-form", "an id with a line", put(*POLL, "operationId", "News_Polled")),
    ("operation-id-twice", "an id twice", put(*POLL, "operationId", "GetPeople")),
    ("summary-missing", "no summary", drop(*ADD, "summary")),
    ("summary-length", "a long summary", put(*ADD, "summary", "Write a Person" * 9)),
    ("summary-full-stop", "a full stop", put(*ADD, "summary", "Write a Person.")),
    ("summary-case", "a small letter", put(*ADD, "summary", "write a Person")),
    ("operation-description-missing", "no description", drop(*ADD, "description")),
    (
        "operation-description-full-stop",
        "no full stop",
        put(*ADD, "description", "Writes somebody into a book"),
    ),
    (
        "operation-description-same",
        "the summary again",
        put(*ADD, "description", "Write a person into a book."),
    ),
    ("success-missing", "no success", drop(*BOOKS, "responses", "200")),
    (
        "default-alone",
        "default alone",
        put(*ADD, "responses", {"default": {"description": "All.", "schema": TEXT}}),
    ),
    ("refusals-missing", "no refusal", drop(*ADD, "responses", "400")),
    ("answer-undescribed", "a number for a description", put(*ADD, "responses", "200", "description", "200")),
    ("answer-undescribed", "an empty description", put(*ADD, "responses", "200", "description", " ")),
    ("answer-untyped", "no schema", drop(*ADD, "responses", "200", "schema")),
    ("answer-with-body", "a body with 204", put(*REMOVE, "responses", "204", "schema", TEXT)),
    (
        "placeholder-undeclared",
        "a placeholder in another letter case",
        rename("d", "paths", "/books/{Book}/people", "/books/{book}/people/{Book}"),
    ),
    ("placeholder-missing", "no placeholder", rename("d", "paths", "/books/{Book}/people", "/books/people")),
    (
        "parameter-twice",
        "a parameter twice",
        add(
            *BOOKS,
            "parameters",
            {
                "name": "owner",
                "in": "header",
                "type": "string",
                "x-ms-summary": "Other",
                "description": "Again.",
            },
        ),
    ),
    ("two-bodies", "two bodies", add(*ADD, "parameters", {"name": "more", "in": "body", "schema": TEXT})),
    (
        "body-of-get",
        "GET with a body",
        add(*BOOKS, "parameters", {"name": "body", "in": "body", "schema": TEXT}),
    ),
    (
        "replacement-unknown",
        "replaced by nothing",
        put(*ADD, "x-ms-api-annotation", {"replacement": {"operationId": "AddPersonV2"}}),
    ),
)
