"""The parts that declarations of several slices share: hidden headers, an SMS.

Rule: descriptions are shown to people who build flows; what is ours and not the original's is an extension.
Content-Type is described because designers send it, and never read: a body is JSON whatever it is called.
"""

from __future__ import annotations

from viesti.api.contract.operation import Parameter
from viesti.api.contract.values import About, Listed, Member, Moment, Number, Text, Thing, Truth, Whole
from viesti.api.txtsync.shapes import Sms

TEXT = Text()
ID = Whole(format="int64")
# Names longer than any that is stored are no error of form: nothing is found by them.
IDENTIFIER = Text(max_length=1_000)


def content_type(name: str = "Content-Type") -> Parameter:
    """The hidden header, under the name that the contract has for it: there are three."""
    return Parameter(
        name,
        "header",
        "",
        Text(default="application/json"),
        True,
        About("Content Type", "What a body is; it is read as JSON whatever stands here.", "internal"),
    )


X_ZAPIER = Parameter(
    "x-zapier",
    "header",
    "x_zapier",
    Text(default="true"),
    True,
    About("Sent by a Flow", "With true, no flow is started by what is sent.", "internal"),
    lenient=True,
)


def is_quiet(x_zapier: str) -> bool:
    """Whether the header asks for no outbound trigger, so that a flow does not start itself."""
    return x_zapier.lower() == "true"


def _sms(name: str, to: str, value: Text | Whole | Number | Truth | Moment, title: str, about: str) -> Member:
    return Member(name, to, value, about=About(title, about))


SMS = Thing(
    (
        _sms("FromNumber", "from_number", TEXT, "From Number", "The number or name that it is from."),
        _sms("ToNumber", "to_number", TEXT, "To Number", "The number that it is for."),
        _sms("ContactID", "contact_id", ID, "Contact ID", "The contact with the number; 0: none."),
        _sms("Direction", "direction", Whole(), "Direction", "Whether it was sent (0) or received (1)."),
        _sms("Message", "message", TEXT, "Message", "The text."),
        _sms("CreatedDate", "created_date", Moment(), "Created Date", "When it was accepted, UTC."),
        _sms("SMSID", "sms_id", ID, "SMS ID", "Its id."),
        _sms("Segments", "segments", Number(), "Segments", "The parts it is sent in."),
        _sms("DeliveredDate", "delivered_date", Moment(), "Delivered Date", "When it was delivered, UTC."),
        _sms("CampaignID", "campaign_id", Number(), "Campaign ID", "The campaign it is of; 0: none."),
        _sms("ApplicationID", "application_id", Number(), "Application ID", "Which program sent it."),
        _sms("ApplicationName", "application_name", TEXT, "Application Name", "That program's name."),
        _sms("UserID", "user_id", Number(), "User ID", "The person it was sent for; 0: none."),
        _sms("UserName", "user_name", TEXT, "User Name", "That person's name."),
        _sms("ContactName", "contact_name", TEXT, "Contact Name", "The name of the contact."),
        _sms("ProfileURL", "profile_url", TEXT, "Profile URL", "The contact's page."),
        _sms("LinkDetails", "link_details", TEXT, "Link Details", "Its links and their clicks, as JSON."),
        _sms("IsFlagged", "is_flagged", Truth(), "Is Flagged", "Whether it was flagged."),
        _sms("FlaggedDate", "flagged_date", Moment(), "Flagged Date", "When it was flagged, UTC."),
        _sms("FlaggedDescription", "flagged_description", TEXT, "Flagged Description", "Why it was."),
        _sms("CurrencyCode", "currency_code", TEXT, "Currency Code", "The currency of CostLocal."),
        _sms("CostLocal", "cost_local", Number(), "Cost Local", "What it costs."),
        _sms("CostGBP", "cost_gbp", Number(), "Cost GBP", "What it costs, in GBP."),
        _sms("ErrorCode", "error_code", Number(), "Error Code", "Why it failed; 0: it did not."),
        _sms("Status", "status", Number(), "Status", "Where it stands; the numbers are in the documents."),
        Member(
            "Warnings",
            "warnings",
            Listed(TEXT),
            about=About("Warnings", "What the sender may want to know; left out when there is nothing."),
            extension=True,
        ),
    ),
    Sms,
)
