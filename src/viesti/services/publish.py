"""Owes the callbacks of a change: written in the transaction that makes the change.

Rule: a delivery report is rendered once, here, so that every try of it sends the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from viesti.domain.delivery_report import DEFAULT_NAMES, DeliveryReport, report_url
from viesti.domain.failure import Failure
from viesti.domain.message import Callback, Inbound
from viesti.domain.status import Status
from viesti.protocols.webhook.envelope import Event as Envelope
from viesti.protocols.webhook.envelope import encode
from viesti.services.estate import Snapshot
from viesti.services.tally import tally
from viesti.storage.store import Moved, ReportTarget, Store, Transaction, bucket_of


async def publish(
    tx: Transaction, store: Store, snapshot: Snapshot, moved: Iterable[Moved], now: datetime
) -> int:
    """Owe the delivery reports of recipients that moved and count those that failed; gives how many are
    owed."""
    moved = list(moved)
    await tally(tx, store, moved, now)
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
    ids = await store.ids.take([recipient.bucket for recipient, _ in owed])
    callbacks = [
        _delivery_report(identifier, recipient, target, snapshot, now)
        for identifier, (recipient, target) in zip(ids, owed, strict=True)
    ]
    if callbacks:
        await tx.callbacks.add(callbacks)
    return len(callbacks)


def _delivery_report(
    identifier: int, recipient: Moved, target: ReportTarget, snapshot: Snapshot, now: datetime
) -> Callback:
    customer = snapshot.estate.customers.get(recipient.customer_id)
    names = (
        {**DEFAULT_NAMES, **customer.report_names} if customer and customer.report_names else DEFAULT_NAMES
    )
    report = DeliveryReport(
        message_id=str(recipient.message_id),
        recipient_id=str(recipient.id),
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
        url=report_url(target.dlr_url, report, names),
        body="",
        due_at=now,
        created_at=now,
    )


def inbound_callback(identifier: int, inbound: Inbound, url: str, kind: str, service_key: str) -> Callback:
    """The POST that tells a customer of an inbound message."""
    assert inbound.customer_id is not None  # only a service's message is told
    data = {
        "messageId": inbound.id,
        "service": service_key,
        "sender": inbound.source,
        "recipient": inbound.destination,
        "content": inbound.text,
        "timestamp": inbound.received_at,
        "protocol": "SMS",
        "keyword": inbound.keyword,
        "consent": inbound.consent or "",
        "threadId": inbound.thread_id,
        "attachments": [],
    }
    event = Envelope(
        type="inbound.received",
        id=str(inbound.id),
        timestamp=inbound.received_at,
        data=msgspec.to_builtins({name: value for name, value in data.items() if value is not None}),
    )
    return Callback(
        id=identifier,
        bucket=bucket_of(identifier),
        customer_id=inbound.customer_id,
        subject_id=inbound.id,
        kind=kind,
        method="POST",
        url=url,
        body=encode(event).decode(),
        due_at=inbound.received_at,
        created_at=inbound.received_at,
    )
