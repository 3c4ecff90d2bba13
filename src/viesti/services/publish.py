"""Owes the callbacks of a recipient's change: written in the transaction that makes the change.

Rule: a delivery report is rendered once, here, so that every try of it sends the same bytes; its ids are as
the interface showed them that took the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from viesti.domain.delivery_report import DEFAULT_NAMES, DeliveryReport, report_url
from viesti.domain.failure import Failure
from viesti.domain.message import Callback
from viesti.domain.status import Status
from viesti.services.estate import Snapshot
from viesti.services.guids import GuidKind
from viesti.services.short_links import ShortLinks
from viesti.services.tally import tally
from viesti.services.tell.recipients import TellOfRecipients
from viesti.storage.guid import GuidCipher
from viesti.storage.store import (
    MessageToSend,
    Moved,
    ReportTarget,
    Store,
    ToSend,
    Transaction,
    bucket_of,
)

GUID_DIALECTS = frozenset(("smartdialog",))  # interfaces that show ids as GUIDs


class Publish:
    """Owes delivery reports and the calls of triggers, for one process."""

    def __init__(self, store: Store, guids: GuidCipher, short_links: ShortLinks) -> None:
        self._store = store
        self._guids = guids
        self._tell = TellOfRecipients(store, short_links)

    async def __call__(
        self, tx: Transaction, snapshot: Snapshot, moved: Iterable[Moved], now: datetime
    ) -> int:
        """Owe what is owed for recipients that moved and count those that failed; gives how many calls that
        is."""
        moved = list(moved)
        await tally(tx, self._store, moved, now)
        told = await self._tell(tx, snapshot, moved, now) if moved else 0
        return told + await self._reports(tx, snapshot, moved, now)

    async def _reports(
        self, tx: Transaction, snapshot: Snapshot, moved: Sequence[Moved], now: datetime
    ) -> int:
        reporting = [recipient for recipient in moved if recipient.reports]
        if not reporting:
            return 0
        targets = await tx.messages.report_targets(list({recipient.message_id for recipient in reporting}))
        owed = [
            (recipient, targets[recipient.message_id])
            for recipient in reporting
            if recipient.message_id in targets
            and (Status(recipient.status).final or targets[recipient.message_id].report_all)
        ]
        ids = await self._store.ids.take([recipient.bucket for recipient, _ in owed])
        callbacks = [
            self._delivery_report(identifier, recipient, target, snapshot, now)
            for identifier, (recipient, target) in zip(ids, owed, strict=True)
        ]
        if callbacks:
            await tx.callbacks.add(callbacks)
        return len(callbacks)

    def _delivery_report(
        self, identifier: int, recipient: Moved, target: ReportTarget, snapshot: Snapshot, now: datetime
    ) -> Callback:
        report = DeliveryReport(
            message_id=self._shown(target.dialect, GuidKind.MESSAGE, recipient.message_id),
            recipient_id=self._shown(target.dialect, GuidKind.RECIPIENT, recipient.id),
            address=recipient.address,
            status=Status(recipient.status),
            failure=Failure(recipient.failure) if recipient.failure else None,
            at=now,
            customer_data=target.customer_data or "",
        )
        return Callback(
            id=identifier,
            bucket=recipient.bucket,
            customer_id=recipient.customer_id,
            subject_id=recipient.id,
            kind="delivery_report",
            method="GET",
            url=_url(target.dlr_url, report, snapshot, recipient.customer_id),
            body="",
            due_at=now,
            created_at=now,
        )

    def _shown(self, dialect: str, kind: GuidKind, identifier: int) -> str:
        return self._guids.of(kind, identifier) if dialect in GUID_DIALECTS else str(identifier)


def sent_move(recipient: ToSend, message: MessageToSend) -> Moved:
    """That a recipient is `sent` now, for the customer."""
    return Moved(
        id=recipient.id,
        bucket=bucket_of(recipient.id),
        message_id=message.id,
        customer_id=message.customer_id,
        address=recipient.address,
        status=int(Status.SENT),
        failure=None,
        carrier_error=None,
        reports=message.report_all,
    )


def _url(dlr_url: str, report: DeliveryReport, snapshot: Snapshot, customer_id: int) -> str:
    """The URL to GET, in the customer's own words if he has any."""
    customer = snapshot.estate.customers.get(customer_id)
    if customer is None:
        return report_url(dlr_url, report)
    names = {**DEFAULT_NAMES, **customer.report_names} if customer.report_names else DEFAULT_NAMES
    return report_url(dlr_url, report, names, customer.report_query, customer.report_words)
