"""What the answers of the slice are made of.

Rule: descriptions are shown to people who build flows.
"""

from __future__ import annotations

from viesti.api.contract.values import About, Listed, Member, Number, Text, Thing, Truth, Value, Whole
from viesti.api.native.account.shapes import (
    BalanceShown,
    CustomerShown,
    NumberShown,
    SenderShown,
    ServiceShown,
)
from viesti.api.native.members import ID, KIND_OF_SENDER, KINDS, PROTOCOLS, TEXT
from viesti.domain.numbering import KINDS as KINDS_OF_NUMBERS


def _member(
    name: str, to: str, value: Value, title: str, about: str, example: object = None, *, always: bool = True
) -> Member:
    return Member(name, to, value, always, About(title, about, example=example))


CUSTOMER_SHOWN = Thing(
    (
        _member("id", "id", ID, "Id", "The customer's id."),
        _member("key", "key", TEXT, "Key", "The customer's key, which the operator chose."),
        _member("name", "name", TEXT, "Name", "The customer's name."),
        _member("currency", "currency", TEXT, "Currency", "What its costs are in, as EUR."),
    ),
    CustomerShown,
)
SERVICE = Thing(
    (
        _member("id", "id", ID, "Id", "The service's id."),
        _member("key", "key", TEXT, "Key", "The service's key, which the operator chose.", "alerts"),
        _member("name", "name", TEXT, "Name", "The service's name.", "Alerts"),
        _member("kind", "kind", Text(choices=KINDS), "Kind", "OneWay, TwoWay or Group."),
        _member("allowReply", "allow_reply", Truth(), "Allow Reply", "Whether it may send replies."),
        _member(
            "trackLinks",
            "track_links",
            Truth(),
            "Track Links",
            "Whether links in its messages are followed, unless a message says otherwise.",
        ),
        _member("sender", "sender", TEXT, "Sender", "What it sends SMS under.", always=False),
        _member(
            "whatsappSender",
            "whatsapp_sender",
            TEXT,
            "WhatsApp Sender",
            "The number that it sends by WhatsApp from.",
            "358451110000",
            always=False,
        ),
    ),
    ServiceShown,
)
SENDER = Thing(
    (
        _member(
            "sender", "sender", TEXT, "Sender", "The sender; of a number the digits, with the country code."
        ),
        _member(
            "kind",
            "kind",
            Text(choices=tuple(KIND_OF_SENDER.values())),
            "Kind",
            "A name, which can't be answered, a number or a short code.",
        ),
        _member(
            "protocols",
            "protocols",
            Listed(Text(choices=tuple(PROTOCOLS.values())), each=About("Protocol", "SMS or WhatsApp.")),
            "Protocols",
            "What may go out under it.",
        ),
        _member(
            "countries",
            "countries",
            Listed(TEXT, each=About("Country", "The country's two letters.")),
            "Countries",
            "The only countries that it may be used in; left out when it is all.",
            always=False,
        ),
        _member(
            "services",
            "services",
            Listed(TEXT, each=About("Service", "The service's key.")),
            "Services",
            "The services that send under it when a message names no sender.",
            always=False,
        ),
    ),
    SenderShown,
)
BALANCE = Thing(
    (
        _member("currency", "currency", TEXT, "Currency", "What all the amounts are in."),
        _member("balance", "balance", Number(), "Balance", "What was paid in and is not spent.", 92.5),
        _member("paid", "paid", Number(), "Paid", "What was paid in.", 100),
        _member("spent", "spent", Number(), "Spent", "What is spent.", 7.5),
        _member("limited", "limited", Truth(), "Limited", "Whether there is a limit to what may be spent."),
        _member("frozen", "frozen", Whole(), "Frozen", "How many recipients are held back, for any reason."),
        _member(
            "frozenForBalance",
            "frozen_for_balance",
            Whole(),
            "Frozen for Balance",
            "How many of them are held back because the balance does not cover them.",
        ),
        _member("frozenCost", "frozen_cost", Number(), "Frozen Cost", "What those will cost.", 0),
        _member(
            "cap",
            "cap",
            Number(),
            "Cap",
            "How far below zero the balance may go; left out where there is no limit.",
            0,
            always=False,
        ),
        _member(
            "left",
            "left",
            Number(),
            "Left",
            "What may still be spent; left out where there is no limit.",
            92.5,
            always=False,
        ),
    ),
    BalanceShown,
)
NUMBER = Thing(
    (
        _member(
            "written", "written", TEXT, "Written", "What was looked up, as it was written.", "040 1234567"
        ),
        _member("valid", "valid", Truth(), "Valid", "Whether it is a number that can be sent to."),
        _member(
            "reason",
            "reason",
            TEXT,
            "Reason",
            "Why it is no number; left out when it is one.",
            "'12' is not a phone number: it has too few digits.",
            always=False,
        ),
        _member(
            "number",
            "number",
            TEXT,
            "Number",
            "The number in digits with its country code, as other operations tell it.",
            "358401234567",
            always=False,
        ),
        _member(
            "e164",
            "e164",
            TEXT,
            "E.164",
            "The number with + and its country code, without spaces.",
            "+358401234567",
            always=False,
        ),
        _member(
            "international",
            "international",
            TEXT,
            "International",
            "The number as people write it to somebody abroad.",
            "+358 40 1234567",
            always=False,
        ),
        _member(
            "national",
            "national",
            TEXT,
            "National",
            "The number as people in its country write it.",
            "040 1234567",
            always=False,
        ),
        _member(
            "type",
            "type",
            Text(choices=tuple(KINDS_OF_NUMBERS.values())),
            "Type",
            "What it is; unknown is a number of the right length that is in no range known to be in use.",
            always=False,
        ),
        _member(
            "region",
            "region",
            TEXT,
            "Region",
            "The two letters of its country; 001 for codes of no country.",
            always=False,
        ),
        _member("country", "country", TEXT, "Country", "The name of its country.", "Finland", always=False),
        _member("optedOut", "opted_out", Truth(), "Opted Out", "Whether its owner wants no messages at all."),
        _member(
            "optedOutOf",
            "opted_out_of",
            Text(choices=("all", "marketing")),
            "Opted Out Of",
            "What its owner does not want: all messages or marketing; left out when he said nothing.",
            always=False,
        ),
        _member("contactId", "contact_id", ID, "Contact Id", "The contact with the number.", always=False),
        _member(
            "contactName", "contact_name", TEXT, "Contact Name", "That contact's name.", "Ada", always=False
        ),
        _member(
            "externalReference",
            "external_reference",
            TEXT,
            "External Reference",
            "Your own reference of that contact.",
            always=False,
        ),
        _member("routed", "routed", Truth(), "Routed", "Whether a carrier takes messages to it."),
        _member(
            "pricePerPart",
            "price_per_part",
            Number(),
            "Price per Part",
            "What one part of an SMS to it costs; left out where there is no price.",
            0.05,
            always=False,
        ),
        _member("currency", "currency", TEXT, "Currency", "What the price is in.", always=False),
        _member(
            "warnings",
            "warnings",
            Listed(TEXT, each=About("Warning", "A sentence.")),
            "Warnings",
            "What is odd about it, as that it is a fixed line; left out when nothing is.",
            always=False,
        ),
    ),
    NumberShown,
)
