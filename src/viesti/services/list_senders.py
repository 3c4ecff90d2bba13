"""What a customer may send under.

Rule: it is read from the snapshot; a sender that is not approved is not shown, as nothing goes out under it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from viesti.domain.channel import AddressKind
from viesti.domain.estate import Service
from viesti.domain.message import Protocol
from viesti.domain.sender import RegisteredSender, Sender, SenderState, parse_sender
from viesti.services.estate import Snapshot
from viesti.services.list_services import services_of


class SenderSeen(NamedTuple):
    """A sender; of a number the digits. `protocols`: what goes out under it; `countries`: the only ones it
    may be used in, none for all; `services`: those that send under it when nothing else is said, by their
    keys."""

    sender: str
    kind: AddressKind
    protocols: tuple[Protocol, ...]
    countries: tuple[str, ...]
    services: tuple[str, ...]


def senders_of(snapshot: Snapshot, customer_id: int) -> list[SenderSeen]:
    """The customer's approved senders, names first, each kind in its order."""
    services = services_of(snapshot, customer_id, "")
    found = [
        _seen(snapshot, registered, services)
        for (owner, _), registered in snapshot.senders.items()
        if owner == customer_id and registered.state is SenderState.APPROVED
    ]
    return sorted(found, key=lambda each: (each.kind, each.sender.casefold(), each.sender))


def _seen(snapshot: Snapshot, registered: RegisteredSender, services: list[Service]) -> SenderSeen:
    text = registered.sender
    by_whatsapp = text in snapshot.whatsapp
    return SenderSeen(
        text,
        registered.kind,
        (Protocol.SMS, Protocol.WHATSAPP) if by_whatsapp else (Protocol.SMS,),
        tuple(sorted(registered.countries)),
        tuple([service.key for service in services if text in _defaults(service)]),
    )


def _defaults(service: Service) -> Iterator[str]:
    sender = parse_sender(service.default_sender)
    if isinstance(sender, Sender):
        yield sender.text
    yield service.whatsapp_sender
