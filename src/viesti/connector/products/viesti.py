"""The connector of our own API."""

from __future__ import annotations

from viesti.api.native.declared import OPERATIONS
from viesti.api.native.slice import BASE
from viesti.connector.icon import line
from viesti.connector.products.product import Auth, Product

VIESTI = Product(
    key="viesti",
    title="Viesti",
    description="Sends SMS and WhatsApp messages, tells what became of them, and starts flows when a "
    "delivery report arrives, or people write a keyword, opt out or follow a link, on a Viesti server.",
    base=BASE,
    contracts={"1.0": OPERATIONS},
    auth=(Auth.OAUTH, Auth.BASIC),
    colour="#5565fe",
    glyph=(line(0.37, 0.45, 0.46, 0.54), line(0.46, 0.54, 0.64, 0.35)),
)
