"""The connector that is like the original SmartDialog's."""

from __future__ import annotations

from viesti.api.smartdialog.declared import OPERATIONS
from viesti.api.smartdialog.slice import BASE
from viesti.connector.icon import dot
from viesti.connector.products.product import Auth, Product

SMARTDIALOG = Product(
    key="smartdialog",
    title="SmartDialog on Viesti",
    description="Sends and receives SMS and WhatsApp messages, keeps the contacts of groups and the "
    "templates of WhatsApp, on a Viesti server, with the operations of the SmartDialog connector.",
    base=BASE,
    contracts={"1.0": OPERATIONS},
    auth=(Auth.OAUTH,),
    colour="#2450c8",
    glyph=(dot(0.35, 0.44), dot(0.5, 0.44), dot(0.65, 0.44)),
    original="SmartDialog",
    known_issues=(
        "A recurring message can't be sent: SendDateTime is one point in time.",
        "MMS messages can't be sent; Protocol is SMS or WhatsApp.",
    ),
)
