"""Every operation of the dialect, declared: for documents and tests."""

from __future__ import annotations

from viesti.api.contract.face import Section
from viesti.api.contract.operation import AnyOperation
from viesti.api.smartdialog.directory import declared as directory
from viesti.api.smartdialog.groups import declared as groups
from viesti.api.smartdialog.sending import declared as sending
from viesti.api.smartdialog.twoway import declared as twoway
from viesti.api.smartdialog.whatsapp import declared as whatsapp
from viesti.api.smartdialog.whatsapp_sending import declared as whatsapp_sending

SECTIONS: tuple[Section, ...] = (
    Section("Customers", "Customers and services that a person may use.", directory.OPERATIONS),
    Section("Sending", "Messages and replies.", sending.OPERATIONS),
    Section("Incoming messages", "Being told of messages that come in.", twoway.OPERATIONS),
    Section("Groups", "Contacts of groups, and their consents.", groups.OPERATIONS),
    Section("WhatsApp templates", "The templates of a customer, and his numbers.", whatsapp.OPERATIONS),
    Section("WhatsApp", "Sending templates by WhatsApp.", whatsapp_sending.OPERATIONS),
)
OPERATIONS: tuple[AnyOperation, ...] = tuple(
    [operation for section in SECTIONS for operation in section.operations]
)
