"""The linter finds nothing in what is exported, neither errors nor warnings."""

from __future__ import annotations

import pytest
from tests.unit.connector.options import options

from viesti.connector.check.linter import check
from viesti.connector.check.package import Package
from viesti.connector.export import files
from viesti.connector.options import RedirectMode
from viesti.connector.products import PRODUCTS

OPTIONS = {
    "as usual": {},
    "a redirect URL of its own": {"redirect_mode": RedirectMode.PER_CONNECTOR},
    "all that can be told": {"publisher": "Acme Oy", "support": "help@acme.example", "client_id": "id-7"},
}


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)
@pytest.mark.parametrize("given", OPTIONS.values(), ids=OPTIONS)
def test_an_exported_package_has_no_fault(product: object, given: dict[str, object]) -> None:
    assert found(product, **given) == []


@pytest.mark.parametrize("given", [{"contract": "1.2"}, {"dynamic_host": True}], ids=str)
def test_txtsync_has_none_in_its_other_forms(given: dict[str, object]) -> None:
    assert found(PRODUCTS["txtsync"], **given) == []


def found(product: object, **given: object) -> list[str]:
    return [finding.line for finding in check(Package(files(product, options(**given))))]
