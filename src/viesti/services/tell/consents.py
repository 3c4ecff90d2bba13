"""Writes lines of the consent ledger, and tells programs of them.

Rule: nobody else writes to the ledger, so whoever records a word of a person has it told. What changed
nothing is a line and no event: who says STOP again was out already.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from viesti.domain.estate import Customer
from viesti.services.tell.bodies import OPT_IN, OPT_OUT, ConsentTold, body, moment, person
from viesti.services.tell.options import wants_consent
from viesti.services.tell.owed import Owed, concerns, owe
from viesti.storage.store import Store, Transaction

EVENT = "opt_out"
EVENTS = {False: OPT_OUT, True: OPT_IN}  # by whether he opted in


class How(StrEnum):
    """Where a word of consent came from, as programs are told."""

    MESSAGE = "message"  # he wrote it
    WHATSAPP_SETTINGS = "whatsappSettings"
    API = "api"
    OPERATOR = "operator"
    OTHER_NAME = "otherName"  # he said it under another number or user id


class Word(NamedTuple):
    """What a person said, as the ledger keeps it. `new`: it changed what stands. `words`, `identity` and
    `inbound_id`: what he wrote, the address of ours it is about, and the message it was in, where known."""

    customer: Customer
    address: str
    opted_in: bool
    scope: str
    at: datetime
    source: str
    evidence: str
    how: How
    new: bool
    words: str = ""
    identity: str = ""
    inbound_id: int | None = None


async def record_words(tx: Transaction, store: Store, words: Sequence[Word]) -> int:
    """Write their lines in a transaction, and owe the calls of those that are new; gives how many."""
    ids = await store.ids.take([word.customer.bucket for word in words])
    lines = [
        (
            identifier,
            word.customer.bucket,
            word.customer.id,
            word.address,
            "start" if word.opted_in else "stop",
            word.scope,
            word.at,
            word.source,
            word.evidence,
        )
        for identifier, word in zip(ids, words, strict=True)
    ]
    await tx.consents.add_consents(lines)
    telling = [(identifier, word) for identifier, word in zip(ids, words, strict=True) if word.new]
    return await _tell(tx, store, telling) if telling else 0


async def _tell(tx: Transaction, store: Store, telling: Sequence[tuple[int, Word]]) -> int:
    customers = sorted({word.customer.id for _, word in telling})
    subscriptions = await tx.subscriptions.of_customers(customers, EVENT)
    wanted = [
        (line, word, each)
        for line, word in telling
        for each in subscriptions
        if concerns(each, word.customer.id, None) and wants_consent(each.options, opted_in=word.opted_in)
    ]
    if not wanted:
        return 0
    known = await tx.people.known({(word.customer.id, word.address) for _, word, _ in wanted})
    at = max(word.at for _, word, _ in wanted)
    owed = [
        Owed(
            each,
            line,
            body(
                ConsentTold(
                    event_id=f"{EVENTS[word.opted_in]}:{line}",
                    event=EVENTS[word.opted_in],
                    at=moment(word.at),
                    number=word.address,
                    scope=word.scope,
                    how=word.how.value,
                    words=word.words,
                    sender=word.identity,
                    message_id=word.inbound_id or 0,
                    **person(known.contacts.get((word.customer.id, word.address))),
                )
            ),
        )
        for line, word, each in wanted
    ]
    return await owe(tx, store, owed, at)
