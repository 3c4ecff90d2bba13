"""Between the contract's words and ours: what is asked becomes a request for a campaign.

Rule: no store and no clock here; every field that is wrong is named as the contract names it.
"""

from __future__ import annotations

import msgspec

from viesti.api.answer import FieldError, Refusal
from viesti.api.contract.reading import digest, refused
from viesti.api.request_id import one_request_id
from viesti.api.txtsync.campaigns.shapes import BulkAsked, ConnectionsAsked
from viesti.api.txtsync.members import is_quiet
from viesti.api.txtsync.slice import DIALECT
from viesti.domain.send_window import WindowProblem, read_window
from viesti.services.authenticate import Caller
from viesti.services.campaigns.create import Audience, CampaignRequest

# Our name of a field -> the contract's.
NAMES = {
    "sender": "From",
    "text": "Message",
    "name": "Name",
    "recipients": "To{}",
    "contacts": "ToContactID{}",
    "tags": "ToTagID{}",
    "tag_names": "ToTagName{}",
    "send_at": "ScheduledDate",
    "request_id": "RequestId",
    "campaign": "CampaignID",
}
# `POST /campaigns` calls it otherwise.
DRAFT_NAMES = {**NAMES, "text": "TextMessage"}
_WINDOW_NAMES = {"start": "StartTime", "end": "EndTime", "days": "Days"}


def campaign_request(asked: BulkAsked, caller: Caller, *, draft: bool = False) -> CampaignRequest | Refusal:
    """The request, or what is wrong with what only this dialect knows."""
    problems: list[FieldError] = []
    request_id = one_request_id(asked.request_id, asked.idempotency_key, problems)
    window = read_window(asked.start_time, asked.end_time, asked.days)
    if isinstance(window, WindowProblem):
        problems.append(FieldError(_WINDOW_NAMES[window.field], window.sentence))
    if problems or isinstance(window, WindowProblem):
        return refused(problems)
    return CampaignRequest(
        dialect=DIALECT,
        customer_id=caller.customer.id,
        application_id=caller.application.id,
        service_id=caller.application.service_id,
        name=asked.name,
        sender=asked.sender,
        text=asked.text,
        audience=audience(asked),
        draft=draft,
        send_at=asked.send_at,
        window=window,
        track_links=asked.track_links,
        quiet=is_quiet(asked.x_zapier),
        extras=_kept(asked),
        request_id=request_id or None,
        body_hash=_digest(asked, draft) if request_id else b"",
    )


def audience(asked: BulkAsked | ConnectionsAsked) -> Audience:
    """Whom it is for. An empty tag, as flows send it for a field left empty, is none."""
    return Audience(
        numbers=asked.recipients,
        contacts=asked.contacts,
        tags=asked.tags,
        tag_names=tuple([each for each in asked.tag_names if each.strip()]),
    )


def _kept(asked: BulkAsked) -> dict[str, str] | None:
    """What is stored with each message under the contract's names."""
    kept = {
        "RegardingReference": asked.regarding_reference,
        "RegardingSchema": asked.regarding_schema,
        "Custom01": asked.custom01,
        "Custom02": asked.custom02,
        "Custom03": asked.custom03,
    }
    return {name: text for name, text in kept.items() if text} or None


def _digest(asked: BulkAsked, draft: bool) -> bytes:
    """What a repeat must have too: everything but where the request id stood. A draft is something else."""
    plain = msgspec.structs.replace(asked, request_id="draft" if draft else "bulk", idempotency_key="")
    return digest(plain)
