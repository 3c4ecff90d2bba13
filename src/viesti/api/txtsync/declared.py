"""Every operation of the dialect, declared: for documents and tests."""

from __future__ import annotations

from viesti.api.contract.face import Section
from viesti.api.contract.operation import AnyOperation
from viesti.api.txtsync.campaigns import declared as campaigns
from viesti.api.txtsync.contacts import declared as contacts
from viesti.api.txtsync.reading import declared as reading
from viesti.api.txtsync.sending import declared as sending
from viesti.api.txtsync.system import declared as system
from viesti.api.txtsync.tags import declared as tags
from viesti.api.txtsync.triggers import declared as triggers
from viesti.api.txtsync.versions import DEFINED

# The connector's, as version 1.1 describes them; these are what is served.
OPERATIONS: tuple[AnyOperation, ...] = (
    *sending.OPERATIONS,
    *triggers.OPERATIONS,
    *campaigns.OPERATIONS,
    *contacts.OPERATIONS,
)
# Those of them that version 1.2 describes otherwise.
AS_DEFINED: tuple[AnyOperation, ...] = (
    *sending.AS_DEFINED,
    *triggers.AS_DEFINED,
    *campaigns.AS_DEFINED,
    *contacts.AS_DEFINED,
)
# The calls beyond the connector.
NATIVE: tuple[AnyOperation, ...] = (
    *reading.NATIVE,
    *system.NATIVE,
    *campaigns.NATIVE,
    *contacts.NATIVE,
    *tags.NATIVE,
)
# Paths that only tell what flows are sent, and are served all the same.
LEFTOVERS: tuple[AnyOperation, ...] = triggers.LEFTOVERS
# All that is served.
SECTIONS: tuple[Section, ...] = (
    Section("Sending", "An SMS to one or some numbers.", sending.OPERATIONS),
    Section("Reading", "What was sent and received.", reading.NATIVE),
    Section(
        "Campaigns", "One text to many, by tag or by number.", (*campaigns.OPERATIONS, *campaigns.NATIVE)
    ),
    Section("Contacts", "The customer's contact book.", (*contacts.OPERATIONS, *contacts.NATIVE)),
    Section("Tags", "Lists of contacts.", tags.NATIVE),
    Section(
        "Triggers",
        "Calls when a message comes in or goes out. The deprecated paths are what an older version left.",
        (*triggers.OPERATIONS, *triggers.LEFTOVERS),
    ),
    Section("Account", "The balance, and how many contacts there are.", system.NATIVE),
)


def operations(version: str) -> tuple[AnyOperation, ...]:
    """The connector's operations as this version of the contract describes them."""
    others = {operation.id: operation for operation in AS_DEFINED} if version == DEFINED else {}
    return tuple([others.get(operation.id, operation) for operation in OPERATIONS])
