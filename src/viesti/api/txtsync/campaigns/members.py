"""The parts that declarations of the slice are made of.

Rule: descriptions are shown to people who build flows; what is ours and not the original's is an extension.
"""

from __future__ import annotations

from viesti.api.contract.operation import Parameter
from viesti.api.contract.values import About, Listed, Member, Moment, Number, Text, Thing, Truth, Value, Whole
from viesti.api.txtsync.campaigns.shapes import (
    BulkShown,
    CampaignShown,
    LinkPreviewed,
    PreviewShown,
    ReportShown,
    SkippedShown,
)
from viesti.api.txtsync.members import ID, SMS, TEXT
from viesti.services.campaigns.create import MAX_NAME
from viesti.services.check_request import MAX_REQUEST_ID

MAX_KEPT = 1_000  # characters of each text that is only kept
_KEPT = Text(max_length=MAX_KEPT)
_COUNT = Whole()
_DATE = Moment()


def _member(name: str, to: str, value: Value, title: str, about: str) -> Member:
    return Member(name, to, value, about=About(title, about))


FROM = Member("From", "sender", TEXT, True, About("From", "The sender: a name, or a number."), lenient=True)
MESSAGE = Member(
    "Message",
    "text",
    TEXT,
    True,
    About("Message", "The text. $(FirstName) and other fields of contacts stand for each person's own."),
)
TEXT_MESSAGE = Member(
    "TextMessage",
    "text",
    TEXT,
    True,
    About("Text Message", "The text. $(FirstName) and other fields of contacts stand for each person's own."),
)
TO = _member("To", "recipients", Listed(TEXT), "To", "Numbers to send to, best with their country codes.")
TO_TAG_NAME = _member(
    "ToTagName",
    "tag_names",
    Listed(TEXT),
    "To Tag Name",
    "Tags whose contacts are sent to; each must be there.",
)
TO_CONTACT = _member("ToContactID", "contacts", Listed(ID), "To Contact ID", "Contacts to send to.")
TO_TAG = _member("ToTagID", "tags", Listed(ID), "To Tag ID", "Tags whose contacts are sent to.")
AUDIENCE = (TO, TO_CONTACT, TO_TAG, TO_TAG_NAME)
OPTIONS = (
    _member(
        "Name", "name", Text(max_length=MAX_NAME), "Name", "What the campaign is called; its text when empty."
    ),
    _member(
        "RegardingReference",
        "regarding_reference",
        _KEPT,
        "Regarding Reference",
        "The id of the record that it is about; kept with each message.",
    ),
    _member("RegardingSchema", "regarding_schema", _KEPT, "Regarding Schema", "The kind of that record."),
    *(
        _member(name, name.lower(), _KEPT, name, "A text of your own; kept with each message.")
        for name in ("Custom01", "Custom02", "Custom03")
    ),
    _member("ScheduledDate", "send_at", _DATE, "Scheduled Date", "When to begin; at once when empty. UTC."),
    _member(
        "StartTime", "start_time", TEXT, "Start Time", "Send from this time of day on, such as 08:00. UTC."
    ),
    _member("EndTime", "end_time", TEXT, "End Time", "Send until this time of day, such as 20:00. UTC."),
    _member("Days", "days", Listed(TEXT), "Days", "Send on these days, such as Monday, or 1 to 7."),
    _member("TrackLinks", "track_links", Truth(), "Track Links", "Whether clicks on links are counted."),
    _member(
        "RequestId",
        "request_id",
        Text(max_length=MAX_REQUEST_ID),
        "Request Id",
        "A repeated request with the same id makes nothing twice.",
    ),
)
CAMPAIGN_ID = Parameter(
    "id", "path", "campaign_id", ID, True, About("Campaign ID", "The campaign."), encoding="single"
)


def _count(name: str, to: str, title: str, about: str) -> Member:
    return _member(name, to, _COUNT, title, about)


_TOTALS = (
    _count("PercentComplete", "percent_complete", "Percent Complete", "How much is handed to the carrier."),
    _count("TotalContacts", "total_contacts", "Total Contacts", "People in the audience."),
    _count("TotalSendableContacts", "total_sendable_contacts", "Sendable", "Those of them who are sent to."),
    _count("TotalOptedOut", "total_opted_out", "Opted Out", "Those who opted out, and get nothing."),
    _count("TotalDuplicates", "total_duplicates", "Duplicates", "How often somebody was named once more."),
    _count(
        "TotalUnsubscribed", "total_unsubscribed", "Unsubscribed", "Contacts not reached by way of a tag."
    ),
    _count("TotalWithoutNumber", "total_without_number", "Without Number", "Contacts without a number."),
    _count("TotalRefused", "total_refused", "Refused", "People who could not be sent to."),
    _count("TotalWaiting", "total_waiting", "Waiting", "People whose message is not made yet."),
    _count("TotalQueued", "total_queued", "Queued", "Messages with status 0."),
    _count("TotalPending", "total_pending", "Pending", "Messages with status 1."),
    _count("TotalSent", "total_sent", "Sent", "Messages with status 2."),
    _count("TotalDelivered", "total_delivered", "Delivered", "Messages with status 3."),
    _count("TotalUndelivered", "total_undelivered", "Undelivered", "Messages with status 4."),
    _count(
        "TotalFailed", "total_failed", "Failed", "Messages with status 5, but for opted out and called off."
    ),
    _count("TotalFrozen", "total_frozen", "Frozen", "Messages with status 6."),
    _count(
        "TotalCancelled", "total_cancelled", "Cancelled", "Those that were called off before they were sent."
    ),
    _count("TotalSegments", "total_segments", "Total Segments", "The parts of all messages."),
)
_HEAD = (
    _member("CampaignID", "campaign_id", ID, "Campaign ID", "Its id."),
    _member("Name", "name", TEXT, "Name", "Its name."),
    _member("Type", "type", TEXT, "Type", "Always SMS."),
    _member("Status", "status", _COUNT, "Status", "Where it stands; the numbers are in the documents."),
    _member("StatusName", "status_name", TEXT, "Status Name", "The same in a word."),
    _member(
        "StatusDescription", "status_description", TEXT, "Status Description", "What stopped it, if anything."
    ),
    _member("NumberID", "number_id", ID, "Number ID", "Always 0: numbers have no ids here."),
    _member("FromNumber", "from_number", TEXT, "From Number", "The sender; empty: the service's."),
    _member("CustomerNumber", "customer_number", TEXT, "Customer Number", "The same."),
    _member("TextMessage", "text_message", TEXT, "Text Message", "The text, with its places."),
    _member("ApplicationID", "application_id", ID, "Application ID", "Which program made it."),
    _member("ApplicationName", "application_name", TEXT, "Application Name", "That program's name."),
    _member("UserID", "user_id", ID, "User ID", "The person it was made for; 0: none."),
    _member("TrackLinks", "track_links", Truth(), "Track Links", "Whether it was asked to count clicks."),
    _member("TrackReplies", "track_replies", Truth(), "Track Replies", "Replies are always counted."),
    _member("IncludeWebOptOut", "include_web_opt_out", Truth(), "Include Web Opt Out", "Always false."),
    _member("IsSharedNumber", "is_shared_number", Truth(), "Is Shared Number", "Always false."),
    _member("CreatedDate", "created_date", _DATE, "Created Date", "When it was made, UTC."),
    _member(
        "ScheduledDate", "scheduled_date", _DATE, "Scheduled Date", "When it is to begin; empty: at once."
    ),
    _member("StartedDate", "started_date", _DATE, "Started Date", "When its audience was planned."),
    _member("FinishedDate", "finished_date", _DATE, "Finished Date", "When it was over."),
    *_TOTALS,
    _member("CurrencyCode", "currency_code", TEXT, "Currency Code", "The currency of CostLocal."),
    _member("CostLocal", "cost_local", Number(), "Cost Local", "What its messages cost so far."),
    _member("CostGBP", "cost_gbp", Number(), "Cost GBP", "The same in GBP."),
)
CAMPAIGN = Thing(_HEAD, CampaignShown)
_SKIPPED = Listed(
    Thing(
        (
            _member(
                "Reason", "reason", TEXT, "Reason", "OptedOut, Duplicate, Unsubscribed, NoNumber or Refused."
            ),
            _member("Description", "description", TEXT, "Description", "The same in a sentence."),
            _member("Count", "count", _COUNT, "Count", "How many."),
            _member("Numbers", "numbers", Listed(TEXT), "Numbers", "Whose, where they are named."),
        ),
        SkippedShown,
    )
)
REPORT = Thing(
    (
        *_HEAD,
        _count("TotalOpenedLinks", "total_opened_links", "Opened Links", "Clicks, those of machines too."),
        _count(
            "TotalDistinctOpenedLinks",
            "total_distinct_opened_links",
            "Distinct Opened Links",
            "Links that people opened, each once for each of them.",
        ),
        _count("TotalPersonClicks", "total_person_clicks", "Person Clicks", "Clicks of people."),
        _count(
            "TotalMachineClicks", "total_machine_clicks", "Machine Clicks", "Clicks of previews and scanners."
        ),
        _count("TotalContactsClicked", "total_contacts_clicked", "Contacts Clicked", "People who clicked."),
        _count("TotalReplies", "total_replies", "Replies", "Messages that came back."),
        _count("TotalContactsReplied", "total_contacts_replied", "Contacts Replied", "People who answered."),
        _count("TotalOptOuts", "total_opt_outs", "Opt Outs", "People who answered with STOP or the like."),
        _member("Skipped", "skipped", _SKIPPED, "Skipped", "People who were passed over, by reason."),
    ),
    ReportShown,
)
PREVIEW = Thing(
    (
        _member("Message", "message", TEXT, "Message", "The text as this person would get it."),
        _member("ToNumber", "to_number", TEXT, "To Number", "Whose text it is."),
        _member("ContactID", "contact_id", ID, "Contact ID", "His contact; 0: none."),
        _member("AllowSMS", "allow_sms", Truth(), "Allow SMS", "Whether he may be sent to."),
        _member(
            "ContainsEmojis", "contains_emojis", Truth(), "Contains Emojis", "Whether the text has emojis."
        ),
        _member(
            "LinkDetails",
            "link_details",
            Listed(
                Thing(
                    (
                        _member("Url", "url", TEXT, "URL", "A link of the text."),
                        _member(
                            "ShortUrl",
                            "short_url",
                            TEXT,
                            "Short URL",
                            "What it would look like; '': as it is.",
                        ),
                    ),
                    LinkPreviewed,
                )
            ),
            "Link Details",
            "The links of the text.",
        ),
        _member(
            "ApproxSegmentsPerSms",
            "approx_segments_per_sms",
            Number(),
            "Segments",
            "Parts of one on average.",
        ),
        _member("ApproxCostPerSms", "approx_cost_per_sms", Number(), "Cost Per SMS", "What one costs."),
        _member("ApproxCost", "approx_cost", Number(), "Cost", "What all cost, in CurrencyCode."),
        _member("ApproxCostLocal", "approx_cost_local", Number(), "Cost Local", "The same."),
        _member("ApproxCostGBP", "approx_cost_gbp", Number(), "Cost GBP", "The same in GBP."),
        _member("IsExact", "is_exact", Truth(), "Is Exact", "Whether every text was worked out."),
        _member("CurrencyCode", "currency_code", TEXT, "Currency Code", "The currency of the costs."),
        _member(
            "BalanceLocal", "balance_local", Number(), "Balance", "What may be spent; 0 without a balance."
        ),
        _member("BalanceGBP", "balance_gbp", Number(), "Balance GBP", "The same in GBP."),
        _count("TotalContacts", "total_contacts", "Total Contacts", "People in the audience."),
        _count("TotalSendableContacts", "total_sendable_contacts", "Sendable", "Those who would be sent to."),
        _count("TotalOptedOut", "total_opted_out", "Opted Out", "Those who opted out."),
        _count(
            "TotalDuplicates", "total_duplicates", "Duplicates", "How often somebody was named once more."
        ),
        _count("TotalUnsubscribed", "total_unsubscribed", "Unsubscribed", "Not reached by way of a tag."),
        _count("TotalWithoutNumber", "total_without_number", "Without Number", "Contacts without a number."),
        _member("Skipped", "skipped", _SKIPPED, "Skipped", "People who would be passed over, by reason."),
        _member("Warnings", "warnings", Listed(TEXT), "Warnings", "Such as fields that are missing."),
    ),
    PreviewShown,
)
# What SendBulkSMS answers: an SMS, and what of a campaign has no other meaning there.
_OF_SMS = frozenset(member.name for member in SMS.members)
BULK = Thing((*SMS.members, *(each for each in _HEAD if each.name not in _OF_SMS)), BulkShown)
