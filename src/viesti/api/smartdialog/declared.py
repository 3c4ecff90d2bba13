"""Every operation of the dialect, declared: for documents and tests."""

from __future__ import annotations

from viesti.api.contract.operation import AnyOperation
from viesti.api.smartdialog.directory import declared as directory
from viesti.api.smartdialog.groups import declared as groups
from viesti.api.smartdialog.sending import declared as sending
from viesti.api.smartdialog.twoway import declared as twoway
from viesti.api.smartdialog.whatsapp import declared as whatsapp
from viesti.api.smartdialog.whatsapp_sending import declared as whatsapp_sending

OPERATIONS: tuple[AnyOperation, ...] = (
    *directory.OPERATIONS,
    *sending.OPERATIONS,
    *twoway.OPERATIONS,
    *groups.OPERATIONS,
    *whatsapp.OPERATIONS,
    *whatsapp_sending.OPERATIONS,
)
