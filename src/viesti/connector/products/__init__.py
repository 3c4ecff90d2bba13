"""The connectors that can be exported, by the names that the command line has for them."""

from __future__ import annotations

from collections.abc import Mapping

from viesti.connector.products.product import Auth, Product
from viesti.connector.products.smartdialog import SMARTDIALOG
from viesti.connector.products.txtsync import TXTSYNC
from viesti.connector.products.viesti import VIESTI

__all__ = ["PRODUCTS", "Auth", "Product"]

PRODUCTS: Mapping[str, Product] = {product.key: product for product in (SMARTDIALOG, TXTSYNC, VIESTI)}
