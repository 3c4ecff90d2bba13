"""Checks things against one another: nothing twice, nobody's key, word or number taken, senders registered.

Rule: what is in the store counts as well; the file need not mention all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from viesti.domain.estate import WHATSAPP, identity_digits
from viesti.domain.keywords import KeywordIndex, KeywordRule
from viesti.services.estate_file.fields import Table
from viesti.services.estate_file.held import Held
from viesti.services.estate_file.shape import Row
from viesti.services.estate_file.tables import (
    APPLICATIONS,
    CHANNELS,
    CUSTOMERS,
    OAUTH_CLIENTS,
    ROUTES,
    SENDERS,
    SERVICES,
)


def check_together(rows: Sequence[Row], held: Held, known: Held) -> None:
    """Note on each row what is wrong with it beside the others.

    `held` is in the store; `known` is the part of it that the file may count on.
    """
    _nothing_twice(rows)
    _taken_once(CUSTOMERS, rows, held, "link_domain", "host for its links")
    _taken_once(APPLICATIONS, rows, held, "client_key", "key")
    _taken_once(OAUTH_CLIENTS, rows, held, "client_id", "id")
    services = [row for row in rows if row.table is SERVICES]
    registered = {row.key for row in rows if row.table is SENDERS} | set(known["senders"])
    for service in services:
        _registered_sender(service, registered, "default_sender")
        _registered_sender(service, registered, "whatsapp_sender")
    _keywords(services, known)
    _whatsapp(rows, held)


def _nothing_twice(rows: Sequence[Row]) -> None:
    first: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.key is not None:
            place = first.setdefault((row.table.name, row.key), row.place)
            if place != row.place:
                row.problem("", f"The {row.table.noun} {row.key} is there already, as {place}.")


def _taken_once(table: Table, rows: Sequence[Row], held: Held, name: str, word: str) -> None:
    """What a program calls itself is its own, and so is a host."""
    owners = {thing.values[name]: key for key, thing in held[table.name].items()}
    for row in rows:
        wanted = row.values.get(name) if row.table is table else None
        owner = owners.setdefault(wanted, row.key or row.place) if wanted else None
        if owner not in (None, row.key, row.place):
            row.problem(name, f"The {table.noun} {owner} has this {word} already.")


def _registered_sender(service: Row, registered: set[str | None], name: str) -> None:
    customer, sender = service.values.get("customer"), service.values.get(name)
    if customer and sender and not service.wrong(name) and f"{customer}/{sender}" not in registered:
        service.problem(
            name, f"{sender!r} is not a sender of {customer}; add it to [[senders]], or correct it."
        )


def _whatsapp(rows: Sequence[Row], held: Held) -> None:
    """A number at WhatsApp is one channel's, which is found by it: no route leads there."""
    options = {
        key: thing.values["options"]
        for key, thing in held["channels"].items()
        if thing.values["kind"] == WHATSAPP
    }
    numbers = set(options)
    mentioned = {row.key: row for row in rows if row.table is CHANNELS}
    options = {key: given for key, given in options.items() if key not in mentioned}
    owners = {identity_digits(given.get("identity")): key for key, given in options.items()}
    ids = {given.get("phone_number_id"): key for key, given in options.items()}
    for row in mentioned.values():
        if row.key is None or row.values.get("kind") != WHATSAPP:
            continue
        numbers.add(row.key)
        given = row.values.get("options", {})
        for name, value, taken in (
            ("identity", identity_digits(given.get("identity")), owners),
            ("phone_number_id", given.get("phone_number_id"), ids),
        ):
            owner = taken.setdefault(value, row.key) if value else row.key
            if owner != row.key:
                row.problem(f"options.{name}", f"The channel {owner} has this number already.")
    for row in rows:
        if row.table is ROUTES and row.values.get("channel") in numbers:
            row.problem("channel", "A WhatsApp channel is chosen by the sender; it takes no route.")
        number = row.values.get("whatsapp_sender") if row.table is SERVICES else None
        if number and number not in owners and not row.wrong("whatsapp_sender"):
            row.problem("whatsapp_sender", f"No WhatsApp channel has the number {number} as its identity.")


def _keywords(services: Sequence[Row], known: Held) -> None:
    """Two services can't both have a message; letter case and marks around a word make no difference."""
    mentioned = {row.key for row in services}
    owners: list[tuple[Row | None, str]] = []
    rules: list[KeywordRule] = []
    for row, owner, address, words in (*_file_claims(services), *_held_claims(known, mentioned)):
        rules.append(KeywordRule(len(owners), address, tuple(words.split())))
        owners.append((row, owner))
    for conflict in KeywordIndex(rules).conflicts():
        claims = sorted(conflict.service_ids, key=lambda number: owners[number][0] is not None)
        _, first = owners[claims[0]]
        said = f"{conflict.address} {' '.join(conflict.chain).upper()}".strip()
        for number in claims[1:]:
            keyword, _ = owners[number]
            if keyword is not None:
                keyword.problem("", f"{said} is taken by {first}.")


def _file_claims(services: Sequence[Row]) -> Iterator[tuple[Row | None, str, str, str]]:
    for service in services:
        if service.key is None or service.wrong("keywords"):
            continue  # whose they are, or that they are there, is wrong already
        for keyword in service.values.get("keywords", ()):
            if keyword.sound:
                name = f"the service {service.key}"
                yield keyword, name, keyword.values["address"], keyword.values["words"]


def _held_claims(known: Held, mentioned: set[str | None]) -> Iterator[tuple[Row | None, str, str, str]]:
    for key, thing in known["services"].items():
        if key not in mentioned:
            for keyword in thing.values["keywords"]:
                yield None, f"the service {key}", keyword["address"], keyword["words"]
