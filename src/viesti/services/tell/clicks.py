"""Notes visits to links, and tells programs of them.

Rule: a visit is told in the transaction that notes it, by the statement that says it is new; so one that is
tried again is not told again.
"""

from __future__ import annotations

from collections.abc import Sequence

from viesti.domain.clicks import Reason
from viesti.domain.links import as_uri, find_links
from viesti.services.estate import EstateCache
from viesti.services.tell.bodies import LINK_CLICK, MACHINE, PERSON, ClickTold, body, moment
from viesti.services.tell.options import Options, wants_click
from viesti.services.tell.owed import Owed, concerns, owe
from viesti.services.tell.recipients import contacts_of, of_recipient
from viesti.storage.store import NewClick, Noted, Store, Transaction

EVENT = "click"


class NoteClicks:
    """Notes them, for one process."""

    def __init__(self, store: Store, estate: EstateCache) -> None:
        self._store = store
        self._estate = estate

    async def __call__(self, rows: Sequence[NewClick]) -> int:
        """Note visits, and owe the calls of those that are new; gives how many. Safe to call again with the
        same rows."""
        owed = 0

        async def record(tx: Transaction) -> None:
            nonlocal owed
            owed = 0
            if not await tx.subscriptions.wanted({row.customer_id for row in rows}, EVENT):
                await tx.clicks.record(rows)
                return
            async with tx.savepoint():  # begins a transaction where there is none
                owed = await self._tell(tx, rows, await tx.clicks.record(rows))

        await self._store.run_one(record)
        return owed

    async def _tell(self, tx: Transaction, rows: Sequence[NewClick], noted: Sequence[Noted]) -> int:
        new = {one.id: one for one in noted}
        clicks = [row for row in rows if row.id in new]
        if not clicks:
            return 0
        customers = sorted({row.customer_id for row in clicks})
        subscriptions = await tx.subscriptions.of_customers(customers, EVENT)
        recipients = {
            one.id: one for one in await tx.told.recipients(sorted({row.recipient_id for row in clicks}))
        }
        contacts = await contacts_of(tx, list(recipients.values())) if recipients else {}
        snapshot = self._estate.current
        owed = []
        for row in clicks:
            one = recipients.get(row.recipient_id)
            if one is None:
                continue  # its period was dropped meanwhile
            for each in subscriptions:
                if not concerns(each, one.customer_id, one.service_id):
                    continue
                first = _wants(each.options, row, new[row.id])
                if first is None:
                    continue
                links = find_links(one.text, one.link_rule) if one.link_rule is not None else ()
                told = ClickTold(
                    event_id=f"{LINK_CLICK}:{row.id}",
                    event=LINK_CLICK,
                    at=moment(row.at),
                    link=as_uri(links[row.link].url) if row.link < len(links) else "",
                    visitor=PERSON if row.reason == Reason.PERSON else MACHINE,
                    reason=row.reason,
                    first=first,
                    **of_recipient(one, contacts, snapshot),
                )
                owed.append(Owed(each, one.id, body(told)))
        return await owe(tx, self._store, owed, max(row.at for row in clicks))


def _wants(options: Options, row: NewClick, noted: Noted) -> bool | None:
    """Whether a visit that is told is the first of its kind; None when it is not told."""
    person = row.reason == Reason.PERSON
    told = wants_click(options, person=person, first_person=noted.first_person, first=noted.first)
    return (noted.first_person if person else noted.first) if told else None
