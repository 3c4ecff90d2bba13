"""The operations of the slice, declared."""

from __future__ import annotations

from dataclasses import replace

from viesti.api.contract.operation import ANY_CALLER, USUAL, AnyOperation, Operation, Parameter, Reply
from viesti.api.contract.values import About, Listed, Member, Thing, Whole
from viesti.api.request_id import IDEMPOTENCY_KEY
from viesti.api.txtsync.campaigns.members import (
    AUDIENCE,
    BULK,
    CAMPAIGN,
    CAMPAIGN_ID,
    FROM,
    MESSAGE,
    OPTIONS,
    PREVIEW,
    REPORT,
    TEXT_MESSAGE,
    TO,
    TO_TAG_NAME,
)
from viesti.api.txtsync.campaigns.shapes import (
    BulkAsked,
    CampaignAsked,
    CampaignsAsked,
    ConnectionsAsked,
    PreviewAsked,
)
from viesti.api.txtsync.members import SMS, TEXT, X_ZAPIER, content_type
from viesti.api.txtsync.paging import PAGE
from viesti.api.txtsync.versions import described, only

MAX_INDEX = 1_000_000
_BODY = Thing(
    (FROM, TO, TO_TAG_NAME, MESSAGE, *(each for each in AUDIENCE if each not in (TO, TO_TAG_NAME)), *OPTIONS)
)
_HEADERS: tuple[Parameter, ...] = (content_type("Content-Type:"), X_ZAPIER, IDEMPOTENCY_KEY)
_WITH_409 = USUAL | {409}

BULK_SEND = Operation(
    "SendBulkSMS",
    "POST",
    "/sms/send/bulk",
    About("Send Bulk SMS", "Sends an SMS to numbers and to everybody with a tag, each person once."),
    BulkAsked,
    (
        Reply(
            200,
            only(BULK, *(member.name for member in SMS.members if not member.extension)),
            "The campaign was made and is sent; an SMS of it, with what the campaign is.",
        ),
    ),
    ANY_CALLER,
    parameters=_HEADERS,
    body=only(_BODY, "From", "To", "ToTagName", "Message"),
    body_name="body",
    errors=_WITH_409,
)
BULK_AS_DEFINED = described(BULK_SEND, replies=(Reply(200, TEXT, "The campaign's id."),))
NATIVE_BULK = Operation(
    "SendBulk",
    "POST",
    "/sms/bulk",
    About("Send Bulk", "The same, answered with the campaign."),
    BulkAsked,
    (Reply(200, CAMPAIGN, "The campaign, which is sent."),),
    ANY_CALLER,
    parameters=(X_ZAPIER, IDEMPOTENCY_KEY),
    body=_BODY,
    body_name="body",
    errors=_WITH_409,
)
PREVIEW_BULK = Operation(
    "PreviewBulk",
    "POST",
    "/sms/preview",
    About("Preview", "What a campaign would be: its text, parts and cost, and who is passed over."),
    PreviewAsked,
    (Reply(200, PREVIEW, "What it would be; nothing was stored."),),
    ANY_CALLER,
    parameters=(X_ZAPIER, IDEMPOTENCY_KEY),
    body=Thing(
        (
            *_BODY.members,
            Member(
                "Index",
                "index",
                Whole(least=0, most=MAX_INDEX),
                about=About("Index", "Whose text to show: 0 is the first of the audience."),
            ),
        )
    ),
    body_name="body",
)
LIST = Operation(
    "ListCampaigns",
    "GET",
    "/campaigns",
    About("List Campaigns", "The campaigns, the newest first."),
    CampaignsAsked,
    (Reply(200, Listed(CAMPAIGN), "The campaigns."),),
    ANY_CALLER,
    parameters=PAGE,
)
CREATE = Operation(
    "CreateCampaign",
    "POST",
    "/campaigns",
    About("Create Campaign", "Makes a campaign that waits until it is activated."),
    BulkAsked,
    (Reply(201, CAMPAIGN, "The campaign, a draft."),),
    ANY_CALLER,
    parameters=(X_ZAPIER, IDEMPOTENCY_KEY),
    body=Thing((FROM, TEXT_MESSAGE, *AUDIENCE, *OPTIONS)),
    body_name="body",
    errors=_WITH_409,
)
ONE = Operation(
    "GetCampaign",
    "GET",
    "/campaigns/{id}",
    About("Get Campaign", "A campaign and how far it is."),
    CampaignAsked,
    (Reply(200, CAMPAIGN, "The campaign."),),
    ANY_CALLER,
    parameters=(CAMPAIGN_ID,),
)


def _steering(verb: str, title: str, about: str) -> Operation[CampaignAsked]:
    return replace(
        ONE,
        id=f"{title}Campaign",
        method="POST",
        path=f"/campaigns/{{id}}/{verb}",
        about=About(f"{title} Campaign", about),
        replies=(Reply(200, CAMPAIGN, "The campaign as it stands now."),),
        errors=_WITH_409,
    )


ACTIVATE = _steering("activate", "Activate", "Sends a draft, at once or at its time.")
PAUSE = _steering("pause", "Pause", "Nothing more goes out until it is resumed.")
RESUME = _steering("resume", "Resume", "Goes on with a campaign that was paused.")
CANCEL = _steering("cancel", "Cancel", "Ends a campaign; what is not sent yet never is.")
CONNECTIONS = Operation(
    "AddCampaignConnections",
    "POST",
    "/campaigns/{id}/connections",
    About("Add Connections", "Names more people for a draft."),
    ConnectionsAsked,
    (Reply(200, CAMPAIGN, "The campaign."),),
    ANY_CALLER,
    parameters=(CAMPAIGN_ID,),
    body=Thing(AUDIENCE),
    body_name="body",
    errors=_WITH_409,
)
REPORT_ONE = replace(
    ONE,
    id="GetCampaignReport",
    path="/campaigns/{id}/report",
    about=About(
        "Campaign Report", "What came of a campaign: messages, cost, clicks, replies, who was passed over."
    ),
    replies=(Reply(200, REPORT, "The report."),),
)

OPERATIONS: tuple[AnyOperation, ...] = (BULK_SEND,)
AS_DEFINED: tuple[AnyOperation, ...] = (BULK_AS_DEFINED,)
NATIVE: tuple[AnyOperation, ...] = (
    NATIVE_BULK,
    PREVIEW_BULK,
    LIST,
    CREATE,
    ONE,
    ACTIVATE,
    PAUSE,
    RESUME,
    CANCEL,
    CONNECTIONS,
    REPORT_ONE,
)
