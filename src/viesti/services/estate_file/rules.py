"""Checks what depends on other things: references, senders, keywords, channels, secrets, prices.

Rule: a row that broke a rule of `shape` is checked as far as it goes. Values come out as the
store holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from viesti.domain.channel import AddressKind
from viesti.domain.sender import RegisteredSender, Sender, SenderState, check_sender, parse_sender
from viesti.net.addresses import Network
from viesti.net.url import BadUrl, parse_url
from viesti.protocols.webhook.signature import secret_key
from viesti.services.estate_file.fields import Table
from viesti.services.estate_file.held import Held, sorted_keywords
from viesti.services.estate_file.shape import Problem, Row, key_of, read_tables, suggestion
from viesti.services.estate_file.tables import SERVICES, TABLES
from viesti.services.estate_file.together import check_together


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why a secret could not be fetched from where the file says it is."""

    sentence: str


# Judges a channel's options and plain secrets (None: they stay as they are stored); gives what is wrong as
# ("options.host", sentence).
ChannelValidator: TypeAlias = Callable[
    [Mapping[str, Any], Mapping[str, str] | None], Sequence[tuple[str, str]]
]
# Turns `env:NAME` and `file:PATH` into the secret; any other text is the secret.
ResolveSecret: TypeAlias = Callable[[str], str | Unresolved]


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of the file, sound: its key and its values as the store holds them, but for plain secrets."""

    table: Table
    key: str
    values: Mapping[str, Any] = field(repr=False)  # secrets are among them


def read_estate(
    document: Mapping[str, Any],
    held: Held,
    *,
    validators: Mapping[str, ChannelValidator],
    resolve_secret: ResolveSecret,
    networks: Sequence[Network] = (),
    prune: bool = False,
) -> tuple[list[Thing], list[Problem]]:
    """The things of a document, or everything that is wrong with it, in its order.

    With `prune` it may refer only to what is in it. `networks` are private ones that callbacks may reach.
    """
    rows, problems = read_tables(document)
    known: Held = {table.name: {} for table in TABLES} if prune else held
    reader = _Reader(rows, held, known, validators, resolve_secret, networks)
    for row in rows:
        reader.check(row)
    check_together(rows, held, known)
    problems += [problem for row in rows for problem in row.problems]
    return ([] if problems else [_thing(row) for row in rows]), problems


def _thing(row: Row) -> Thing:
    values = dict(row.values)
    if row.table is SERVICES:
        values["keywords"] = sorted_keywords(each.values for each in values["keywords"])
        values["actions"] = tuple(each.values for each in values["actions"])
    return Thing(row.table, key_of(row.table, values), values)


class _Reader:
    def __init__(
        self,
        rows: Sequence[Row],
        held: Held,
        known: Held,
        validators: Mapping[str, ChannelValidator],
        resolve_secret: ResolveSecret,
        networks: Sequence[Network],
    ) -> None:
        self._held = held
        self._validators = validators
        self._resolve_secret = resolve_secret
        self._networks = networks
        self._keys = {name: set(things) for name, things in known.items()}
        self._customers = {key: thing.values for key, thing in held["customers"].items()}
        for row in rows:
            if row.key is not None:
                self._keys[row.table.name].add(row.key)
                if row.table.name == "customers":
                    self._customers[row.key] = row.values
        self._rules: dict[str, Callable[[Row], None]] = {
            "customers": self._customer,
            "users": self._user,
            "oauth_clients": self._oauth_client,
            "channels": self._channel,
            "services": self._service,
            "senders": self._sender,
            "routes": self._route,
            "prices": self._price,
        }

    def check(self, row: Row) -> None:
        """Check a row by itself and against what it refers to."""
        self._references(row)
        self._secrets(row)
        rule = self._rules.get(row.table.name)
        if rule:
            rule(row)

    def _references(self, row: Row) -> None:
        for about in row.table.fields:
            wanted = row.values.get(about.name)
            if not about.refers or wanted is None:
                continue
            if about.refers == "services":
                customer = row.values.get("customer")
                if customer is None:
                    if "customer" in row.values:
                        row.problem(about.name, "A service is its customer's; say which in `customer`.")
                    continue
                if customer not in self._keys["customers"]:
                    continue
                self._refer(row, about.name, "services", f"{customer}/{wanted}")
            else:
                self._refer(row, about.name, about.refers, wanted)

    def _refer(self, row: Row, name: str, table: str, key: str) -> None:
        if key not in self._keys[table]:
            row.problem(name, f"There is no {table[:-1]} {key}; {suggestion(key, self._keys[table])}")

    def _secrets(self, row: Row) -> None:
        for about in row.table.fields:
            written = row.values.get(about.name)
            if about.secret is None or written is None:
                continue
            if isinstance(written, str):
                row.values[about.name] = self._resolved(row, about.name, written)
            else:
                row.values[about.name] = {
                    name: self._resolved(row, f"{about.name}.{name}", text) for name, text in written.items()
                }

    def _resolved(self, row: Row, name: str, written: str) -> str:
        secret = self._resolve_secret(written)
        if isinstance(secret, Unresolved):
            row.problem(name, secret.sentence)
            return ""
        return secret

    def _customer(self, row: Row) -> None:
        secret = row.values.get("callback_secret")
        if secret:
            try:
                secret_key(secret)
            except ValueError:
                row.problem("callback_secret", "It must be `whsec_` and 24 to 64 octets in base64.")

    def _user(self, row: Row) -> None:
        for customer in row.values.get("customers", ()):
            self._refer(row, f"customers.{customer}", "customers", customer)

    def _oauth_client(self, row: Row) -> None:
        if row.values.get("public") and row.values.get("secret"):
            row.problem("secret", "A public client has none.")

    def _channel(self, row: Row) -> None:
        kind = row.values.get("kind")
        if kind is None:
            return
        held = self._held["channels"].get(row.key or "")
        if kind not in self._validators:
            row.problem("kind", f"There is no kind of channel {kind!r}; {suggestion(kind, self._validators)}")
        elif held is not None and held.values["kind"] != kind:
            row.problem("kind", f"It is {held.values['kind']} and can't be changed; make another channel.")
        elif "options" in row.values and "secrets" in row.values and not row.problems:
            secrets = row.values["secrets"]
            if secrets is None and held is None:
                secrets = {}
            for name, sentence in self._validators[kind](row.values["options"], secrets):
                row.problem(name, sentence)

    def _service(self, row: Row) -> None:
        self._parsed(row, "default_sender", row.values.get("customer"))
        identity = self._parsed(row, "whatsapp_sender", row.values.get("customer"))
        if identity is not None and identity.kind is not AddressKind.INTERNATIONAL:
            row.problem("whatsapp_sender", "A WhatsApp sender is a phone number.")
        self._check_url(row, "webhook_url")
        keywords = row.values.get("keywords", ())
        if keywords and row.values.get("kind") == "OneWay":
            row.problem("keywords", "A service that listens must have `kind` TwoWay or Group.")
        for each in keywords:
            self._keyword(row, each)
        for each in row.values.get("actions", ()):
            self._check_url(each, "url")

    def _keyword(self, service: Row, row: Row) -> None:
        sender = self._parsed(row, "address", service.values.get("customer"))
        if sender is not None and not sender.takes_replies:
            row.problem("address", "Nobody can write to a name; it must be a short code or a phone number.")
        if "words" in row.values:
            row.values["words"] = " ".join(row.values["words"].upper().split())

    def _sender(self, row: Row) -> None:
        sender = self._parsed(row, "sender", row.values.get("customer"))
        if sender is None:
            return
        row.values["kind"] = sender.kind.value
        countries = row.values.get("countries", ())
        registered = RegisteredSender(0, sender.text, sender.kind, frozenset(countries), SenderState.APPROVED)
        for country in countries:
            verdict = check_sender(lambda _: registered, sender, country)
            if not verdict.allowed:
                row.problem("countries", verdict.sentence)

    def _route(self, row: Row) -> None:
        self._parsed(row, "sender", row.values.get("customer"))

    def _price(self, row: Row) -> None:
        customer = self._customers.get(row.values.get("customer") or "")
        usual = customer.get("currency", "EUR") if customer else "EUR"
        if "currency" in row.values and row.values["currency"] is None:
            row.values["currency"] = usual
        currency = row.values.get("currency")
        if customer and currency not in (None, usual):
            row.problem("currency", f"It must be the customer's, {usual}.")
        if "gbp_per_part" in row.values and row.values["gbp_per_part"] is None:
            if currency == "GBP":
                row.values["gbp_per_part"] = row.values.get("per_part")
            else:
                row.problem(
                    "gbp_per_part", f"It is missing; a price in {currency} needs its value in pounds."
                )

    def _parsed(self, row: Row, name: str, customer: str | None) -> Sender | None:
        """The sender or address in `name`, which then holds it as the store does."""
        written = row.values.get(name)
        if not written:
            return None
        about = self._customers.get(customer or "")
        region = about.get("default_region", "FI") if about else "FI"
        sender = parse_sender(written, (region,))
        if not isinstance(sender, Sender):
            row.problem(name, sender.sentence)
            return None
        row.values[name] = sender.text
        return sender

    def _check_url(self, row: Row, name: str) -> None:
        url = row.values.get(name)
        if url:
            judged = parse_url(url, self._networks)
            if isinstance(judged, BadUrl):
                row.problem(name, judged.reason)
