"""The exported definitions of the connectors that others published, and the frozen facts they must keep."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from tests.contract import facts as smartdialog
from tests.contract.txtsync.calls import facts as txtsync
from tests.contract.txtsync.test_facts import published

from viesti.connector.base_url import BaseUrl
from viesti.connector.compare import Change, compare, condense
from viesti.connector.definition import definition
from viesti.connector.options import ExportOptions
from viesti.connector.products import PRODUCTS

# By what a connector is called here: its product, and the contract it is exported with.
CONNECTORS = {
    "SmartDialog": ("smartdialog", ""),
    "TxtSync 1.2": ("txtsync", "1.2"),
    "TxtSync 1.1": ("txtsync", "1.1"),
}
# Where 1.1 was published otherwise than 1.2: four answers, a parameter, and what is shown at first.
OF_1_1 = {
    ("type-changed", "GetContactByExternalReference, answer 200"),
    ("member-removed", "GetContactByExternalReference, answer 200 []"),
    ("type-changed", "SendBulkSMS, answer 200"),
    ("type-changed", "UpdateContact, answer 200"),
    ("required-now", "SearchContact, query search"),
    ("visibility-changed", "SearchContact, query searchNumber"),
    *(
        ("visibility-changed", f"SendSMS, body {name}")
        for name in ("RegardingReference", "RegardingSchema", "ScheduledDate")
    ),
    *(("visibility-changed", f"SendSMS, body Custom0{number}") for number in (1, 2, 3)),
}


@cache
def _exported(connector: str) -> dict[str, Any]:
    product, contract = CONNECTORS[connector]
    options = ExportOptions(base=BaseUrl("https", "sms.example.org"), contract=contract)
    return definition(PRODUCTS[product], options)


def exported(connector: str) -> dict[str, Any]:
    """The definition, as it is exported; may be changed."""
    return copy.deepcopy(_exported(connector))


@cache
def frozen(connector: str) -> dict[str, Any]:
    """The facts of the original: of TxtSync those of 1.2, which were published whole."""
    return smartdialog.load() if connector == "SmartDialog" else txtsync("1.2")


def pickable(connector: str) -> dict[str, Any]:
    """The facts that are the same in what is exported, from which a change to plant is picked."""
    facts = copy.deepcopy(frozen(connector))
    if connector == "TxtSync 1.1":
        del facts["operations"]["SearchContact"]["parameters"]["query search"]
    return facts


def lost(connector: str, document: dict[str, Any]) -> list[Change]:
    """What the guard refuses: every change against the frozen facts that is not something added."""
    now = condense(document)
    changes = compare(frozen(connector), now)
    if connector == "TxtSync 1.1":
        changes = [change for change in changes if (change.kind.id, change.place) not in OF_1_1]
        changes += _published_lost(now)
    return [change for change in changes if not (change.kind.added or _limit_of_ours(connector, change))]


def _published_lost(now: dict[str, Any]) -> list[Change]:
    """Against the catalogue of 1.1, which tells less of each operation."""
    was = {
        name: {"parameters": {}, "answers": {}} | facts
        for name, facts in txtsync("1.1")["operations"].items()
    }
    cut = {name: published({"notification": {}} | facts) for name, facts in now["operations"].items()}
    cut = {name: {"answers": {}} | facts for name, facts in cut.items()}
    return compare({"operations": was}, {"base_path": "/", "operations": cut})


def _limit_of_ours(connector: str, change: Change) -> bool:
    """TxtSync tells no lengths; ours are far beyond what it takes."""
    return connector != "SmartDialog" and change.kind.id == "length-limited" and not change.was
