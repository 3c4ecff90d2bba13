"""What people said about marketing messages in WhatsApp's own settings.

Rule: the newest word of a person stands, in whatever order they come; each has its line in the ledger.
Who allows marketing again takes back what he said there, never what he forbade in another way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from viesti.services.estate import Snapshot
from viesti.services.provider.gather import Preferred
from viesti.services.provider.people import Phones, address_of
from viesti.services.record_consent import ALL, MARKETING, ConsentGiven, write_consent
from viesti.services.tell.consents import How
from viesti.storage.store import LedgerLine, Store, Transaction

SOURCE = "whatsapp settings"
STOP = "stop"
ALLOWING = frozenset(("resume", "signup"))
LINES = 100  # of a person's ledger that are looked at


async def record_preferences(
    tx: Transaction,
    store: Store,
    snapshot: Snapshot,
    preferred: Sequence[Preferred],
    phones: Phones,
) -> None:
    """Write them to the consents of the number's customers. Another word changes nothing."""
    for one in sorted(preferred, key=lambda each: each.at):
        address = address_of(one, phones)
        if not address or one.event.value not in ALLOWING | {STOP}:
            continue
        for customer in snapshot.customers_of(one.channel):
            given = ConsentGiven(
                customer=customer,
                address=address,
                opted_in=one.event.value != STOP,
                scope=MARKETING,
                identity=one.channel.identity,
                source=SOURCE,
                how=How.WHATSAPP_SETTINGS,
                evidence=f"{one.event.value} {one.event.category}".strip(),
            )
            ledger = await tx.consents.ledger(customer.id, address, LINES)
            word = "start" if given.opted_in else "stop"
            if any(line.source == SOURCE and (line.at, line.action) == (one.at, word) for line in ledger):
                continue  # told already
            stands = _newest(one.at, ledger) and not (given.opted_in and _forbidden_otherwise(ledger))
            await write_consent(tx, store, given, one.at, stands=stands)


def _newest(at: datetime, ledger: Sequence[LedgerLine]) -> bool:
    return not any(line.source == SOURCE and line.at > at for line in ledger)


def _forbidden_otherwise(ledger: Sequence[LedgerLine]) -> bool:
    """Whether the last that he said of marketing elsewhere forbids it."""
    elsewhere = [
        line
        for line in ledger
        if line.source != SOURCE and (line.scope == MARKETING or (line.scope, line.action) == (ALL, "start"))
    ]
    return bool(elsewhere) and max(elsewhere, key=lambda line: line.at).action == "stop"
