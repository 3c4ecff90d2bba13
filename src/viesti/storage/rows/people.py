"""What is known of the people that messages are for, read once for many messages.

Rule: one round trip, whatever it is that has to be known of them before a message is accepted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from viesti.domain.contact import KnownContact
from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("people")

Person = tuple[int, str]  # customer id, address
Party = tuple[int, str, str]  # customer id, identity of ours, address


class OnWhatsApp(NamedTuple):
    """What a party said to an identity of ours: the scope in which nothing may be sent ('all', 'marketing' or
    None), and whether it allowed messages."""

    scope: str | None
    opted_in: bool


SILENT = OnWhatsApp(None, False)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some people. `opted_out`: in which scope; `on_whatsapp`: what parties of WhatsApp
    said. `subscribed`: the customers who have a live subscription to what is sent; `reported`: to reports."""

    opted_out: Mapping[Person, str] = field(default_factory=dict)
    contacts: Mapping[Person, KnownContact] = field(default_factory=dict)
    subscribed: Collection[int] = ()
    reported: Collection[int] = ()
    on_whatsapp: Mapping[Party, OnWhatsApp] = field(default_factory=dict)


class People:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def known(self, people: Collection[Person]) -> Known:
        """What there is to know of these people."""
        customers, addresses = zip(*people, strict=True)
        opted_out: dict[Person, str] = {}
        contacts: dict[Person, KnownContact] = {}
        subscribed: dict[str, set[int]] = {"outbound": set(), "report": set()}
        rows = await self._connection.fetch(SQL["known"], customers, addresses, list(set(customers)))
        for customer, address, scope, identifier, *names in map(tuple, rows):
            if address is None:
                subscribed[scope].add(customer)
                continue
            if scope is not None:
                opted_out[customer, address] = scope
            if identifier is not None:
                contacts[customer, address] = KnownContact(identifier, *names)
        return Known(opted_out, contacts, subscribed["outbound"], subscribed["report"])

    async def on_whatsapp(self, parties: Collection[Party]) -> dict[Party, OnWhatsApp]:
        """What these said, as far as they said anything."""
        rows = await self._connection.fetch(SQL["on_whatsapp"], *zip(*parties, strict=True))
        return {
            (customer, identity, address): OnWhatsApp(scope, opted_in)
            for customer, identity, address, scope, opted_in in rows
        }
