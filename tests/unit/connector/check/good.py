"""A small connector without a fault, which uses all that the linter has rules for."""

from __future__ import annotations

import copy
import json
import struct
import zlib
from functools import cache
from typing import Any

DEFINITION, PROPERTIES = "apiDefinition.swagger.json", "apiProperties.json"
CERTIFIED = "certification/apiProperties.json"
SIDE = 128
COLOUR = (0x25, 0x4A, 0x8E)


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
GOOD_PROPERTIES: dict[str, Any] = {
    "properties": {
        "connectionParameters": {
            "username": {"type": "securestring", "uiDefinition": {"displayName": "Key"}},
            "password": {"type": "securestring", "uiDefinition": {"displayName": "Secret"}},
            "token": {
                "type": "oauthSetting",
                "oAuthSettings": {
                    "identityProvider": "oauth2",
                    "clientId": "good",
                    "scopes": ["all"],
                    "redirectMode": "Global",
                    "redirectUrl": "https://global.consent.azure-apim.net/redirect",
                    "properties": {"IsFirstParty": "False"},
                    "customParameters": {
                        "authorizationUrl": {"value": "https://good.example/authorize"},
                        "tokenUrl": {"value": "https://good.example/token"},
                        "refreshUrl": {"value": "https://good.example/token"},
                    },
                },
            },
        },
        "iconBrandColor": "#254a8e",
        "capabilities": [],
        "policyTemplateInstances": [
            {
                "templateId": "updatenextlink",
                "title": "Next page",
                "parameters": {
                    "x-ms-apimTemplateParameter.nextLinkPropertyName": "next",
                    "x-ms-apimTemplate-operationName": ["GetPeople"],
                },
            },
            {
                "templateId": "setheader",
                "title": "Who",
                "parameters": {
                    "x-ms-apimTemplateParameter.name": "who",
                    "x-ms-apimTemplateParameter.value": "@connectionParameters('username')",
                },
            },
            {
                "templateId": "dynamichosturl",
                "title": "Host",
                "parameters": {"x-ms-apimTemplateParameter.urlTemplate": "https://good.example/v1"},
            },
        ],
        "scriptOperations": ["PersonAdded"],
    }
}
SETTINGS = {
    "connectorId": None,
    "environment": None,
    "apiProperties": PROPERTIES,
    "apiDefinition": DEFINITION,
    "icon": "icon.png",
    "script": "script.csx",
}
SCRIPT = """public class Script : ScriptBase
{
    public override async Task<HttpResponseMessage> ExecuteAsync()
    {
        if (this.Context.OperationId == "PersonAdded") { }
        return await this.Context.SendAsync(this.Context.Request, this.CancellationToken);
    }
}
"""
INTRO = """# Good
## Publisher: Somebody
## Prerequisites
## Supported Operations
## Obtaining Credentials
## Known Issues and Limitations
## Deployment Instructions
"""


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    width: int = SIDE,
    height: int = SIDE,
    *,
    background: tuple[int, int, int] = COLOUR,
    drawn: float = 0.5,
    opacity: int = 255,
    ink: tuple[int, int, int] = (255, 255, 255),
) -> bytes:
    """A picture with a square in its middle, which takes `drawn` of the shorter side."""
    half = min(width, height) * drawn / 2
    rows = b""
    for y in range(height):
        rows += b"\0"
        for x in range(width):
            inside = abs(x + 0.5 - width / 2) < half and abs(y + 0.5 - height / 2) < half
            rows += bytes((*ink, 255)) if inside else bytes((*background, opacity))
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    packed = zlib.compress(rows)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", packed[:99])
        + chunk(b"IDAT", packed[99:])
        + chunk(b"IEND", b"")
    )


class Draft:
    """A package that can be changed: `d` the definition, `p` the properties, `files` the rest as octets."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.d: Any = json.loads(files[DEFINITION])
        self.p: Any = json.loads(files[PROPERTIES])["properties"]
        self.certified: Any = json.loads(files[CERTIFIED])["properties"]
        self.settings: Any = json.loads(files["settings.json"])
        self.files = dict(files)
        self.raw: dict[str, bytes | None] = {}

    def packed(self) -> dict[str, bytes]:
        """The files; what is in `raw` goes before all, and None is a file that is not there."""
        made = self.files | {
            DEFINITION: as_json(self.d),
            PROPERTIES: as_json({"properties": self.p}),
            CERTIFIED: as_json({"properties": self.certified}),
            "settings.json": as_json(self.settings),
        }
        made |= {name: octets for name, octets in self.raw.items() if octets is not None}
        return {name: octets for name, octets in made.items() if self.raw.get(name, b"") is not None}


def as_json(value: Any) -> bytes:
    return json.dumps(value, indent=1).encode()


def good() -> dict[str, bytes]:
    """The files of the package."""
    return dict(_good())


@cache
def _good() -> dict[str, bytes]:
    certified = copy.deepcopy(GOOD_PROPERTIES)
    certified["properties"] |= {"publisher": "Somebody", "stackOwner": "Somebody"}
    return {
        DEFINITION: as_json(GOOD),
        PROPERTIES: as_json(GOOD_PROPERTIES),
        CERTIFIED: as_json(certified),
        "icon.png": png(),
        "script.csx": SCRIPT.encode(),
        "settings.json": as_json(SETTINGS),
        "intro.md": INTRO.encode(),
        "README.md": INTRO.encode(),
    }
