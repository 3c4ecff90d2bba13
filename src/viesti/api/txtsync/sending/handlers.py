"""POST /sms/send.

Rule: the answer is 200 with the full SMS objects, after the message is stored; a repeat of a request id is
answered alike.
"""

from __future__ import annotations

from msgspec.structs import replace

from viesti.api.answer import Answer, Refusal, answer_json
from viesti.api.refusals import refusal
from viesti.api.txtsync.sending.shapes import SendAsked
from viesti.api.txtsync.sending.translate import NAMES, submit_request
from viesti.api.txtsync.shapes import sms_object
from viesti.api.txtsync.slice import DIALECT, Common
from viesti.services.authenticate import Caller
from viesti.services.requests import NotAccepted
from viesti.services.short_links import ShortLinks
from viesti.services.sms.accepted import accepted
from viesti.services.sms.read import ReadSms
from viesti.services.submit import Submit


class Sending:
    """The operations."""

    def __init__(self, submit: Submit, read: ReadSms, short_links: ShortLinks, common: Common) -> None:
        self._submit = submit
        self._read = read
        self._short_links = short_links
        self._meters = common.meters
        self._base_url = common.base_url

    async def send(self, caller: Caller, asked: SendAsked) -> Answer | Refusal:
        """SendSMS."""
        number = None
        if asked.contact_id is not None:
            number = await self._read.number_of(caller.customer.id, asked.contact_id)
        request = submit_request(asked, caller, number)
        if isinstance(request, Refusal):
            return request
        result = await self._submit(request)
        if isinstance(result, NotAccepted):
            return refusal(result if len(request.recipients) > 1 else _of_one(result), NAMES)
        if result.repeated:
            seen = await self._read.many(caller.customer.id, [each.id for each in result.recipients])
        else:
            self._meters.accepted(DIALECT, len(result.recipients), result.parts)
            seen = list(accepted(result, caller.customer, caller.application, None, self._short_links))
        return answer_json([sms_object(each, self._base_url) for each in seen])


def _of_one(result: NotAccepted) -> NotAccepted:
    """Without the place of the recipient, when he was not in a list."""
    return replace(result, problems=tuple([replace(each, index=None) for each in result.problems]))
