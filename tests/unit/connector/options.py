"""An installation to export for."""

from __future__ import annotations

from typing import Any

from viesti.connector.base_url import BaseUrl
from viesti.connector.options import ExportOptions
from viesti.connector.products import PRODUCTS

# Each product in each version of its contract.
EACH = [(name, version) for name, product in PRODUCTS.items() for version in product.contracts]


def options(url: BaseUrl = BaseUrl("https", "sms.example.com"), **values: Any) -> ExportOptions:  # noqa: B008
    return ExportOptions(base=url, **values)
