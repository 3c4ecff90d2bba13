"""Contacts of groups, regions of phone numbers, consent.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from viesti.api.smartdialog.groups import declared
from viesti.api.smartdialog.groups.consents import Consents
from viesti.api.smartdialog.groups.contacts import GroupContacts
from viesti.api.smartdialog.slice import Bound, Common
from viesti.services.contacts.create_in_group import CreateInGroup
from viesti.services.contacts.delete_from_group import DeleteFromGroup
from viesti.services.contacts.empty_group import EmptyGroup
from viesti.services.contacts.get_in_group import GetInGroup
from viesti.services.contacts.update_in_group import UpdateInGroup
from viesti.services.record_consent import RecordConsent


@dataclass(frozen=True, slots=True)
class GroupsServices:
    """What the slice calls."""

    create_in_group: CreateInGroup
    get_in_group: GetInGroup
    update_in_group: UpdateInGroup
    delete_from_group: DeleteFromGroup
    empty_group: EmptyGroup
    record_consent: RecordConsent


def bound(services: GroupsServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    contacts = GroupContacts(
        common,
        services.create_in_group,
        services.get_in_group,
        services.update_in_group,
        services.delete_from_group,
        services.empty_group,
    )
    consents = Consents(common, services.record_consent)
    return (
        (declared.CREATE, contacts.create),
        (declared.GET, contacts.get),
        (declared.UPDATE, contacts.update),
        (declared.DELETE, contacts.delete),
        (declared.DELETE_ALL, contacts.delete_all),
        (declared.REGIONS, contacts.regions),
        (declared.OPT_IN, consents.opt_in),
        (declared.OPT_OUT, consents.opt_out),
    )


def plain_routes(services: GroupsServices, common: Common) -> list[Route]:
    """Paths of the slice that are no operations of the contract."""
    return []
