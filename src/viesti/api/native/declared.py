"""Every operation of the native API, declared: for documents, the connector and tests."""

from __future__ import annotations

from viesti.api.contract.face import Section
from viesti.api.contract.operation import AnyOperation
from viesti.api.native.account import declared as account
from viesti.api.native.messages import declared as messages
from viesti.api.native.sending import declared as sending
from viesti.api.native.tags import declared as tags
from viesti.api.native.triggers import declared as triggers

SECTIONS: tuple[Section, ...] = (
    Section("Sending", "Messages to people, and what they would be.", sending.OPERATIONS),
    Section("Messages", "Where they stand, what happened to them, and steering them.", messages.OPERATIONS),
    Section("Account", "What a connection may act for and with.", account.OPERATIONS),
    Section("Contacts", "Tags and groups, and who has a tag.", tags.OPERATIONS),
    Section("Triggers", "What starts a flow.", triggers.OPERATIONS),
)
OPERATIONS: tuple[AnyOperation, ...] = tuple(
    [operation for section in SECTIONS for operation in section.operations]
)
