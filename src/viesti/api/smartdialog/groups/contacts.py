"""Serves the contacts of groups.

Rule: nothing is decided here; requests become calls of the services, and their answers those of the contract.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import UNSET
from msgspec.structs import replace

from viesti.api.answer import Answer, FieldError, Refusal, answer_json, encode
from viesti.api.refusals import refusal
from viesti.api.smartdialog.groups.shapes import Looked, Nothing, OfGroup, OfPhone, RegionShown, Said, shown
from viesti.api.smartdialog.slice import Common
from viesti.domain.estate import Customer, Service
from viesti.domain.regions import REGIONS
from viesti.services.contacts.create_in_group import CreateInGroup
from viesti.services.contacts.delete_from_group import DeleteFromGroup
from viesti.services.contacts.empty_group import EmptyGroup
from viesti.services.contacts.get_in_group import GetInGroup
from viesti.services.contacts.update_in_group import UpdateInGroup
from viesti.services.guids import GuidKind
from viesti.services.principal import Principal
from viesti.services.refusals import Invalid, Taken

_BODY = {
    "regions": "phoneNumberRegions",
    "first_name": "firstName",
    "last_name": "lastName",
    "birth_year": "birthYear",
    "address_line1": "streetAddress",
    "postcode": "zipCode",
    "country_code": "countryCode",
    "properties": "customContactProperties",
}
_IN_PATH = _BODY | {"phone": "Phone"}
_IN_QUERY = {"phone": "Phone", "regions": "Region"}
_LIST_OF_REGIONS = Answer(200, encode([RegionShown(value, name) for value, name in REGIONS.items()]))


@dataclass(frozen=True, slots=True)
class GroupContacts:
    """The handlers."""

    common: Common
    create_in_group: CreateInGroup
    get_in_group: GetInGroup
    update_in_group: UpdateInGroup
    delete_from_group: DeleteFromGroup
    empty_group: EmptyGroup

    async def create(self, caller: Principal, asked: Said) -> Answer | Refusal:
        """CreateGroupContact."""
        group = self._group(caller, asked)
        if isinstance(group, Refusal):
            return group
        active = asked.active is not False  # left out: true, as the contract says
        made = await self.create_in_group(*group, asked.phone, asked.regions, asked.fields(), active)
        if isinstance(made, Taken | Invalid):
            return refusal(made, _BODY)
        return answer_json(self.common.guids.of(GuidKind.CONTACT, made))

    async def get(self, caller: Principal, asked: Looked) -> Answer | Refusal:
        """GetGroupContact."""
        group = self._group(caller, asked)
        if isinstance(group, Refusal):
            return group
        regions = (asked.region,) if asked.region else ()
        found = await self.get_in_group(*group, asked.phone, regions)
        if isinstance(found, Invalid):  # of the one region, no place in a list is told
            problems = tuple(replace(problem, index=None) for problem in found.problems)
            return refusal(Invalid(problems), _IN_QUERY)
        if found is None:
            sentence = "There is no contact with this Phone in the group."
            return Refusal(404, sentence, (FieldError("Phone", sentence),))
        return answer_json(shown(found.contact, found.counters.failed))

    async def update(self, caller: Principal, asked: Said) -> Answer | Refusal:
        """UpdateGroupContact."""
        group = self._group(caller, asked)
        if isinstance(group, Refusal):
            return group
        active = None if asked.active is UNSET else asked.active
        changed = await self.update_in_group(*group, asked.phone, asked.regions, asked.fields(), active)
        return refusal(changed, _IN_PATH) if isinstance(changed, Invalid) else answer_json(changed)

    async def delete(self, caller: Principal, asked: OfPhone) -> Answer | Refusal:
        """DeleteGroupContact."""
        group = self._group(caller, asked)
        if isinstance(group, Refusal):
            return group
        deleted = await self.delete_from_group(*group, asked.phone)
        return refusal(deleted, _IN_PATH) if isinstance(deleted, Invalid) else answer_json(deleted)

    async def delete_all(self, caller: Principal, asked: OfGroup) -> Answer | Refusal:
        """DeleteAllGroupContacts: true, as the group is empty now, whether anybody was in it or not."""
        group = self._group(caller, asked)
        if isinstance(group, Refusal):
            return group
        await self.empty_group(*group)
        return answer_json(True)

    async def regions(self, _: Principal, __: Nothing) -> Answer | Refusal:
        """GetPhoneNumberRegions."""
        return _LIST_OF_REGIONS

    def _group(self, caller: Principal, asked: OfGroup) -> tuple[Customer, Service] | Refusal:
        return self.common.who.both(
            caller,
            asked.customer,
            asked.service,
            ("Group",),
            customer_field="Customer",
            service_field="Group Service",
        )
