"""Tells programs what became of recipients: reports, and numbers that can't be written to.

Rule: what moved is looked at in one place, whoever moved it. Where no customer of a batch has a subscription
to it, the statement that moved them has said so, and nothing more is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from viesti.domain.contact import KnownContact
from viesti.domain.failure import INVALID, SENTENCES, Failure
from viesti.domain.status import Status
from viesti.services.estate import Snapshot
from viesti.services.notify import SHOWN_PROTOCOLS
from viesti.services.short_links import ShortLinks
from viesti.services.tell.bodies import (
    DELIVERY_REPORT,
    INVALID_RECIPIENT,
    InvalidTold,
    ReportTold,
    body,
    moment,
    money,
    person,
)
from viesti.services.tell.options import wants_report
from viesti.services.tell.owed import Owed, concerns, owe
from viesti.storage.store import Moved, Store, Subscription, ToldRecipient, Transaction

REPORT, INVALID_EVENT = "report", "invalid"


class TellOfRecipients:
    """Owes these calls, for one process."""

    def __init__(self, store: Store, short_links: ShortLinks) -> None:
        self._store = store
        self._short_links = short_links

    async def __call__(
        self, tx: Transaction, snapshot: Snapshot, moved: Sequence[Moved], at: datetime
    ) -> int:
        """Owe them for recipients that moved; gives how many are owed."""
        told = {one.id: one for one in moved if one.told}
        if not told:
            return 0
        customers = sorted({one.customer_id for one in told.values()})
        subscriptions = await tx.subscriptions.of_customers(customers, REPORT, INVALID_EVENT)
        wanted = {one.id for one in told.values() if any(_wants(each, one) for each in subscriptions)}
        if not wanted:
            return 0
        recipients = await tx.told.recipients(sorted(wanted))
        contacts = await contacts_of(tx, recipients)
        owed = [
            Owed(each, one.id, self._body(each, told[one.id], one, contacts, snapshot, at))
            for one in recipients
            for each in subscriptions
            if _wants(each, told[one.id]) and concerns(each, one.customer_id, one.service_id)
        ]
        return await owe(tx, self._store, owed, at)

    def _body(
        self,
        subscription: Subscription,
        moved: Moved,
        one: ToldRecipient,
        contacts: Mapping[tuple[int, str], KnownContact],
        snapshot: Snapshot,
        at: datetime,
    ) -> str:
        common = of_recipient(one, contacts, snapshot)
        failure = Failure(moved.failure) if moved.failure else None
        sentence = SENTENCES[failure] if failure else ""
        if subscription.event == INVALID_EVENT:
            return body(
                InvalidTold(
                    event_id=f"{INVALID_RECIPIENT}:{one.id}",
                    event=INVALID_RECIPIENT,
                    at=moment(at),
                    failure=failure or "",
                    failure_text=sentence,
                    carrier_error=moved.carrier_error or "",
                    **common,
                )
            )
        status = Status(moved.status)
        return body(
            ReportTold(
                event_id=f"{DELIVERY_REPORT}:{one.id}:{status.word}",
                event=DELIVERY_REPORT,
                at=moment(at),
                status=status.word,
                failure=failure or "",
                failure_text=sentence,
                carrier_error=(moved.carrier_error or "") if failure else "",
                text=self._short_links.sent_text(one.id, one.text, one.link_base, one.link_rule),
                part_count=one.parts,
                cost=money(one.cost),
                currency=(one.currency or "") if one.cost is not None else "",
                created_at=moment(one.created_at),
                sent_at=moment(one.sent_at),
                **common,
            )
        )


def _wants(subscription: Subscription, moved: Moved) -> bool:
    """Whether it is told of such a move; which service it was for is not known yet."""
    if subscription.customer_id != moved.customer_id:
        return False
    if subscription.event == INVALID_EVENT:
        return moved.failure in INVALID
    return wants_report(subscription.options, Status(moved.status))


async def contacts_of(
    tx: Transaction, recipients: Sequence[ToldRecipient]
) -> Mapping[tuple[int, str], KnownContact]:
    """Who of the customers' contacts these are."""
    known = await tx.people.known({(one.customer_id, one.address) for one in recipients})
    return known.contacts


def of_recipient(
    one: ToldRecipient, contacts: Mapping[tuple[int, str], KnownContact], snapshot: Snapshot
) -> dict[str, Any]:
    """The members that are the same whatever is told of a recipient."""
    service = snapshot.estate.services.get(one.service_id or 0)
    return {
        "number": one.address,
        "message_id": one.message_id,
        "recipient_id": one.id,
        "protocol": SHOWN_PROTOCOLS[one.protocol],
        "sender": one.sender,
        "service": service.key if service else "",
        "campaign_id": one.campaign_id or 0,
        "campaign": one.campaign or "",
        "customer_data": one.customer_data or "",
        "request_id": one.request_id or "",
        **person(contacts.get((one.customer_id, one.address))),
    }
