"""Serves what a connection may act for and with.

Rule: nobody is told of a customer he does not work for. A number that is none is an answer, for flows go two
ways by it.
"""

from __future__ import annotations

from viesti.api.answer import Answer, FieldError, Refusal, answer_json
from viesti.api.contract.reading import refused
from viesti.api.native.account.shapes import (
    BalanceShown,
    CustomerShown,
    CustomersShown,
    Nothing,
    NumberAsked,
    NumberShown,
    OfCustomer,
    SenderShown,
    SendersShown,
    ServicesAsked,
    ServiceShown,
    ServicesShown,
)
from viesti.api.native.members import KIND_OF_SENDER, PROTOCOLS
from viesti.api.native.slice import Common
from viesti.api.native.who import NativeCaller
from viesti.domain.address import AddressProblem
from viesti.domain.contact import full_name
from viesti.domain.regions import REGIONS
from viesti.services.balance.read import ReadBalance
from viesti.services.list_senders import senders_of
from viesti.services.list_services import services_of
from viesti.services.look_up_number import LookUpNumber, NumberSeen

_NO_REGION = "It is no region; it must be two letters, such as FI."


class Account:
    """The handlers."""

    def __init__(self, balance: ReadBalance, look_up: LookUpNumber, common: Common) -> None:
        self._balance = balance
        self._look_up = look_up
        self._estate = common.estate

    async def customers(self, caller: NativeCaller, _asked: Nothing) -> Answer:
        """ListCustomers."""
        found = caller.customers(self._estate.current)
        listed = [CustomerShown(each.id, each.key, each.name, each.currency) for each in found]
        return answer_json(CustomersShown(tuple(listed)))

    async def services(self, caller: NativeCaller, asked: ServicesAsked) -> Answer | Refusal:
        """ListServices."""
        customer = caller.customer(self._estate.current, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        listed = [
            ServiceShown(
                each.id,
                each.key,
                each.name,
                each.kind,
                each.allow_reply,
                each.track_links,
                each.default_sender,
                each.whatsapp_sender,
            )
            for each in services_of(self._estate.current, customer.id, asked.kind)
        ]
        return answer_json(ServicesShown(tuple(listed)))

    async def senders(self, caller: NativeCaller, asked: OfCustomer) -> Answer | Refusal:
        """ListSenders."""
        customer = caller.customer(self._estate.current, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        listed = [
            SenderShown(
                each.sender,
                KIND_OF_SENDER[each.kind],
                tuple([PROTOCOLS[protocol] for protocol in each.protocols]),
                each.countries,
                each.services,
            )
            for each in senders_of(self._estate.current, customer.id)
        ]
        return answer_json(SendersShown(tuple(listed)))

    async def balance(self, caller: NativeCaller, asked: OfCustomer) -> Answer | Refusal:
        """GetBalance."""
        customer = caller.customer(self._estate.current, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        seen = await self._balance(customer.id)
        return answer_json(
            BalanceShown(
                seen.currency,
                seen.balance,
                seen.paid,
                seen.spent,
                seen.left is not None,
                seen.frozen,
                seen.frozen_for_balance,
                seen.frozen_cost,
                seen.cap,
                seen.left,
            )
        )

    async def look_up(self, caller: NativeCaller, asked: NumberAsked) -> Answer | Refusal:
        """LookUpNumber."""
        snapshot = self._estate.current
        customer = caller.customer(snapshot, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        service = caller.service(snapshot, customer, asked.service)
        if isinstance(service, Refusal):
            return service
        region = asked.region.upper()
        if region and region not in REGIONS:
            return refused([FieldError("region", _NO_REGION)])
        seen = await self._look_up(customer, service, asked.number, region)
        if isinstance(seen, AddressProblem):
            return answer_json(
                NumberShown(
                    written=asked.number, valid=False, reason=seen.sentence, opted_out=False, routed=False
                )
            )
        return answer_json(_shown(asked.number, seen))


def _shown(written: str, seen: NumberSeen) -> NumberShown:
    who, price = seen.contact, seen.per_part
    return NumberShown(
        written=written,
        valid=True,
        number=seen.address.digits,
        e164=seen.forms.e164,
        international=seen.forms.international,
        national=seen.forms.national,
        type=seen.forms.kind,
        region=seen.address.region,
        country=REGIONS.get(seen.address.region, ""),
        opted_out=seen.opted_out == "all",
        opted_out_of=seen.opted_out,
        contact_id=who.id if who else None,
        contact_name=full_name(who.first_name, who.last_name, who.name) if who else "",
        external_reference=who.external_reference if who else None,
        routed=seen.routed,
        price_per_part=price.amount if price else None,
        currency=price.currency if price else "",
        warnings=seen.address.warnings,
    )
