"""A contact in the words of its page.

Rule: everything here is text to be shown; what is shown is decided by the service, how by the template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from viesti.console.message_view import MessageShown, message_view
from viesti.domain.contact import GROUP, INBOUND, Contact, ContactCounters, full_name
from viesti.domain.rating import BEFORE, Engagement
from viesti.services.contacts.profile import LEDGER_SHOWN, MESSAGES_SHOWN, Profile
from viesti.services.contacts.tags import TagOfContact
from viesti.services.record_consent import ALL, ConsentSeen

NAMELESS = "Nobody’s name is known"
_MADE_BY: Mapping[str, str] = {GROUP: "a group", INBOUND: "a message from this number"}
_SCOPES: Mapping[str, str] = {ALL: "all messages", "marketing": "marketing", "whatsapp": "WhatsApp"}
_ACTIONS: Mapping[str, str] = {"stop": "Opted out", "start": "Opted in"}

Pairs = tuple[tuple[str, str], ...]


class LedgerShown(msgspec.Struct, frozen=True):
    """A line of the ledger: what was said, and how it is known."""

    what: str
    at: datetime
    source: str
    evidence: str


class ConsentShown(msgspec.Struct, frozen=True):
    """`tone`: good, warn or bad; `more`: of single channels."""

    standing: str
    tone: str
    since: datetime | None
    more: tuple[tuple[str, datetime], ...]
    ledger: tuple[LedgerShown, ...]
    cut: int  # as many lines are shown at most, and there may be more


class RatingShown(msgspec.Struct, frozen=True):
    """The rating and its two factors, in percent, each with how it came to be."""

    rating: int
    interest: int
    answers: str
    arrival: int
    failures: str


class ContactShown(msgspec.Struct, frozen=True):
    """The whole page."""

    name: str
    number: str
    customer: str
    fields: Pairs
    tags: list[TagOfContact]
    consent: ConsentShown
    rating: RatingShown
    counters: Pairs
    last_at: datetime | None
    messages: tuple[MessageShown, ...]
    cut: int  # as with the ledger


def view(profile: Profile) -> ContactShown:
    """What a contact's page shows."""
    contact, counters = profile.seen.contact, profile.seen.counters
    number = f"+{contact.phone}" if contact.phone else ""
    messages = tuple(message_view(sms, profile.held.get(sms.id)) for sms in profile.messages)
    return ContactShown(
        name=full_name(contact.first_name, contact.last_name, contact.name) or number or NAMELESS,
        number=number,
        customer=profile.customer.name,
        fields=tuple((label, value) for label, value in _fields(contact) if value),
        tags=profile.tags,
        consent=_consent(profile.consent),
        rating=_rating(profile.seen.rating, counters),
        counters=_counters(counters),
        last_at=counters.last_at,
        messages=messages,
        cut=MESSAGES_SHOWN if len(messages) == MESSAGES_SHOWN else 0,
    )


def day(at: datetime | None) -> str:
    """A moment's day."""
    return f"{at.day} {at:%b %Y}" if at else ""


def _fields(contact: Contact) -> Iterator[tuple[str, str]]:
    yield "Number", f"+{contact.phone}" if contact.phone else "none"
    yield "Known as", contact.name
    yield "External reference", contact.external_reference or ""
    yield "E-mail", contact.email
    yield "Company", contact.company
    town = f"{contact.postcode} {contact.city}".strip()
    lines = (contact.address_line1, contact.address_line2, town, contact.county)
    yield "Address", "\n".join(line for line in (*lines, contact.country or contact.country_code) if line)
    yield "Gender", contact.gender or ""
    yield "Born", str(contact.birth_year or "")
    yield from contact.properties
    made_by = _MADE_BY.get(contact.source)
    yield "Added", day(contact.created_at) + (f", by {made_by}" if made_by else "")
    yield "Changed", day(contact.updated_at)


def _consent(seen: ConsentSeen | None) -> ConsentShown:
    if seen is None:
        return ConsentShown("Can’t be written to: there is no number.", "warn", None, (), (), 0)
    standing, tone, since = "May be written to.", "good", None
    if seen.forbidden:
        since = seen.forbidden.since
        if seen.forbidden.scope == ALL:
            standing, tone = "Must not be written to: opted out of all messages.", "bad"
        else:
            standing, tone = "May be written to, but not with marketing.", "warn"
    more = tuple(
        (
            f"{_scope(one.channel)} from +{one.identity}: {'allowed' if one.opted_in else 'forbidden'}",
            one.since,
        )
        for one in seen.channels
    )
    ledger = tuple(
        LedgerShown(
            what=f"{_ACTIONS.get(line.action, line.action)}: {_scope(line.scope)}",
            at=line.at,
            source=line.source,
            evidence=line.evidence,
        )
        for line in seen.ledger
    )
    cut = LEDGER_SHOWN if len(ledger) == LEDGER_SHOWN else 0
    return ConsentShown(standing, tone, since, more, ledger, cut)


def _scope(scope: str) -> str:
    return _SCOPES.get(scope, scope)


def _rating(rating: int, counters: ContactCounters) -> RatingShown:
    of = Engagement.of(counters)
    return RatingShown(
        rating=rating,
        interest=round(100 * (of.answers + BEFORE // 2) / (of.occasions + BEFORE)),
        answers=f"{_many(of.answers, 'answer')} to {_many(of.occasions, 'occasion')}",
        arrival=round(100 * (of.arrived + BEFORE) / (of.sent + BEFORE)),
        failures=f"{of.sent - of.arrived} of {_many(of.sent, 'message')} failed",
    )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _counters(counters: ContactCounters) -> Pairs:
    shown = (
        ("Written to us", counters.inbound),
        ("Sent to them", counters.outbound),
        ("Failed", counters.failed),
        ("Links sent", counters.links_sent),
        ("Links opened", counters.distinct_clicks),
    )
    return tuple((label, str(count)) for label, count in shown)
