"""Our declarations say on the wire what the original's contract says."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contract.facts import condense, load

from viesti.api.contract.swagger import document
from viesti.api.smartdialog.declared import OPERATIONS
from viesti.api.smartdialog.slice import BASE

FACTS = load()


def ours(**options: Any) -> dict[str, Any]:
    return condense(document(OPERATIONS, title="SmartDialog", base_path=BASE, **options))


def test_every_operation_is_declared() -> None:
    assert set(ours()["operations"]) == set(FACTS["operations"])
    assert ours()["base_path"] == FACTS["base_path"]


@pytest.mark.parametrize("name", sorted(FACTS["operations"]))
def test_an_operation_is_declared_as_the_original_has_it(name: str) -> None:
    assert ours()["operations"][name] == FACTS["operations"][name]


def test_what_is_ours_alone_is_told_apart() -> None:
    """Extensions are in the tolerant document only, and each is marked there."""
    strict, tolerant = ours()["operations"], ours(tolerant=True)["operations"]
    added = {
        f"{name} {place}"
        for name, operation in tolerant.items()
        for place in (
            *(operation["parameters"].keys() - strict[name]["parameters"].keys()),
            *(
                operation.get("body", {}).get("members", {}).keys()
                - strict[name].get("body", {}).get("members", {}).keys()
            ),
        )
    }
    sibling = {
        "unicodeCharacterHandlingPolicy",
        "allowedSendTimeStart",
        "allowedSendTimeEnd",
        "allowedSendDays",
        "allowedSendDays[]",
        "allowedSendTimeDays",
        "allowedSendTimeDays[]",
        "header Idempotency-Key",
    }
    assert added == {
        *(f"{name} {place}" for name in ("SendMessage", "SendReplyMessage") for place in sibling),
        "SendWhatsappTemplateMessage Language",
        "SendWhatsappTemplateMessage header Idempotency-Key",
        "SendDiscussionReplyMessage header Idempotency-Key",
        "CreateWhatsappTemplate Examples",
        "CreateWhatsappTemplate Examples[]",
    }
