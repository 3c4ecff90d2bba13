"""The services of a customer.

Rule: it is read from the snapshot; what is switched off is not shown.
"""

from __future__ import annotations

from viesti.domain.estate import Service
from viesti.services.estate import Snapshot


def services_of(snapshot: Snapshot, customer_id: int, kind: str, *, replying: bool = False) -> list[Service]:
    """The services of a kind ('': of all kinds), by name. `replying`: only those that may send replies."""
    found = [
        service
        for service in snapshot.estate.services.values()
        if service.customer_id == customer_id
        and kind in (service.kind, "")
        and service.enabled
        and (service.allow_reply or not replying)
    ]
    return sorted(found, key=lambda service: (service.name.casefold(), service.id))
