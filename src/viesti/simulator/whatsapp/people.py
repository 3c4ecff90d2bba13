"""Who is on WhatsApp: phone number, business-scoped id, name, windows and whether marketing was stopped.

Rule: a person is made when first named and is the same ever after: the business-scoped id follows from the
number, so a simulator that starts again knows the same people.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from viesti.domain.numbering import region_of

REMEMBERED = 100_000  # people; the one unused longest is forgotten
USER_ID = re.compile(r"[A-Z]{2}(?:\.ENT)?\.[A-Za-z0-9]{1,128}")
_NAMES = (
    "Aino",
    "Eino",
    "Helmi",
    "Onni",
    "Kerttu",
    "Urho",
    "Lempi",
    "Toivo",
    "Siiri",
    "Väinö",
    "Elli",
    "Oiva",
)
_FAMILIES = ("Virtanen", "Korhonen", "Nieminen", "Mäkinen", "Laine", "Heikkinen", "Järvinen", "Lehtonen")


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with WhatsApp. `hidden`: webhooks do not tell the phone number."""

    phone: str
    user_id: str
    name: str
    username: str = ""
    hidden: bool = False
    stopped: bool = False  # marketing
    wrote_at: dict[str, float] = field(default_factory=dict)  # to a phone-number id, last

    def contact(self, username: bool = True) -> dict[str, Any]:
        """One of a webhook's `contacts`."""
        profile = {"name": self.name}
        if username and self.username:
            profile["username"] = self.username
        contact: dict[str, Any] = {"profile": profile}
        if not self.hidden:
            contact["wa_id"] = self.phone
        return contact | {"user_id": self.user_id}


class People:
    """Everybody that was named so far."""

    def __init__(self) -> None:
        self._by_phone: OrderedDict[str, Person] = OrderedDict()
        self._by_id: dict[str, Person] = {}

    def by_phone(self, digits: str) -> Person:
        """The person of a number."""
        person = self._by_phone.get(digits)
        if person is None:
            person = self._by_phone[digits] = _new(digits)
            self._by_id[person.user_id] = person
            if len(self._by_phone) > REMEMBERED:
                _, old = self._by_phone.popitem(last=False)
                del self._by_id[old.user_id]
        else:
            self._by_phone.move_to_end(digits)
        return person

    def by_user_id(self, user_id: str) -> Person | None:
        """The person of a business-scoped id, who must have been named by number before."""
        return self._by_id.get(user_id)

    def move(self, person: Person, digits: str) -> str:
        """Give a person another number, and with it another business-scoped id; gives the old one."""
        self._by_phone.pop(person.phone, None)
        self._by_id.pop(person.user_id, None)
        old, person.phone, person.user_id = person.user_id, digits, _user_id(digits)
        self._by_phone[digits] = self._by_id[person.user_id] = person
        return old


def _new(digits: str) -> Person:
    seed = int.from_bytes(hashlib.sha256(digits.encode()).digest()[:4])
    name = f"{_NAMES[seed % len(_NAMES)]} {_FAMILIES[seed // 64 % len(_FAMILIES)]}"
    return Person(digits, _user_id(digits), name)


def _user_id(digits: str) -> str:
    number = int.from_bytes(hashlib.sha256(b"user id " + digits.encode()).digest()[:8])
    region = region_of(digits)
    return f"{region if len(region) == 2 and region.isalpha() else 'ZZ'}.{number}"
