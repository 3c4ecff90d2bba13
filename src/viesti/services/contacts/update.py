"""Changes what is known of a contact.

Rule: what is left out stays. A number or reference of another contact is refused, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import UNSET, UnsetType

from viesti.domain.contact import Contact
from viesti.domain.estate import Customer
from viesti.services.contacts.allowing import allow
from viesti.services.contacts.fields import ContactFields, check, over, too_many_properties
from viesti.services.contacts.numbers import read_number
from viesti.services.contacts.seen import ContactSeen, Whose, lock, nobody, see
from viesti.services.contacts.tagging import held_tags, tag_problems
from viesti.services.refusals import Invalid, Missing, Taken
from viesti.services.requests import FieldProblem
from viesti.storage.store import Store, Transaction

Updated = ContactSeen | Missing | Taken | Invalid
_NO_NUMBER = FieldProblem("allow_sms", "The contact has no number that could be allowed or forbidden.")
_UNKNOWN = FieldProblem("external_reference", "A contact without a number must have one.")


class UpdateContact:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def __call__(
        self,
        customer: Customer,
        application_id: int,
        whose: Whose,
        number: str | UnsetType,
        fields: ContactFields,
        tags: Sequence[str],
        allow_sms: bool | UnsetType,
    ) -> Updated:
        """The contact as he is now. `number` UNSET or blank: as it is; `tags`: names of those he gets beside
        what he has."""
        digits = read_number(customer, number, ()) if number else None
        problems = [*check(fields), *tag_problems(tags)]
        if isinstance(digits, list):
            return Invalid((*digits, *problems))
        if problems:
            return Invalid(tuple(problems))
        phone, now = digits, self._now()
        outcome: list[Updated] = []

        async def work(tx: Transaction) -> None:
            known = await lock(tx, customer, whose)
            if known is None:
                outcome.append(nobody(whose))
                return
            changed = over(replace(known, phone=phone or known.phone), fields, now)
            if refused := await self._refused(tx, changed, allow_sms):
                outcome.append(refused)
                return
            lists = await held_tags(tx, self._store, customer, tags) if tags else []
            if not isinstance(lists, list):
                outcome.append(Invalid((lists,)))
                return
            if fields.given() or changed.phone != known.phone:
                await tx.contacts.write([changed])
            for list_id in lists:
                await tx.lists.add(list_id, customer.bucket, [known.id], True, now)
            if allow_sms is not UNSET and changed.phone:
                evidence = f"application {application_id}, contact {known.id}"
                await allow(tx, self._store, customer, {changed.phone: allow_sms}, "txtsync", evidence, now)
            outcome.extend(await see(tx, customer, [changed]))

        await self._store.run(work)
        return outcome[-1]

    @staticmethod
    async def _refused(
        tx: Transaction, changed: Contact, allow_sms: bool | UnsetType
    ) -> Taken | Invalid | None:
        """Why the contact can't become so."""
        problems = [objection] if (objection := too_many_properties(changed)) else []
        if changed.phone is None:
            problems += [_NO_NUMBER] if allow_sms is not UNSET else []
            problems += [] if changed.external_reference else [_UNKNOWN]
        if problems:
            return Invalid(tuple(problems))
        if changed.phone:
            for other in await tx.contacts.by_phone(changed.customer_id, [changed.phone]):
                if other.id != changed.id:
                    return Taken("phone", f"+{changed.phone} is the number of contact {other.id} already.")
        if changed.external_reference:
            for other in await tx.contacts.by_reference(changed.customer_id, [changed.external_reference]):
                if other.id != changed.id:
                    sentence = f"It is the reference of contact {other.id} already."
                    return Taken("external_reference", sentence)
        return None
