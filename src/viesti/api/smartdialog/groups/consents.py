"""Serves WhatsApp opt-in and opt-out.

Rule: a consent is to one of the caller's own numbers; it is recorded for each of his customers that has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.answer import Answer, FieldError, Refusal
from viesti.api.smartdialog.groups.shapes import Consent
from viesti.api.smartdialog.slice import Common
from viesti.domain.address import Address, whatsapp_address
from viesti.domain.channel import AddressKind
from viesti.domain.estate import Customer
from viesti.domain.sender import Sender, SenderState, parse_sender
from viesti.services.principal import Principal
from viesti.services.record_consent import ConsentGiven, RecordConsent
from viesti.services.tell.consents import How

_DONE = Answer(204, b"")
_LONGEST = 64  # characters of a number with the marks in it
_PERSON_LONGEST = 160  # of a number, or of a user id of WhatsApp's


@dataclass(frozen=True, slots=True)
class Consents:
    """The handlers."""

    common: Common
    record_consent: RecordConsent

    async def opt_in(self, caller: Principal, asked: Consent) -> Answer | Refusal:
        """WhatsAppOptIn."""
        return await self._record(caller, asked, opted_in=True)

    async def opt_out(self, caller: Principal, asked: Consent) -> Answer | Refusal:
        """WhatsAppOptOut."""
        return await self._record(caller, asked, opted_in=False)

    async def _record(self, caller: Principal, asked: Consent, *, opted_in: bool) -> Answer | Refusal:
        owners = self._owners(caller, asked.sender)
        if not owners:
            return _refusal(404, "Sender", "There is no number of yours that is this Sender.")
        given = []
        for customer, sender in owners:
            numbers = self.common.estate.current.normaliser(customer.default_region)
            read = whatsapp_address(asked.recipient[: _PERSON_LONGEST + 1], numbers)
            if not isinstance(read, Address):
                return _refusal(400, "Recipient", read.sentence)
            given.append(
                ConsentGiven(
                    customer,
                    read.digits,
                    opted_in,
                    "whatsapp",
                    sender.text,
                    "smartdialog",
                    How.API,
                    _evidence(caller),
                )
            )
        await self.record_consent(given)
        return _DONE

    def _owners(self, caller: Principal, written: str) -> list[tuple[Customer, Sender]]:
        """The caller's customers that have this number as an approved sender."""
        snapshot = self.common.estate.current
        found = []
        for identifier in sorted(caller.user.customers):
            customer = snapshot.estate.customers.get(identifier)
            if customer is None or not customer.enabled or len(written) > _LONGEST:
                continue
            sender = parse_sender(written, (customer.default_region,))
            if not isinstance(sender, Sender) or sender.kind is AddressKind.ALPHANUMERIC:
                continue
            registered = snapshot.senders.get((customer.id, sender.text))
            if registered and registered.state is SenderState.APPROVED:
                found.append((customer, sender))
        return found


def _evidence(caller: Principal) -> str:
    return f"user {caller.user.id}, connection {caller.connection_id}"


def _refusal(status: int, field: str, sentence: str) -> Refusal:
    return Refusal(status, sentence, (FieldError(field, sentence),))
