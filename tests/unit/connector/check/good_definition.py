"""The definition of a small connector without a fault, which uses all that the linter has rules for."""

from __future__ import annotations

from typing import Any


def words(label: str, description: str, **more: Any) -> dict[str, Any]:
    return {"x-ms-summary": label, "description": description, **more}


REFUSAL = {"400": {"$ref": "#/responses/Refusal"}}
ONE_PERSON = {
    "type": "object",
    "properties": {
        "id": words("Number", "The number that the person has here.", type="integer", format="int32"),
        "name": words("Name", "What the person is called.", type="string"),
    },
}
BOOK = {
    "operationId": "GetBooks",
    "value-collection": "books",
    "value-path": "key",
    "value-title": "name",
    "parameters": {"Owner": {"parameter": "Owner"}, "Kind": "small"},
}
BOOK_TWIN = {
    "operationId": "GetBooks",
    "itemsPath": "books",
    "itemValuePath": "key",
    "itemTitlePath": "name",
    "parameters": {"Owner": {"parameterReference": "Owner"}, "Kind": {"value": "small"}},
}
OWNER = words("Owner", "Whose book it is.", name="Owner", required=True, type="string") | {"in": "header"}

GOOD: dict[str, Any] = {
    "swagger": "2.0",
    "info": {
        "title": "Good",
        "version": "1.0",
        "description": "Writes people into books.",
        "contact": {"name": "Somebody", "url": "https://good.example"},
    },
    "host": "good.example",
    "basePath": "/v1",
    "schemes": ["https"],
    "consumes": ["application/json"],
    "produces": ["application/json"],
    "paths": {
        "/books": {
            "get": {
                "operationId": "GetBooks",
                "summary": "List the Books",
                "description": "Lists the books that somebody has.",
                "x-ms-visibility": "internal",
                "parameters": [
                    OWNER,
                    words("Kind", "Which books.", name="Kind", type="string", required=True)
                    | {"in": "query"},
                ],
                "responses": {
                    "200": {
                        "description": "The books.",
                        "schema": {
                            "type": "object",
                            "properties": {
                                "books": words(
                                    "Books",
                                    "All of them.",
                                    type="array",
                                    items={
                                        "type": "object",
                                        "properties": {
                                            "key": words("Key", "What the book is named by.", type="string"),
                                            "name": words("Name", "What it is called.", type="string"),
                                        },
                                    },
                                )
                            },
                        },
                    },
                    **REFUSAL,
                },
            }
        },
        "/books/{Book}/people": {
            "parameters": [
                words("Book", "The book.", name="Book", required=True, type="string")
                | {"in": "path", "x-ms-url-encoding": "single"}
                | {"x-ms-dynamic-values": BOOK, "x-ms-dynamic-list": BOOK_TWIN}
            ],
            "get": {
                "operationId": "GetPeople",
                "summary": "List the People in a Book",
                "description": "Lists who is in a book, page by page.",
                "x-ms-pageable": {"nextLinkName": "next"},
                "parameters": [OWNER],
                "responses": {
                    "200": {
                        "description": "The people, and where more are.",
                        "schema": {
                            "type": "object",
                            "properties": {
                                "value": words(
                                    "People", "Those in the book.", type="array", items=ONE_PERSON
                                ),
                                "next": words("Next Page", "Where more are.", type="string", format="uri"),
                            },
                        },
                    },
                    **REFUSAL,
                },
            },
            "post": {
                "operationId": "AddPerson",
                "summary": "Write a Person into a Book",
                "description": "Writes somebody into a book, and answers who it is.",
                "x-ms-visibility": "important",
                "parameters": [
                    OWNER,
                    {"name": "version", "in": "header", "type": "string", "required": True}
                    | {"default": "1", "x-ms-visibility": "internal"},
                    {
                        "name": "body",
                        "in": "body",
                        "required": True,
                        "schema": {
                            "type": "object",
                            "required": ["name", "kind"],
                            "properties": {
                                "name": words("Name", "What the person is called.", type="string"),
                                "kind": words(
                                    "Kind",
                                    "How well the person is known.",
                                    type="string",
                                    enum=["friend", "other"],
                                    default="friend",
                                ),
                                "age": words("Age", "In years.", type="integer", format="int32", default=7),
                            },
                        },
                    },
                ],
                "responses": {
                    "200": {"description": "The person.", "schema": {"$ref": "#/definitions/Person"}},
                    **REFUSAL,
                },
            },
        },
        "/hooks": {
            "x-ms-notification-content": {
                "description": "Who was written into a book.",
                "schema": {"$ref": "#/definitions/Person"},
            },
            "post": {
                "operationId": "PersonAdded",
                "summary": "When a Person Is Written into a Book",
                "description": "Starts a flow when somebody is written into a book.",
                "x-ms-trigger": "single",
                "x-ms-trigger-hint": "Write somebody into a book to see it work.",
                "parameters": [
                    {
                        "name": "body",
                        "in": "body",
                        "required": True,
                        "schema": {
                            "type": "object",
                            "required": ["url"],
                            "properties": {
                                "url": {
                                    "type": "string",
                                    "x-ms-visibility": "internal",
                                    "x-ms-notification-url": True,
                                }
                            },
                        },
                    }
                ],
                "responses": {
                    "201": {
                        "description": "The flow is told from now on.",
                        "schema": {
                            "type": "object",
                            "properties": {"id": words("Id", "What it is removed by.", type="string")},
                        },
                    },
                    **REFUSAL,
                },
            },
        },
        "/hooks/{id}": {
            "delete": {
                "operationId": "DeleteHook",
                "summary": "Stop Telling a Flow",
                "description": "Removes what a trigger made.",
                "x-ms-visibility": "internal",
                "parameters": [
                    words("Id", "What is removed.", name="id", required=True, type="string") | {"in": "path"}
                ],
                "responses": {"204": {"description": "It is gone."}, **REFUSAL},
            }
        },
        "/news": {
            "get": {
                "operationId": "NewsPolled",
                "summary": "When There Is News",
                "description": "Starts a flow when something is new.",
                "x-ms-trigger": "batch",
                "x-ms-trigger-hint": "Wait for news.",
                "parameters": [],
                "responses": {
                    "200": {
                        "description": "What is new.",
                        "schema": {"type": "array", "items": ONE_PERSON},
                    },
                    "202": {"description": "Nothing is new.", "schema": {"type": "object"}},
                    **REFUSAL,
                },
            }
        },
    },
    "definitions": {"Person": ONE_PERSON},
    "responses": {
        "Refusal": {
            "description": "Something asked for is wrong.",
            "schema": {
                "type": "object",
                "properties": {"message": words("Message", "What is wrong.", type="string")},
            },
        }
    },
    "securityDefinitions": {
        "basic": {"type": "basic"},
        "oauth": {
            "type": "oauth2",
            "flow": "accessCode",
            "authorizationUrl": "https://good.example/authorize",
            "tokenUrl": "https://good.example/token",
            "scopes": {"all": "All of it."},
        },
    },
    "security": [{"basic": []}, {"oauth": ["all"]}],
    "x-ms-capabilities": {
        "testConnection": {"operationId": "GetBooks", "parameters": {"Owner": "me", "Kind": "small"}}
    },
    "x-ms-connector-metadata": [
        {"propertyName": "Website", "propertyValue": "https://good.example"},
        {"propertyName": "Privacy policy", "propertyValue": "https://good.example/privacy"},
        {"propertyName": "Categories", "propertyValue": "Communication;Data"},
    ],
}
