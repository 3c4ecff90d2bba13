"""The WhatsApp numbers of a customer, and the accounts that templates belong to.

Rule: a number is a customer's when it is an enabled channel and one of his approved senders. Templates belong
to the account (WABA) of a number; the account goes by its first channel, whichever of its numbers is meant.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.domain.estate import WHATSAPP, ChannelRow, Customer
from viesti.domain.sender import SenderState
from viesti.protocols.whatsapp.paths import BASE_URL, VERSION
from viesti.services.estate import Snapshot


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and how Meta is called about its account. `account_id`: the first channel of the account."""

    identity: str
    channel: ChannelRow
    account_id: int

    @property
    def base_url(self) -> str:
        return str(self.channel.options.get("base_url", BASE_URL)).rstrip("/")

    @property
    def version(self) -> str:
        return str(self.channel.options.get("api_version", VERSION))

    @property
    def waba_id(self) -> str:
        return str(self.channel.options.get("waba_id", ""))

    @property
    def app_id(self) -> str:
        return str(self.channel.options.get("app_id", ""))


def number_of_channel(snapshot: Snapshot, channel: ChannelRow) -> Number:
    """The number that a WhatsApp channel is."""
    alike = (
        each.id
        for each in snapshot.estate.channels.values()
        if each.kind == WHATSAPP and _account(each) == _account(channel)
    )
    return Number(channel.identity, channel, min(alike, default=channel.id))


def numbers_of(snapshot: Snapshot, customer_id: int) -> list[Number]:
    """The numbers of a customer, in their order."""
    return [
        number_of_channel(snapshot, channel)
        for identity, channel in sorted(snapshot.whatsapp.items())
        if _may_use(snapshot, customer_id, identity)
    ]


def accounts(snapshot: Snapshot) -> list[Number]:
    """One number of each account."""
    first: dict[int, Number] = {}
    for channel in snapshot.whatsapp.values():
        number = number_of_channel(snapshot, channel)
        first.setdefault(number.account_id, number)
    return list(first.values())


def owners(snapshot: Snapshot, account_id: int) -> list[Customer]:
    """The customers that have a number of an account."""
    identities = {
        identity
        for identity, channel in snapshot.whatsapp.items()
        if number_of_channel(snapshot, channel).account_id == account_id
    }
    found = {
        customer_id
        for customer_id, sender in snapshot.senders
        if sender in identities and _may_use(snapshot, customer_id, sender)
    }
    return [snapshot.estate.customers[each] for each in sorted(found)]


def _may_use(snapshot: Snapshot, customer_id: int, identity: str) -> bool:
    registered = snapshot.senders.get((customer_id, identity))
    return registered is not None and registered.state is SenderState.APPROVED


def _account(channel: ChannelRow) -> tuple[str, str]:
    options = channel.options
    return str(options.get("base_url", BASE_URL)).rstrip("/"), str(options.get("waba_id", ""))
