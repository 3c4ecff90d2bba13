"""The connector that is like the original TxtSync's, in either of its published versions.

Rule: the original's policy that sets the header x-api-key is left out. Its value stands in a public file and
so proves nothing; our server doesn't look at it.
"""

from __future__ import annotations

from viesti.api.txtsync.declared import operations
from viesti.api.txtsync.errors import SCHEMA
from viesti.api.txtsync.versions import VERSIONS
from viesti.connector.icon import line
from viesti.connector.products.product import Auth, Product

TXTSYNC = Product(
    key="txtsync",
    title="TxtSync on Viesti",
    description="Sends and receives SMS, runs campaigns and keeps contacts, on a Viesti server, with the "
    "operations of the TxtSync connector.",
    base="/",
    contracts={version: operations(version) for version in VERSIONS},
    auth=(Auth.BASIC,),
    colour="#6a3fd6",
    glyph=(
        line(0.36, 0.54, 0.36, 0.35),
        line(0.36, 0.35, 0.28, 0.43),
        line(0.36, 0.35, 0.44, 0.43),
        line(0.64, 0.35, 0.64, 0.54),
        line(0.64, 0.54, 0.56, 0.46),
        line(0.64, 0.54, 0.72, 0.46),
    ),
    original="TxtSync",
    error=SCHEMA,
    known_issues=(
        "Outbound SMS Notification is not called for messages that flows send, so that none starts itself.",
    ),
)
