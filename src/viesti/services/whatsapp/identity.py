"""Which of its WhatsApp numbers a customer sends from.

Rule: only its own numbers are ever considered; a sender that is anything else is answered like one that does
not exist.
"""

from __future__ import annotations

from viesti.domain.estate import Service
from viesti.domain.sender import Sender, parse_sender
from viesti.services.estate import Snapshot
from viesti.services.requests import FieldProblem, NotAccepted
from viesti.services.templates.accounts import Number, numbers_of


def number_to_send_from(
    snapshot: Snapshot, customer_id: int, service: Service, wanted: str = ""
) -> Number | NotAccepted:
    """The number that is wanted, else the service's, else the customer's only one."""
    own = numbers_of(snapshot, customer_id)
    named = wanted or service.whatsapp_sender
    if not named and len(own) == 1:
        return own[0]
    if not own:
        return _no("The customer has no WhatsApp number to send from.")
    if not named:
        return _no(f"The customer has {len(own)} WhatsApp numbers: the service needs a whatsapp_sender.")
    sender = parse_sender(named)
    digits = sender.text if isinstance(sender, Sender) else named
    found = next((number for number in own if number.identity == digits), None)
    return found or _no(f"'{named[:40]}' is not a WhatsApp number of the customer.")


def _no(sentence: str) -> NotAccepted:
    return NotAccepted((FieldProblem("sender", sentence),))
