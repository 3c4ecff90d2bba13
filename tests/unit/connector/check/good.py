"""A small connector without a fault, and a draft of it that can be changed."""

from __future__ import annotations

import copy
import json
import struct
import zlib
from functools import cache
from typing import Any

from tests.unit.connector.check.good_definition import GOOD

DEFINITION, PROPERTIES = "apiDefinition.swagger.json", "apiProperties.json"
CERTIFIED = "certification/apiProperties.json"
SIDE = 128
COLOUR = (0x25, 0x4A, 0x8E)


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
