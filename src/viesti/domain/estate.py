"""The estate: who sends and over what, as one immutable snapshot that every request and batch reads.

Rule: a snapshot never changes; a change in the store makes a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from viesti.domain.keywords import KeywordRule
from viesti.domain.pricing import Price
from viesti.domain.routing import Route
from viesti.domain.sender import RegisteredSender

WHATSAPP = "whatsapp"  # the kind of a channel that is one WhatsApp number


@dataclass(frozen=True, slots=True)
class Customer:
    """A tenant. `bucket` (0-63) is carried in the low bits of every id made for it."""

    id: int
    bucket: int
    key: str
    name: str
    default_region: str
    currency: str
    languages: tuple[str, ...]
    report_names: Mapping[str, str]
    callback_secret: str | None  # sealed
    weight: int
    enabled: bool
    report_query: str = ""  # added to a DlrUrl instead of our parameters
    report_words: Mapping[str, str] = field(default_factory=dict)  # the receiver's words for our statuses
    link_domain: str = ""  # the host of its short links; '': ours
    link_days: int = 90  # how long they lead anywhere
    gbp_rate: Decimal | None = None  # pounds for one of its currency
    repeat_limit: int = 10  # same texts to the same person within `repeat_minutes`; 0: any number
    repeat_minutes: int = 10
    senders_become_contacts: bool = True


@dataclass(frozen=True, slots=True)
class Service:
    """What a customer sends with or listens on."""

    id: int
    customer_id: int
    key: str
    name: str
    kind: str  # OneWay, TwoWay, Group
    default_sender: str
    character_policy: str
    shift_tables: tuple[str, ...]
    lane: str  # auto, transactional, bulk
    on_unknown: str  # resend, hold
    report_statuses: str  # final, all
    validity_seconds: int | None
    dialogue: bool
    consent_words: bool
    stop_reply: str
    start_reply: str
    help_reply: str
    webhook_url: str
    enabled: bool
    advertisement: bool = False  # what its messages are, unless they say otherwise
    allow_reply: bool = True  # it may send replies
    track_links: bool = False  # links in its messages are followed, unless they say otherwise
    whatsapp_sender: str = ""  # digits: the identity its WhatsApp messages come from
    fallback_minutes: int = 10  # how long WhatsApp has, before an SMS goes out instead
    whatsapp_opt_in: str = "none"  # which WhatsApp templates need a recorded opt-in: none, marketing, all


@dataclass(frozen=True, slots=True)
class ServiceAction:
    """One thing a service does with an inbound message."""

    id: int
    service_id: int
    position: int
    kind: str  # http_request, auto_reply, add_to_list, remove_from_list, opt_out, open_thread
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Application:
    """An API client of a customer."""

    id: int
    customer_id: int
    key: str
    name: str
    client_key: str
    secret_hash: str
    service_id: int | None
    throttle_calls: int | None
    throttle_seconds: int | None
    enabled: bool
    txtsync_contract: str = "1.1"  # which published version of TxtSync it is answered by


@dataclass(frozen=True, slots=True)
class User:
    """A person. `customers`: the customers worked for, by id, each with the role there."""

    id: int
    email: str
    name: str
    password_hash: str | None  # None: can't sign in
    administrator: bool
    connector_sign_in: bool  # may sign in for connectors
    enabled: bool
    customers: Mapping[int, str]  # member, manager


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A program that people let act for them. `secret_hash` None: a public client, which must use PKCE."""

    id: int
    key: str
    name: str
    client_id: str
    secret_hash: str | None
    redirect_uris: tuple[str, ...]
    customer_id: int | None  # None: everybody's
    throttle_calls: int | None
    throttle_seconds: int | None
    enabled: bool


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A configured connection to a carrier. `secrets` is sealed."""

    id: int
    bucket: int
    key: str
    kind: str
    options: Mapping[str, Any]
    secrets: str | None
    enabled: bool

    @property
    def identity(self) -> str:
        """The digits of the number that a WhatsApp channel is; '' for any other."""
        written = self.options.get("identity") if self.kind == WHATSAPP else None
        return identity_digits(written)


def identity_digits(written: object) -> str:
    """The digits of a WhatsApp channel's number as its options write it."""
    return "".join(mark for mark in str(written or "") if mark.isdecimal())


@dataclass(frozen=True, slots=True)
class Estate:
    """Everything configured, as read in one transaction; disabled things are in it too."""

    customers: Mapping[int, Customer]
    services: Mapping[int, Service]
    applications: Mapping[int, Application]
    channels: Mapping[int, ChannelRow]
    keywords: tuple[KeywordRule, ...]
    actions: tuple[ServiceAction, ...]
    senders: tuple[RegisteredSender, ...]
    routes: tuple[Route, ...]
    prices: tuple[Price, ...]
    users: Mapping[int, User] = field(default_factory=dict)
    clients: Mapping[int, OAuthClient] = field(default_factory=dict)
