"""Senders: what they may look like, whose they are, and where they may be used.

Rule: nobody sends under a sender that is not registered to them and approved; the rules of the destination's
country come on top.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from viesti.domain.address import AddressProblem, normalise, short_code
from viesti.domain.channel import AddressKind
from viesti.domain.sender_rules import MAX_NAME, NAME, CountryRule, Names, country_rule, ruling_country


@dataclass(frozen=True, slots=True)
class Sender:
    """A well-formed sender: a name, a short code, or E.164 digits without '+' (`INTERNATIONAL`)."""

    text: str
    kind: AddressKind

    @property
    def takes_replies(self) -> bool:
        """Whether an answer can be addressed to it; nobody can write to a name."""
        return self.kind is not AddressKind.ALPHANUMERIC


@dataclass(frozen=True, slots=True)
class SenderProblem:
    """Not a sender: what was written, and a sentence that says why."""

    text: str
    sentence: str


def parse_sender(text: str, regions: tuple[str, ...] = ("FI",)) -> Sender | SenderProblem:
    """The sender meant by `text`: 3 to 8 digits are a short code, more are a number, a letter makes a name.

    Takes the two-letter regions a national number may be of, as `normalise` does.
    """
    name = text.strip()
    if not name:
        return SenderProblem(text, "The sender is empty.")
    if not any(mark.isalpha() for mark in name):
        return _number(text, regions)
    if len(name) > MAX_NAME:
        return SenderProblem(
            text, f"The sender '{name[:40]}' is too long: a name has at most {MAX_NAME} characters."
        )
    if not NAME.fullmatch(name):
        return SenderProblem(text, f"The sender '{name}' holds a character that names can't have.")
    return Sender(name, AddressKind.ALPHANUMERIC)


def _number(text: str, regions: tuple[str, ...]) -> Sender | SenderProblem:
    code = short_code(text)
    if not isinstance(code, AddressProblem):
        return Sender(code.digits, code.kind)
    number = normalise(text, regions)
    if isinstance(number, AddressProblem):
        return SenderProblem(text, number.sentence)
    return Sender(number.digits, number.kind)


class SenderState(StrEnum):
    """Where a sender's registration stands."""

    PENDING = "pending"
    APPROVED = "approved"
    SUSPENDED = "suspended"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class RegisteredSender:
    """One line of the sender registry. `countries` are two-letter codes; none means all."""

    customer_id: int
    sender: str  # as `Sender.text`
    kind: AddressKind
    countries: frozenset[str] = frozenset()
    state: SenderState = SenderState.PENDING


class SenderRuling(StrEnum):
    """Whether a sender may be used, or why not."""

    ALLOWED = "allowed"
    NOT_REGISTERED = "not_registered"
    NOT_APPROVED = "not_approved"
    NOT_FOR_COUNTRY = "not_for_country"


@dataclass(frozen=True, slots=True)
class SenderVerdict:
    """The ruling and a sentence that names the sender."""

    ruling: SenderRuling
    sentence: str

    @property
    def allowed(self) -> bool:
        return self.ruling is SenderRuling.ALLOWED


_STATES: dict[SenderState, str] = {
    SenderState.PENDING: "is not approved yet",
    SenderState.SUSPENDED: "is suspended",
    SenderState.REJECTED: "was rejected",
}

Lookup = Callable[[str], RegisteredSender | None]


def check_sender(lookup: Lookup, sender: Sender, country: str) -> SenderVerdict:
    """Whether `sender` may be used towards `country` (two letters, '' when unknown).

    `lookup` finds a sender's text in the registry of the customer that sends, and nobody else's.
    """
    name = f"The sender '{sender.text}'"
    registered = lookup(sender.text)
    if registered is None:
        return SenderVerdict(SenderRuling.NOT_REGISTERED, f"{name} is not registered for this customer.")
    if registered.state is not SenderState.APPROVED:
        return SenderVerdict(SenderRuling.NOT_APPROVED, f"{name} {_STATES[registered.state]}.")
    home = ruling_country(country)
    if registered.countries and not registered.countries & {country, home}:
        places, other = ", ".join(sorted(registered.countries)), country or "an unknown country"
        return SenderVerdict(
            SenderRuling.NOT_FOR_COUNTRY, f"{name} is registered for {places} only, not {other}."
        )
    rule = country_rule(country)
    objection = _objection(rule, sender, named=home in registered.countries)
    if objection:
        return SenderVerdict(SenderRuling.NOT_FOR_COUNTRY, f"{name} can't be used in {country}: {objection}.")
    if rule.names is Names.REPLACED and sender.kind is AddressKind.ALPHANUMERIC:
        return SenderVerdict(
            SenderRuling.ALLOWED, f"{name} may be used, but carriers in {country} replace names."
        )
    return SenderVerdict(SenderRuling.ALLOWED, f"{name} may be used.")


def _objection(rule: CountryRule, sender: Sender, named: bool) -> str:
    """What the country has against the sender; `named` when its registration names the country."""
    if sender.kind is not AddressKind.ALPHANUMERIC:
        return ""
    if rule.names is Names.REFUSED:
        return "names are not allowed there, only numbers"
    if not rule.min_length <= len(sender.text) <= rule.max_length:
        return f"a name there has {rule.min_length} to {rule.max_length} characters"
    checked = dict.fromkeys(map(ord, rule.checked_letters if named else ""), "a")
    if not rule.pattern.fullmatch(sender.text.translate(checked)):
        return "a character in it is not allowed there"
    return ""
