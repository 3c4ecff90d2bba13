"""POST /sms/send: TxtSync's SendSMS.

Rule: the answer is 200 with the full SMS objects, after the message is stored; all else is an error with
`Message`.
"""

from __future__ import annotations

from viesti.api.answer import Answer, Refusal, answer_json, error_members
from viesti.api.body import BodyLimits, parse_object, read_body
from viesti.api.guard import Call
from viesti.api.meters import Meters
from viesti.api.txtsync.reading import DIALECT, SendHeaders, not_accepted, read_send
from viesti.api.txtsync.shapes import sms_objects
from viesti.services.requests import NotAccepted
from viesti.services.submit import Submit


def render(refusal: Refusal) -> Answer:
    """An error as TxtSync's clients read it: `Message` is the member they show."""
    members = error_members(refusal)
    return answer_json({"Message": refusal.message, **members}, refusal.status, refusal.headers)


class SendSms:
    """The handler."""

    def __init__(self, submit: Submit, limits: BodyLimits, meters: Meters) -> None:
        self._submit = submit
        self._limits = limits
        self._meters = meters

    async def __call__(self, call: Call) -> Answer | Refusal:
        body = await read_body(call.receive, call.headers.get(b"content-length"), self._limits)
        if isinstance(body, Refusal):
            return body
        members = parse_object(body)
        if isinstance(members, Refusal):
            return members
        request = read_send(members, body, SendHeaders.of(call.headers), call.caller)
        if isinstance(request, Refusal):
            return request
        result = await self._submit(request)
        if isinstance(result, NotAccepted):
            return not_accepted(result)
        if not result.repeated:
            self._meters.accepted(DIALECT, len(result.recipients), result.parts)
        return answer_json(list(sms_objects(result, call.caller)))
