"""GET /sms and /sms/{id}.

Rule: a list is in the order of ids, which is that of time to within an hour; what a filter can't find is an
empty list, and one that can't be read an error that names it.
"""

from __future__ import annotations

from viesti.api.answer import Answer, FieldError, Refusal, answer_json
from viesti.api.contract.reading import refused
from viesti.api.paging import read_id
from viesti.api.txtsync.numbering import INBOUND, OUTBOUND, WORDS, read_status
from viesti.api.txtsync.paging import Order, order
from viesti.api.txtsync.reading.shapes import ListAsked, OneAsked
from viesti.api.txtsync.shapes import sms_object
from viesti.api.txtsync.slice import Common
from viesti.domain.address import AddressProblem, Normaliser, whatsapp_address
from viesti.services.authenticate import Caller
from viesti.services.sms.read import ReadSms
from viesti.services.sms.seen import SmsFilter

ORDERS = {"CreatedDate": "id", "SMSID": "id"}
NEWEST_FIRST = Order("id", True)
NOT_FOUND = Refusal(404, "There is no SMS of yours with this id.")


class Reading:
    """The operations."""

    def __init__(self, read: ReadSms, common: Common) -> None:
        self._read = read
        self._base_url = common.base_url

    async def list(self, caller: Caller, asked: ListAsked) -> Answer | Refusal:
        """ListSMS."""
        wanted = sms_filter(asked, caller)
        if isinstance(wanted, Refusal):
            return wanted
        found = await self._read.page(caller.customer.id, wanted)
        return answer_json([sms_object(seen, self._base_url) for seen in found])

    async def one(self, caller: Caller, asked: OneAsked) -> Answer | Refusal:
        """GetSMS."""
        identifier = read_id(asked.sms_id)
        found = None if identifier is None else await self._read.one(caller.customer.id, identifier)
        return answer_json(sms_object(found, self._base_url)) if found else NOT_FOUND


def sms_filter(asked: ListAsked, caller: Caller) -> SmsFilter | Refusal:
    """What is asked for, or everything that is wrong with it."""
    way = order(asked.order_by, ORDERS, NEWEST_FIRST)
    problems = list(way.errors) if isinstance(way, Refusal) else []
    number: str | None = None
    if asked.number:
        party = whatsapp_address(asked.number, Normaliser((caller.customer.default_region,)))
        if isinstance(party, AddressProblem):
            problems.append(FieldError("number", party.sentence))
        else:
            number = party.digits
    standing = read_status(asked.status) if asked.status else None
    if asked.status and standing is None:
        problems.append(
            FieldError("status", f"It must be a number from 0 to 7, or one of {', '.join(WORDS)}.")
        )
    if problems or isinstance(way, Refusal):
        return refused(problems)
    return SmsFilter(
        sent=asked.direction != INBOUND and standing != [],
        received=asked.direction != OUTBOUND and not standing,
        number=number,
        contact_id=asked.contact_id,
        campaign_id=asked.campaign_id,
        statuses=standing or None,
        since=asked.since,
        until=asked.until,
        newest_first=way.descending,
        offset=asked.offset,
        limit=asked.limit,
    )
