"""Serves the cancelling and rescheduling of messages.

Rule: what is too late is a conflict with a sentence, and changes nothing.
"""

from __future__ import annotations

from viesti.api.answer import Answer, FieldError, Refusal, answer_json
from viesti.api.contract.reading import refused
from viesti.api.native.messages import shapes
from viesti.api.native.messages.handlers import NOT_FOUND
from viesti.api.native.messages.shapes import OneAsked, RescheduleAsked
from viesti.api.native.slice import Common
from viesti.api.native.who import NativeCaller
from viesti.services.cancel_message import Cancelled, CancelMessage
from viesti.services.refusals import Invalid
from viesti.services.reschedule_message import Rescheduled, RescheduleMessage


class Steering:
    """The handlers."""

    def __init__(self, cancel: CancelMessage, reschedule: RescheduleMessage, common: Common) -> None:
        self._cancel = cancel
        self._reschedule = reschedule
        self._estate = common.estate

    async def cancel(self, caller: NativeCaller, asked: OneAsked) -> Answer | Refusal:
        """CancelMessage."""
        customer = caller.customer(self._estate.current, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        done = await self._cancel(customer.id, asked.id, caller.by)
        if done is None:
            return NOT_FOUND
        if not isinstance(done, Cancelled):
            return Refusal(409, done.sentence)
        return answer_json(
            shapes.CancelledShown(
                id=done.message_id,
                cancelled=done.now,
                already_cancelled=done.before,
                not_cancelled=done.too_late,
            )
        )

    async def reschedule(self, caller: NativeCaller, asked: RescheduleAsked) -> Answer | Refusal:
        """RescheduleMessage."""
        customer = caller.customer(self._estate.current, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        done = await self._reschedule(customer.id, asked.id, asked.send_at, caller.by)
        if done is None:
            return NOT_FOUND
        if isinstance(done, Invalid):
            return refused([FieldError("sendAt", problem.sentence) for problem in done.problems])
        if not isinstance(done, Rescheduled):
            return Refusal(409, done.sentence)
        return answer_json(
            shapes.RescheduledShown(
                id=done.message_id,
                send_at=done.send_at,
                rescheduled=done.recipients,
                not_rescheduled=done.too_late,
            )
        )
