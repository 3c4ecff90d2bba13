"""What the operations of the slice read and answer.

Rule: what is read carries our names, what is written the contract's; the declarations join them. What was not
given is UNSET, and says nothing of the contact.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType, field

from viesti.api.txtsync.paging import Paged


class PersonAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller says of a person."""

    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    company: str | UnsetType = UNSET
    external_reference: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    address_line1: str | UnsetType = UNSET
    address_line2: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    postcode: str | UnsetType = UNSET
    county: str | UnsetType = UNSET
    country: str | UnsetType = UNSET
    custom01: str | UnsetType = UNSET
    custom02: str | UnsetType = UNSET
    custom03: str | UnsetType = UNSET
    custom04: str | UnsetType = UNSET
    custom05: str | UnsetType = UNSET
    allow_sms: bool | UnsetType = UNSET
    tag_names: str = ""


class AddAsked(PersonAsked, frozen=True, kw_only=True):
    number: str


class UpdateAsked(PersonAsked, frozen=True, kw_only=True):
    """`whose`: an id, or the caller's own reference."""

    whose: str
    number: str | UnsetType = UNSET


class WhoseAsked(msgspec.Struct, frozen=True, kw_only=True):
    whose: str


class SearchAsked(Paged, frozen=True, kw_only=True):
    text: str = ""
    number: str = ""


class PersonShown(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A contact that was added or changed."""

    first_name: str
    last_name: str
    mobile_number: str
    email_address: str
    contact_id: int = field(name="ContactID")
    full_name: str


class ContactShown(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A contact with what happened with it."""

    contact_id: int = field(name="ContactID")
    first_name: str
    last_name: str
    mobile_number: str
    email_address: str
    full_name: str
    custom01: str
    custom02: str
    custom03: str
    custom04: str
    custom05: str
    overall_rating: int
    total_distinct_link_clicks: int
    total_links_sent: int
    total_inbound_sms: int = field(name="TotalInboundSMS")
    total_outbound_sms: int = field(name="TotalOutboundSMS")
    total_failed_sms: int = field(name="TotalFailedSMS")
    external_reference: str
    company_name: str
    address_line1: str
    address_line2: str
    city: str
    postcode: str
    county: str
    country: str
    last_communication_date: str
    allow_sms: bool = field(name="AllowSMS")


class DuplicatesShown(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """Contacts with different numbers that have the same name or e-mail address."""

    matched_on: str
    value: str
    total_contacts: int
    contacts: tuple[ContactShown, ...]
