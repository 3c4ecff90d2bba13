"""Who wrote by WhatsApp: his number and his user id, and until when he may be written to freely.

Rule: what a customer learns of a person is that customer's. An identity's customers are those who may send by
it and those whose services listen at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from viesti.domain.estate import ChannelRow
from viesti.domain.inbound_kind import rule_of
from viesti.services.estate import Snapshot
from viesti.services.provider.follow_names import follow_names
from viesti.services.provider.gather import Gathered, Moved, Preferred, Said
from viesti.storage.store import Opened, Party, Store, Transaction

MOST_DIGITS = 15

# The numbers of people who came by their user id alone, by the channel that they came to and that id.
Phones: TypeAlias = Mapping[tuple[int, str], str]


async def note_people(tx: Transaction, store: Store, snapshot: Snapshot, work: Gathered) -> Phones:
    """Write down who these people are and whose windows they opened; gives the numbers of those who came by
    their user id alone, as far as they are known."""
    parties = _parties(snapshot, work)
    await tx.parties.learn(parties)
    await follow_names(tx, store, snapshot, parties, work.moved)
    phones = await _phones(tx, snapshot, [*work.said, *work.preferred])
    await tx.windows.opened(_windows(snapshot, work.said, phones))
    return phones


def address_of(one: Said | Preferred, phones: Phones) -> str:
    """By what a person is known: his number, else his user id."""
    known = phones.get((one.channel.id, one.event.user_id), "")
    return one.event.wa_id or known or one.event.user_id


async def _phones(tx: Transaction, snapshot: Snapshot, people: Iterable[Said | Preferred]) -> Phones:
    nameless = [one for one in people if not one.event.wa_id and one.event.user_id]
    customers = {customer.id for one in nameless for customer in snapshot.customers_of(one.channel)}
    if not customers:
        return {}
    known = await tx.parties.phones(customers, {one.event.user_id for one in nameless})
    return {
        (one.channel.id, one.event.user_id): known[customer.id, one.event.user_id]
        for one in nameless
        for customer in snapshot.customers_of(one.channel)
        if (customer.id, one.event.user_id) in known
    }


def _parties(snapshot: Snapshot, work: Gathered) -> list[Party]:
    """The newest word of each user id and of each number, per customer."""
    told: list[tuple[datetime, ChannelRow, str, str, str]] = [
        (one.at, one.channel, one.event.wa_id, one.event.user_id, one.event.username) for one in work.said
    ]
    told += [(one.at, one.channel, one.event.wa_id, one.event.user_id, "") for one in work.preferred]
    told += [(one.at, one.channel, one.event.wa_id, _new_id(one), "") for one in work.moved]
    found: dict[tuple[int, str], Party] = {}
    owner: dict[tuple[int, str], str] = {}
    for at, channel, wa_id, user_id, username in sorted(told, key=lambda each: each[0]):
        if not user_id:
            continue
        phone = wa_id if wa_id.isdecimal() and len(wa_id) <= MOST_DIGITS else None
        for customer in snapshot.customers_of(channel):
            if phone is not None:
                before = owner.get((customer.id, phone), user_id)
                if before != user_id:
                    known = found[customer.id, before]
                    found[customer.id, before] = known._replace(phone=None)
                owner[customer.id, phone] = user_id
            found[customer.id, user_id] = Party(customer.id, customer.bucket, phone, user_id, username, at)
    return list(found.values())


def _new_id(one: Moved) -> str:
    return one.event.user_id or one.event.old_user_id


def _windows(snapshot: Snapshot, said: Sequence[Said], phones: Phones) -> list[Opened]:
    """The newest of each person, under each of his names."""
    found: dict[tuple[int, str, str], Opened] = {}
    for one in sorted(said, key=lambda each: each.at):
        if not rule_of(one.event.kind).opens_window:
            continue
        for customer in snapshot.customers_of(one.channel):
            for address in {address_of(one, phones), one.event.user_id} - {""}:
                identity = one.channel.identity
                opened = Opened(customer.id, customer.bucket, identity, address, one.at)
                found[customer.id, identity, address] = opened
    return list(found.values())
