"""The files of a connector, ready to be imported.

Rule: the same product and options give the same octets. JSON is pure ASCII without a mark before it, because
the tools that read it do so in whatever encoding their machine has.
"""

from __future__ import annotations

import json
from typing import Any

from viesti.connector.definition import definition
from viesti.connector.icon import icon
from viesti.connector.options import ExportOptions
from viesti.connector.products.product import Product
from viesti.connector.properties import properties
from viesti.connector.script import script
from viesti.connector.texts import intro, readme

DEFINITION = "apiDefinition.swagger.json"
PROPERTIES = "apiProperties.json"
CERTIFIED = f"certification/{PROPERTIES}"
ICON, SCRIPT, SETTINGS = "icon.png", "script.csx", "settings.json"
INTRO, README = "intro.md", "README.md"


def files(product: Product, options: ExportOptions) -> dict[str, bytes]:
    """Each file of the package by its name, folders with a slash."""
    return {
        DEFINITION: as_json(definition(product, options)),
        PROPERTIES: as_json(properties(product, options)),
        CERTIFIED: as_json(properties(product, options, certified=True)),
        ICON: icon(product.colour, product.glyph),
        SCRIPT: script(product, options).encode("ascii"),
        SETTINGS: as_json(SETTINGS_OF_PACONN),
        INTRO: intro(product, options).encode(),
        README: readme(product, options).encode(),
    }


# What paconn reads with --settings; it writes the connector's id into it when it has made one.
SETTINGS_OF_PACONN = {
    "connectorId": None,
    "environment": None,
    "apiProperties": PROPERTIES,
    "apiDefinition": DEFINITION,
    "icon": ICON,
    "script": SCRIPT,
    "powerAppsUrl": "https://api.powerapps.com",
    "powerAppsApiVersion": "2016-11-01",
}


def as_json(value: Any) -> bytes:
    """JSON in ASCII, with a line for each member."""
    return json.dumps(value, indent=2, ensure_ascii=True).encode("ascii") + b"\n"
