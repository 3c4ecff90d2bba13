"""An accepted message as the SMS that it became, without asking the store again.

Rule: it says what `ReadSms` would say of it now, so that a repeat, which is read, is answered alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from viesti.domain.estate import Application, Customer
from viesti.domain.failure import Failure
from viesti.domain.links import find_links, replace_links
from viesti.services.link_details import LinkDetail, new_details
from viesti.services.requests import Submitted
from viesti.services.short_links import ShortLinks
from viesti.services.sms.seen import SmsSeen

_NO_LINKS: tuple[LinkDetail, ...] = ()


def accepted(
    submitted: Submitted,
    customer: Customer,
    application: Application,
    campaign_id: int | None,
    short_links: ShortLinks,
) -> Iterator[SmsSeen]:
    """Each recipient of a message that an application has just sent."""
    base, rule = submitted.link_base, submitted.link_rule
    for recipient in submitted.recipients:
        text, links = submitted.text, _NO_LINKS
        if base is not None and rule is not None:
            links = new_details(short_links, recipient.id, text, base, rule)
            text = replace_links(text, find_links(text, rule), [link.short_url for link in links])
        yield SmsSeen(
            id=recipient.id,
            source=submitted.sender,
            destination=recipient.address,
            text=text,
            created_at=submitted.created_at,
            parts=recipient.parts,
            status=recipient.status,
            failure=Failure(recipient.failure) if recipient.failure else None,
            campaign_id=campaign_id,
            application_id=application.id,
            application_name=application.name,
            contact=recipient.contact,
            links=links,
            warnings=recipient.warnings,
            flagged_at=submitted.created_at if recipient.flagged_why else None,
            flagged_why=recipient.flagged_why,
            currency=submitted.currency or customer.currency,
            cost=recipient.cost,
            cost_gbp=recipient.cost_gbp,
        )
