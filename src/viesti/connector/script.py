"""The script of a connector, which the platform runs between a flow and us: script.csx.

Rule: the script is one file of ours; only the place of the API and the names of the triggers are put in.
"""

from __future__ import annotations

from importlib import resources

from viesti.connector.definition import base_path
from viesti.connector.options import ExportOptions
from viesti.connector.products.product import Product

_INDENT = " " * 8


def script(product: Product, options: ExportOptions) -> str:
    """The script, as C#."""
    text = resources.files("viesti.connector").joinpath("data/script.csx").read_text(encoding="ascii")
    triggers = f",\n{_INDENT}".join(
        f'{{ "{operation.id}", {operation.path.count("/")} }}'
        for operation in product.triggers(options.contract)
    )
    return text.replace("@BASE_PATH@", base_path(product, options).rstrip("/")).replace(
        "@TRIGGERS@", triggers
    )
