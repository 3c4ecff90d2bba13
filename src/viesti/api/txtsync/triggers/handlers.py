"""Serves triggers of flows: made when a flow is switched on, removed when it is switched off.

Rule: the id of a trigger can't be guessed and names nothing else, so it alone is enough to remove it: the
platform that runs flows does not always send its credentials with the removal. Removing what is gone already
is no error, because a flow could not be switched off else.
"""

from __future__ import annotations

from viesti.api.answer import Answer, FieldError, Refusal, answer_json
from viesti.api.refusals import refusal
from viesti.api.txtsync.slice import DIALECT, Common
from viesti.api.txtsync.triggers.declared import INBOUND, OUTBOUND, ROOT
from viesti.api.txtsync.triggers.shapes import DeleteAsked, InboundMade, TriggerAsked, TypedTriggerAsked
from viesti.services.authenticate import Caller
from viesti.services.guids import GuidKind, Guids
from viesti.services.refusals import Invalid
from viesti.services.subscribe import Subscribe
from viesti.services.unsubscribe import Unsubscribe

EVENTS = {INBOUND: "inbound", OUTBOUND: "outbound"}
LONGEST = 64  # characters of what can be an id
REMOVED = "The trigger was removed."
_NO_TYPE = "There is no such type of trigger; 0 is for inbound and 5 for outbound SMS."
_NO_HOOK = "There is no trigger of yours with this hook_Id."
_UNKNOWN_TYPE = Refusal(404, _NO_TYPE, (FieldError("type", _NO_TYPE),))
_UNKNOWN = Refusal(404, _NO_HOOK, (FieldError("hook_Id", _NO_HOOK),))
_NAMES = {"url": "URL"}


class Triggers:
    """The operations. `status`: of the answer to a trigger that was made, 201 or 200."""

    def __init__(
        self, common: Common, guids: Guids, subscribe: Subscribe, unsubscribe: Unsubscribe, status: int
    ) -> None:
        self._guids = guids
        self._subscribe = subscribe
        self._unsubscribe = unsubscribe
        self._base = common.base_url + ROOT
        self._status = status

    async def inbound(self, caller: Caller, asked: TriggerAsked) -> Answer | Refusal:
        """InboundSMS."""
        return await self._create(caller, asked.url, EVENTS[INBOUND])

    async def outbound(self, caller: Caller, asked: TriggerAsked) -> Answer | Refusal:
        """OutboundSMS."""
        return await self._create(caller, asked.url, EVENTS[OUTBOUND])

    async def typed(self, caller: Caller, asked: TypedTriggerAsked) -> Answer | Refusal:
        """Either of them, by the type in the path."""
        event = EVENTS.get(asked.hook_id)
        return await self._create(caller, asked.url, event) if event else _UNKNOWN_TYPE

    async def delete(self, caller: Caller | None, asked: DeleteAsked) -> Answer | Refusal:
        """DeleteTrigger: by the owner, or by whoever knows the id."""
        hook = asked.hook_id
        subscription_id = self._guids.read(GuidKind.HOOK, hook) if len(hook) <= LONGEST else None
        if subscription_id is None:
            return _UNKNOWN
        customers = None if caller is None else (caller.customer.id,)
        known = await self._unsubscribe(subscription_id, None, customers)
        return answer_json(REMOVED) if known or caller is None else _UNKNOWN

    async def _create(self, caller: Caller, url: str, event: str) -> Answer | Refusal:
        done = await self._subscribe(
            caller.customer, None, DIALECT, event, url, application_id=caller.application.id
        )
        if isinstance(done, Invalid):
            return refusal(done, _NAMES)
        hook = self._guids.of(GuidKind.HOOK, done.id)
        location = f"{self._base}/{hook}"
        return answer_json(
            InboundMade(hook_id=hook), self._status, ((b"location", location.encode("ascii")),)
        )
