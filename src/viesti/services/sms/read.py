"""Shows a customer his SMS, sent and received, one by one or as a list.

Rule: whatever is asked for is looked up together with the customer's id; what is another's does not exist.
What a list looks at is bounded, however much there is: see LOOKED_AT.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from viesti.domain.contact import KnownContact
from viesti.domain.failure import Failure
from viesti.domain.status import Status
from viesti.services.estate import EstateCache
from viesti.services.link_details import LinkDetail, link_details
from viesti.services.short_links import ShortLinks
from viesti.services.sms.between import FIRST, LAST, ids_between
from viesti.services.sms.seen import SmsFilter, SmsSeen
from viesti.storage.store import ReceivedSms, SentSms, SmsQuery, Store, Transaction

# How many SMS are looked at to find those of a status, newest (or oldest) first, within the times asked for.
LOOKED_AT = 100_000


class ReadSms:
    """Every call raises `StoreUnavailable` when the store is away."""

    def __init__(self, store: Store, estate: EstateCache, short_links: ShortLinks) -> None:
        self._store = store
        self._estate = estate
        self._short_links = short_links

    async def one(self, customer_id: int, identifier: int) -> SmsSeen | None:
        """The SMS of this id."""
        found = await self.many(customer_id, (identifier,))
        return found[0] if found else None

    async def many(self, customer_id: int, ids: Collection[int]) -> list[SmsSeen]:
        """Those of these ids that there are, in their order."""
        if not ids:
            return []
        async with self._store.statements() as tx:
            sent = await tx.sms.sent(customer_id, ids)
            received = await tx.sms.received(customer_id, ids) if len(sent) < len(ids) else []
            return await self._seen(tx, customer_id, ids, sent, received)

    async def number_of(self, customer_id: int, contact_id: int) -> str | None:
        """The number of a contact of the customer; None: there is no such contact, or he has none."""
        async with self._store.statements() as tx:
            return await tx.sms.number_of(customer_id, contact_id)

    async def page(self, customer_id: int, wanted: SmsFilter) -> list[SmsSeen]:
        """A page of a list, in the order of ids."""
        async with self._store.statements() as tx:
            query = await self._query(tx, customer_id, wanted)
            found = await tx.sms.page(query) if query else []
            sent = await tx.sms.sent(customer_id, [each.id for each in found if not each.came])
            received = await tx.sms.received(customer_id, [each.id for each in found if each.came])
            return await self._seen(tx, customer_id, [each.id for each in found], sent, received)

    async def _query(self, tx: Transaction, customer_id: int, wanted: SmsFilter) -> SmsQuery | None:
        """What to look for; None when there can be nothing."""
        number = wanted.number
        if wanted.contact_id is not None:
            known = await tx.sms.number_of(customer_id, wanted.contact_id)
            if known is None or number not in (None, known):
                return None
            number = known
        looked_at = wanted.offset + wanted.limit if wanted.statuses is None else LOOKED_AT
        above, below = await ids_between(tx, customer_id, wanted.since, wanted.until)
        return SmsQuery(
            customer_id=customer_id,
            above=above,
            below=below,
            sent=looked_at if wanted.sent else 0,
            received=looked_at if wanted.received and wanted.campaign_id is None else 0,
            statuses=None if wanted.statuses is None else sorted(wanted.statuses),
            since=wanted.since or FIRST,
            until=wanted.until or LAST,
            offset=wanted.offset,
            limit=wanted.limit,
            number=number,
            campaign_id=wanted.campaign_id,
            down=wanted.newest_first,
        )

    async def _seen(
        self,
        tx: Transaction,
        customer_id: int,
        order: Collection[int],
        sent: Sequence[SentSms],
        received: Sequence[ReceivedSms],
    ) -> list[SmsSeen]:
        """These SMS with their contacts and links, in this order of ids."""
        numbers = {row.address for row in sent} | {row.source for row in received}
        if not numbers:
            return []
        known = await tx.people.known({(customer_id, number) for number in numbers})
        tracked = [row.id for row in sent if row.link_base is not None]
        links = await link_details(tx, self._short_links, tracked)
        estate = self._estate.current.estate
        currency = estate.customers[customer_id].currency
        shown = {
            row.id: self._sent(row, known.contacts.get((customer_id, row.address)), links, currency)
            for row in sent
        } | {
            row.id: SmsSeen(
                id=row.id,
                source=row.source,
                destination=row.destination,
                text=row.text,
                created_at=row.received_at,
                parts=row.parts,
                delivered_at=row.received_at,
                contact=known.contacts.get((customer_id, row.source)),
                currency=currency,
            )
            for row in received
        }
        return [shown[identifier] for identifier in order if identifier in shown]

    def _sent(
        self,
        row: SentSms,
        contact: KnownContact | None,
        links: Mapping[int, tuple[LinkDetail, ...]],
        currency: str,
    ) -> SmsSeen:
        estate = self._estate.current.estate
        application = estate.applications.get(row.application_id) if row.application_id else None
        user = estate.users.get(row.user_id) if row.user_id else None
        text = row.text if row.own_text is None else row.own_text
        status = Status(row.status)
        return SmsSeen(
            id=row.id,
            source=row.sender,
            destination=row.address,
            text=self._short_links.sent_text(row.id, text, row.link_base, row.link_rule),
            created_at=row.created_at,
            parts=row.parts,
            status=status,
            failure=Failure(row.failure) if row.failure else None,
            delivered_at=row.finished_at if status is Status.DELIVERED else None,
            campaign_id=row.campaign_id,
            application_id=row.application_id,
            application_name=application.name if application else "",
            user_id=row.user_id,
            user_name=user.name or user.email if user else "",
            contact=contact,
            links=links.get(row.id, ()),
            warnings=tuple(row.warnings or ()),
            flagged_at=row.flagged_at,
            flagged_why=row.flagged_why or "",
            currency=row.currency or currency,
            cost=row.cost,
            cost_gbp=row.cost_gbp,
        )
