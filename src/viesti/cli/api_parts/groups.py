"""The services behind `api/smartdialog/groups`."""

from __future__ import annotations

from viesti.api.smartdialog.groups.bound import GroupsServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.contacts.create_in_group import CreateInGroup
from viesti.services.contacts.delete_from_group import DeleteFromGroup
from viesti.services.contacts.empty_group import EmptyGroup
from viesti.services.contacts.get_in_group import GetInGroup
from viesti.services.contacts.update_in_group import UpdateInGroup
from viesti.services.record_consent import RecordConsent


def make(parts: Parts) -> GroupsServices:
    """Make them."""
    store, now = parts.store, parts.now
    return GroupsServices(
        create_in_group=CreateInGroup(store, now),
        get_in_group=GetInGroup(store),
        update_in_group=UpdateInGroup(store, now),
        delete_from_group=DeleteFromGroup(store),
        empty_group=EmptyGroup(store, now),
        record_consent=RecordConsent(store, now),
    )
