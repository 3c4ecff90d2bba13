"""Every table and key of an estate file: what it may be, its default and its meaning, in one place.

Rule: a key has the name of what it sets in the store. Parser, comparison and docs/estate.md all read this
table, so none of them can know a key that the others do not.
"""

from __future__ import annotations

from viesti.domain.consent import ALL_LANGUAGES
from viesti.domain.delivery_report import DEFAULT_NAMES
from viesti.domain.sender import SenderState
from viesti.domain.status import Status
from viesti.domain.text import LANGUAGES, CharacterPolicy
from viesti.services.estate_file import kinds
from viesti.services.estate_file.fields import REQUIRED, Field, Keeping, Pruning, Table


def _key(meaning: str) -> Field:
    return Field("key", kinds.KEY, meaning)


def _name(meaning: str) -> Field:
    return Field("name", kinds.NAME, meaning)


def _enabled(meaning: str) -> Field:
    return Field("enabled", kinds.BOOLEAN, meaning, default=True)


def _customer(meaning: str, *, needed: bool = True) -> Field:
    return Field("customer", kinds.KEY, meaning, default=REQUIRED if needed else None, refers="customers")


CUSTOMERS = Table(
    "customers",
    "customer",
    "Who sends: a company or a department. All else belongs to a customer, or serves all of them.",
    ("key",),
    (
        _key("Its short name, by which the rest of the file refers to it."),
        _name("Its name, for people."),
        Field(
            "default_region",
            kinds.REGION,
            "The region of a number written without a country code.",
            default="FI",
        ),
        Field("currency", kinds.CURRENCY, "The currency its prices are in.", default="EUR"),
        Field(
            "languages",
            kinds.some_of(*ALL_LANGUAGES),
            "The languages in which STOP, START and HELP are understood. Empty: all of them.",
            default=(),
        ),
        Field(
            "report_names",
            kinds.words_for(*DEFAULT_NAMES),
            "Other names for parameters of the delivery report, where the receiver wants them.",
            default={},
        ),
        Field(
            "report_query",
            kinds.REPORT_QUERY,
            "What is added to a `DlrUrl` instead of our parameters, such as "
            "`state=%{status}&id=%{recipientId}`.",
            default="",
        ),
        Field(
            "report_words",
            kinds.words_for(*(status.word for status in Status)),
            "Other words for our statuses in the delivery report, where the receiver wants them.",
            default={},
        ),
        Field(
            "callback_secret",
            kinds.SECRET,
            "Signs callbacks (Standard Webhooks): `whsec_` and 24 to 64 octets in base64.",
            default=None,
            secret=Keeping.SEALED,
            generated=True,
        ),
        Field(
            "weight",
            kinds.whole(1, 1000),
            "Its share of a busy channel, against the weights of other customers.",
            default=1,
        ),
        Field(
            "link_domain",
            kinds.HOST,
            "The host of its short links, such as `go.example.com`; it must lead here. Empty: the host of "
            "`base_url`.",
            default="",
        ),
        Field(
            "link_days", kinds.whole(1, 3650), "For how many days its short links lead anywhere.", default=90
        ),
        Field(
            "gbp_rate",
            kinds.RATE,
            "What one of its currency is in pounds, where its balance is told in both.",
            default=None,
            shown="by its prices",
        ),
        Field(
            "repeat_limit",
            kinds.whole(0, 1000),
            "How often the same text may go to the same person within `repeat_minutes`; what is more is held "
            "back as a loop. `0`: as often as it likes.",
            default=10,
        ),
        Field("repeat_minutes", kinds.whole(1, 1440), "See `repeat_limit`.", default=10),
        Field(
            "senders_become_contacts",
            kinds.BOOLEAN,
            "Whether somebody unknown who writes to it gets into its contact book.",
            default=True,
        ),
        _enabled("Whether it may send and receive."),
    ),
)

USERS = Table(
    "users",
    "user",
    "A person who signs in.",
    ("email",),
    (
        Field("email", kinds.EMAIL, "The address to sign in with, kept in lower case."),
        _name("The person's name."),
        Field(
            "password",
            kinds.SECRET,
            "Kept as an Argon2id hash.",
            default=None,
            secret=Keeping.HASHED,
            generated=True,
        ),
        Field(
            "customers",
            kinds.roles("member", "manager"),
            'The customers the person works for, such as `{ acme = "manager" }`.',
            default={},
        ),
        Field("administrator", kinds.BOOLEAN, "Whether the person runs this Viesti.", default=False),
        Field(
            "connector_sign_in",
            kinds.BOOLEAN,
            "Whether the person may sign in for connectors, such as those of Power Automate.",
            default=False,
        ),
        _enabled("Whether the person may sign in."),
    ),
)

CHANNELS = Table(
    "channels",
    "channel",
    "A connection to a carrier or a message centre.",
    ("key",),
    (
        _key("Its short name."),
        Field(
            "kind",
            kinds.NAME,
            "What it speaks; `smpp` for a message centre, `whatsapp` for a number at WhatsApp. It can't be "
            "changed later.",
        ),
        Field(
            "options",
            kinds.OPTIONS,
            "Where it connects to and how, by the kind: see the options above.",
            default={},
        ),
        Field(
            "secrets",
            kinds.SECRETS,
            "Options nobody may read, such as a password; sealed in the store.",
            default=None,
            shown="stays as it is; at first none",
            secret=Keeping.SEALED,
        ),
        _enabled("Whether it connects and carries."),
    ),
)

SERVICES = Table(
    "services",
    "service",
    "What a customer sends with or listens on.",
    ("customer", "key"),
    (
        _customer("Whose it is."),
        _key("Its short name, within its customer."),
        _name("Its name, for people."),
        Field(
            "kind",
            kinds.one_of("OneWay", "TwoWay", "Group"),
            "`OneWay` only sends; `TwoWay` also listens; `Group` is for a list of contacts.",
            default="OneWay",
        ),
        Field(
            "default_sender",
            kinds.TEXT,
            "The sender of a message that names none; it must be among the customer's `senders`.",
            default="",
        ),
        Field(
            "character_policy",
            kinds.one_of(*CharacterPolicy),
            "What is done with characters that make a message longer: `none` sends them, `strict` refuses "
            "the message, `replace` sends the nearest ones.",
            default="none",
        ),
        Field(
            "shift_tables",
            kinds.some_of(*LANGUAGES),
            "Languages whose national characters may be sent without making the message longer; only where "
            "the carrier supports it.",
            default=(),
        ),
        Field(
            "lane",
            kinds.one_of("auto", "transactional", "bulk"),
            "`transactional` messages overtake `bulk` ones; `auto` decides by the number of recipients.",
            default="auto",
        ),
        Field(
            "on_unknown",
            kinds.one_of("resend", "hold"),
            "When the carrier's answer never came: `resend` once, marked as a possible duplicate, or `hold`.",
            default="resend",
        ),
        Field(
            "report_statuses",
            kinds.one_of("final", "all"),
            "Which status changes are reported: `final` ones or `all`.",
            default="final",
        ),
        Field(
            "validity_seconds",
            kinds.whole(1, 2_592_000),
            "How long the carrier tries to deliver.",
            default=None,
            shown="the carrier's own",
        ),
        Field("dialogue", kinds.BOOLEAN, "Whether inbound messages open discussions.", default=False),
        Field(
            "advertisement",
            kinds.BOOLEAN,
            "Whether its messages are advertising, unless they say otherwise; then who opted out of "
            "marketing gets none.",
            default=False,
        ),
        Field("allow_reply", kinds.BOOLEAN, "Whether it may send replies.", default=True),
        Field(
            "track_links",
            kinds.BOOLEAN,
            "Whether links in its messages are made short and followed, unless a message says otherwise.",
            default=False,
        ),
        Field(
            "whatsapp_sender",
            kinds.TEXT,
            "The number that its WhatsApp messages come from: the `identity` of a `whatsapp` channel, and "
            "among the customer's `senders`. Empty: the customer's only one; with several a message must "
            "name one.",
            default="",
        ),
        Field(
            "whatsapp_opt_in",
            kinds.one_of("none", "marketing", "all"),
            "Which WhatsApp templates go only to people whose opt-in to that number is recorded: `none`, "
            "those for `marketing`, or `all`. The opt-in that WhatsApp asks for may be kept elsewhere; who "
            "opted out gets none in any case.",
            default="none",
        ),
        Field(
            "fallback_minutes",
            kinds.whole(1, 1440),
            "How long WhatsApp has to deliver a message that may go out as SMS instead.",
            default=10,
        ),
        Field("consent_words", kinds.BOOLEAN, "Whether STOP, START and HELP are acted on.", default=True),
        Field("stop_reply", kinds.TEXT, "The answer to STOP. Empty: none.", default=""),
        Field("start_reply", kinds.TEXT, "The answer to START. Empty: none.", default=""),
        Field("help_reply", kinds.TEXT, "The answer to HELP. Empty: none.", default=""),
        Field(
            "webhook_url",
            kinds.TEXT,
            "Where inbound messages are posted. Empty: nowhere.",
            default="",
        ),
        Field(
            "keywords",
            kinds.TABLES,
            "Where it listens: see `services.keywords`. Not for `OneWay`.",
            default=(),
        ),
        Field(
            "actions",
            kinds.TABLES,
            "What it does with an inbound message, in this order: see `services.actions`.",
            default=(),
        ),
        _enabled("Whether it may be used."),
    ),
)

KEYWORDS = Table(
    "services.keywords",
    "keyword",
    "An address of ours and the words that a message to it begins with. The longest words that fit win.",
    ("address", "words"),
    (
        Field("address", kinds.NAME, "A short code or a phone number that messages come to."),
        Field(
            "words",
            kinds.TEXT,
            "One or more keywords, such as `INFO` or `INFO SUMMER`, in any case. Empty: every message.",
            default="",
        ),
    ),
)

_ACTION_KIND = Field(
    "kind",
    kinds.one_of("auto_reply", "http_request", "add_to_list", "remove_from_list", "opt_out", "open_thread"),
    "What to do: `auto_reply` answers, `http_request` posts the message to a URL, `add_to_list` puts the "
    "writer on a list, `remove_from_list` takes him off it, `opt_out` writes to this person no more, "
    "`open_thread` opens a discussion.",
)
_TEXT = Field(
    "text",
    kinds.NAME,
    "`auto_reply`: the answer; it comes from the address that was written to. Places are filled: "
    "`$(sender)`, `$(recipient)`, `$(content)`, `$(keyword)`, and of the writer's contact `$(firstName)`, "
    "`$(lastName)`, `$(company)`, `$(email)`, `$(city)` and its properties by name.",
)
_URL = Field("url", kinds.NAME, "`http_request`: where to.")
_LIST = Field(
    "list",
    kinds.NAME,
    "`add_to_list`, `remove_from_list`: the name of the list; made when it is not there. The list of a "
    "`Group` service has the service's key as its name.",
)

# The keys of an action besides `kind`, by its kind.
ACTION_OPTIONS: dict[str, tuple[Field, ...]] = {
    "auto_reply": (_TEXT,),
    "http_request": (_URL,),
    "add_to_list": (_LIST,),
    "remove_from_list": (_LIST,),
    "opt_out": (),
    "open_thread": (),
}

ACTIONS = Table(
    "services.actions",
    "action",
    "One thing that is done with an inbound message of the service.",
    (),
    (_ACTION_KIND, _TEXT, _URL, _LIST),
)

APPLICATIONS = Table(
    "applications",
    "application",
    "A program that calls the API, with a key and a secret of its own.",
    ("customer", "key"),
    (
        _customer("Whose it is."),
        _key("Its short name, within its customer."),
        _name("Its name, for people."),
        Field(
            "client_key",
            kinds.CLIENT_KEY,
            "What it calls itself: the user name of HTTP Basic.",
            default=None,
            generated=True,
        ),
        Field(
            "secret",
            kinds.SECRET,
            "The password of HTTP Basic. Kept as an Argon2id hash; `--rotate-secret` makes a new one.",
            default=None,
            secret=Keeping.HASHED,
            generated=True,
        ),
        Field(
            "service",
            kinds.KEY,
            "The service its messages are sent by, one of its customer's.",
            default=None,
            refers="services",
            shown="none",
        ),
        Field(
            "throttle_calls",
            kinds.whole(1, 1_000_000_000),
            "Calls it may make in each `throttle_seconds`.",
            default=None,
            shown="the setting of that name",
        ),
        Field(
            "throttle_seconds",
            kinds.whole(1, 86_400),
            "The time over which calls are counted.",
            default=None,
            shown="the setting of that name",
        ),
        Field(
            "txtsync_contract",
            kinds.one_of("1.1", "1.2"),
            "Which of the two published versions of TxtSync it is answered by, where they differ.",
            default="1.1",
        ),
        _enabled("Whether it may call."),
    ),
)

# Where Microsoft's consent service takes people back to; the first address of every custom connector.
POWER_PLATFORM_REDIRECT = "https://global.consent.azure-apim.net/redirect"

OAUTH_CLIENTS = Table(
    "oauth_clients",
    "oauth client",
    "A program that people sign in to and let act for them (OAuth 2.0), such as a connector of Power "
    "Automate.",
    ("key",),
    (
        _key("Its short name."),
        _name("Its name, shown to people who are asked whether it may act for them."),
        Field("client_id", kinds.CLIENT_KEY, "What it calls itself.", default=None, generated=True),
        Field(
            "secret",
            kinds.SECRET,
            "Its client secret. Kept as an Argon2id hash; `--rotate-secret` makes a new one. None for a "
            "`public` one.",
            default=None,
            secret=Keeping.HASHED,
            generated=True,
        ),
        Field(
            "public",
            kinds.BOOLEAN,
            "Whether it can't keep a secret, such as a program on people's own machines; it must use PKCE.",
            default=False,
        ),
        Field(
            "redirect_uris",
            kinds.REDIRECTS,
            "Where people are taken back to; compared letter by letter. `viesti oauth redirect` adds one.",
            default=None,
            shown=f"stays as it is; at first `{POWER_PLATFORM_REDIRECT}`",
            kept=True,
            at_first=(POWER_PLATFORM_REDIRECT,),
        ),
        Field(
            "customer",
            kinds.KEY,
            "Only for this customer's people.",
            default=None,
            refers="customers",
            shown="everybody's",
        ),
        Field(
            "throttle_calls",
            kinds.whole(1, 1_000_000_000),
            "Calls that each connection may make in each `throttle_seconds`.",
            default=None,
            shown="the setting of that name",
        ),
        Field(
            "throttle_seconds",
            kinds.whole(1, 86_400),
            "The time over which calls are counted.",
            default=None,
            shown="the setting of that name",
        ),
        _enabled("Whether it may act for people."),
    ),
)

SENDERS = Table(
    "senders",
    "sender",
    "Whom messages may come from: nobody sends under what is not registered here.",
    ("customer", "sender"),
    (
        _customer("Whose it is."),
        Field(
            "sender",
            kinds.NAME,
            "A name of up to 11 characters, a short code of 3 to 8 digits, or a phone number.",
        ),
        Field("countries", kinds.REGIONS, "Where it may be used. Empty: everywhere.", default=()),
        Field(
            "state",
            kinds.one_of(*SenderState),
            "Where its registration stands; only an `approved` one may be used.",
            default="approved",
        ),
    ),
    Pruning.DELETE,
)

ROUTES = Table(
    "routes",
    "route",
    "Which channel carries what. The most particular route that fits is taken, and the others are its "
    "fallbacks: a customer's before one for all, then a service's, then a sender's, then the longest prefix, "
    "then the lowest `priority`. Equal ones share by `weight`.",
    ("key",),
    (
        _key("Its short name."),
        Field("channel", kinds.KEY, "The channel it leads to.", refers="channels"),
        Field(
            "prefix",
            kinds.PREFIX,
            "What destinations begin with, country code first. Empty: any.",
            default="",
        ),
        Field("sender", kinds.NAME, "Only for this sender.", default=None, shown="any sender"),
        Field(
            "service",
            kinds.KEY,
            "Only for this service; needs its `customer`.",
            default=None,
            refers="services",
            shown="any service",
        ),
        Field(
            "customer",
            kinds.KEY,
            "Only for this customer.",
            default=None,
            refers="customers",
            shown="any customer",
        ),
        Field("priority", kinds.whole(0, 1_000_000), "Lower goes first.", default=100),
        Field("weight", kinds.whole(1, 1_000_000), "Its share among equal routes.", default=1),
        _enabled("Whether it is used."),
    ),
    Pruning.DELETE,
)

PRICES = Table(
    "prices",
    "price",
    "What a part costs. A customer's own prices come first, then the longest prefix, then the channel's "
    "price before one for any channel.",
    ("prefix", "channel", "customer"),
    (
        Field(
            "prefix",
            kinds.PREFIX,
            "What destinations begin with, country code first. Empty: any.",
            default="",
        ),
        Field(
            "channel",
            kinds.KEY,
            "Only over this channel.",
            default=None,
            refers="channels",
            shown="any channel",
        ),
        Field(
            "customer",
            kinds.KEY,
            "Only for this customer.",
            default=None,
            refers="customers",
            shown="any customer",
        ),
        Field("per_part", kinds.PRICE, "The price of one part."),
        Field(
            "currency",
            kinds.CURRENCY,
            "The currency of `per_part`; for a customer's own price the customer's.",
            default=None,
            shown="the customer's; `EUR` for any customer",
        ),
        Field(
            "gbp_per_part",
            kinds.PRICE,
            "Its value in pounds.",
            default=None,
            shown="`per_part` when that is in `GBP`; else it must be there",
        ),
    ),
    Pruning.DELETE,
)

# In the order they are written in: what is referred to comes first.
TABLES = (CUSTOMERS, USERS, CHANNELS, SERVICES, APPLICATIONS, OAUTH_CLIENTS, SENDERS, ROUTES, PRICES)
# Those whose things have a secret that `--rotate-secret` can replace.
ROTATED = (APPLICATIONS, OAUTH_CLIENTS)
BY_NAME = {table.name: table for table in TABLES}
