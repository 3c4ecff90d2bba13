"""Leaves out recipients who are named more than once: each is sent to once, at his first place.

Rule: they are compared as they are read, not as they are written. Who can't be read stays, and is refused by
the plan with its own sentence.
"""

from __future__ import annotations

import msgspec

from viesti.domain.address import Address, whatsapp_address
from viesti.domain.message import Protocol
from viesti.services.estate import Snapshot
from viesti.services.requests import NotAccepted, SubmitRequest


class OnceEach(msgspec.Struct, frozen=True):
    """The request with each recipient once. `places`: where each of them was named first; `repeats`: the
    others' places; `regions`: of each of them, '' when he can't be read."""

    request: SubmitRequest
    places: tuple[int, ...]
    repeats: tuple[int, ...]
    regions: tuple[str, ...]

    def as_asked(self, no: NotAccepted) -> NotAccepted:
        """With the places that the caller knows."""
        problems = [
            each if each.index is None else msgspec.structs.replace(each, index=self.places[each.index])
            for each in no.problems
        ]
        return msgspec.structs.replace(no, problems=tuple(problems))


def once_each(request: SubmitRequest, snapshot: Snapshot) -> OnceEach:
    """The recipients of a request, each once."""
    region = snapshot.estate.customers[request.customer_id].default_region
    normaliser = snapshot.normaliser(region)
    by_whatsapp = request.protocol == Protocol.WHATSAPP
    firsts: dict[str, int] = {}
    places: list[int] = []
    repeats: list[int] = []
    regions: list[str] = []
    for place, wanted in enumerate(request.recipients):
        written = wanted.address
        address = whatsapp_address(written, normaliser) if by_whatsapp else normaliser.normalise(written)
        known = address if isinstance(address, Address) else None
        if known and firsts.setdefault(known.digits, place) != place:
            repeats.append(place)
            continue
        places.append(place)
        regions.append(known.region if known else "")
    recipients = tuple([request.recipients[place] for place in places]) if repeats else request.recipients
    return OnceEach(
        msgspec.structs.replace(request, recipients=recipients), tuple(places), tuple(repeats), tuple(regions)
    )
