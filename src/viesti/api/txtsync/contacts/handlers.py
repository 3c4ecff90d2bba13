"""Contacts: added, looked at, searched, changed and deleted, by our id or by the customer's own reference.

Rule: what is another customer's, or no id at all, is not found. Where the two versions of the contract
contradict each other, a caller is answered in his own.
"""

from __future__ import annotations

from viesti.api.answer import Answer, FieldError, Refusal, answer_json
from viesti.api.paging import read_id
from viesti.api.refusals import refusal
from viesti.api.txtsync.contacts.shapes import AddAsked, SearchAsked, UpdateAsked, WhoseAsked
from viesti.api.txtsync.contacts.translate import NAMES, duplicates, fields, person, shown, tags
from viesti.api.txtsync.paging import Order, Paged, order
from viesti.api.txtsync.versions import speaks_defined
from viesti.services.authenticate import Caller
from viesti.services.contacts.add import AddContact
from viesti.services.contacts.delete import DeleteContact
from viesti.services.contacts.duplicates import FindDuplicates
from viesti.services.contacts.get import GetContact
from viesti.services.contacts.listing import ListContacts
from viesti.services.contacts.search import SearchContacts
from viesti.services.contacts.seen import ContactSeen, Whose
from viesti.services.contacts.update import UpdateContact
from viesti.services.refusals import Missing

UPDATED, DELETED = "The contact was updated.", "The contact was deleted."
ORDERS = {"ContactID": "id"}
NEWEST_FIRST = Order("id", True)
_NOBODY = "There is no contact of yours with this id."
NOT_FOUND = Refusal(404, _NOBODY, (FieldError("id", _NOBODY),))


class Contacts:
    """The operations."""

    def __init__(
        self,
        add: AddContact,
        get: GetContact,
        update: UpdateContact,
        delete: DeleteContact,
        search: SearchContacts,
        listing: ListContacts,
        find_duplicates: FindDuplicates,
    ) -> None:
        self._add = add
        self._get = get
        self._update = update
        self._delete = delete
        self._search = search
        self._list = listing
        self._find_duplicates = find_duplicates

    async def add(self, caller: Caller, asked: AddAsked) -> Answer | Refusal:
        """AddContact."""
        done = await self._add(
            caller.customer,
            caller.application.id,
            asked.number,
            fields(asked),
            tags(asked.tag_names),
            asked.allow_sms,
        )
        return answer_json(person(done)) if isinstance(done, ContactSeen) else refusal(done, NAMES)

    async def search(self, caller: Caller, asked: SearchAsked) -> Answer | Refusal:
        """SearchContact; without anything to search for, a list of all, newest first."""
        way = order(asked.order_by, ORDERS, NEWEST_FIRST)
        if isinstance(way, Refusal):
            return way
        if asked.text or asked.number:
            found = await self._search(
                caller.customer,
                asked.number or asked.text,
                numbers_only=bool(asked.number),
                limit=asked.limit,
                offset=asked.offset,
            )
        else:
            found = await self._list(
                caller.customer, limit=asked.limit, offset=asked.offset, descending=way.descending
            )
        return answer_json([shown(each) for each in found])

    async def get(self, caller: Caller, asked: WhoseAsked) -> Answer | Refusal:
        """GetContact."""
        whose = read_id(asked.whose)
        found = None if whose is None else await self._get(caller.customer, whose)
        return answer_json(shown(found)) if isinstance(found, ContactSeen) else NOT_FOUND

    async def get_by_reference(self, caller: Caller, asked: WhoseAsked) -> Answer | Refusal:
        """GetContactByExternalReference."""
        found = await self._get(caller.customer, asked.whose)
        if isinstance(found, Missing):
            return refusal(found, NAMES)
        contact = shown(found)
        return answer_json([contact] if speaks_defined(caller) else contact)

    async def update(self, caller: Caller, asked: UpdateAsked) -> Answer | Refusal:
        """UpdateContact."""
        whose = read_id(asked.whose)
        if whose is None:
            return NOT_FOUND
        done = await self._change(caller, whose, asked)
        if isinstance(done, Refusal):
            return done
        return answer_json(UPDATED if speaks_defined(caller) else person(done))

    async def update_by_reference(self, caller: Caller, asked: UpdateAsked) -> Answer | Refusal:
        """UpdateContactByExternalReference."""
        done = await self._change(caller, asked.whose, asked)
        return done if isinstance(done, Refusal) else answer_json(UPDATED)

    async def delete(self, caller: Caller, asked: WhoseAsked) -> Answer | Refusal:
        """DeleteContact."""
        whose = read_id(asked.whose)
        return NOT_FOUND if whose is None else await self._remove(caller, whose)

    async def delete_by_reference(self, caller: Caller, asked: WhoseAsked) -> Answer | Refusal:
        """DeleteContactByExternalReference."""
        return await self._remove(caller, asked.whose)

    async def find_duplicates(self, caller: Caller, asked: Paged) -> Answer | Refusal:
        """FindDuplicateContacts."""
        way = order(asked.order_by, {}, NEWEST_FIRST)
        if isinstance(way, Refusal):
            return way
        found = await self._find_duplicates(caller.customer, limit=asked.limit, offset=asked.offset)
        return answer_json([duplicates(each) for each in found])

    async def _change(self, caller: Caller, whose: Whose, asked: UpdateAsked) -> ContactSeen | Refusal:
        done = await self._update(
            caller.customer,
            caller.application.id,
            whose,
            asked.number,
            fields(asked),
            tags(asked.tag_names),
            asked.allow_sms,
        )
        return done if isinstance(done, ContactSeen) else refusal(done, NAMES)

    async def _remove(self, caller: Caller, whose: Whose) -> Answer | Refusal:
        gone = await self._delete(caller.customer, whose)
        return refusal(gone, NAMES) if isinstance(gone, Missing) else answer_json(DELETED)
