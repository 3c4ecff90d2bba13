"""Serves triggers of flows: made when a flow is switched on, ended when it is switched off.

Rule: the id of a trigger can't be guessed and names nothing else, so it alone is enough to end it: the
platform that runs flows does not always send its credentials with that. Ending what has ended is no error,
because a flow could not be switched off else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viesti.api.answer import Answer, Refusal, answer_json
from viesti.api.native.slice import BASE, DIALECT, Common
from viesti.api.native.triggers.declared import ROOT
from viesti.api.native.triggers.shapes import (
    ClickAsked,
    ConsentAsked,
    DeleteAsked,
    InvalidAsked,
    KeywordAsked,
    ReportAsked,
    TriggerMade,
)
from viesti.api.native.who import NativeCaller, missing, named
from viesti.api.refusals import refusal
from viesti.services.guids import GuidKind
from viesti.services.refusals import Invalid
from viesti.services.subscribe import Subscribe
from viesti.services.tell import options
from viesti.services.unsubscribe import ANYWHERE, Unsubscribe

LONGEST = 64  # characters of what can be an id
_NAMES = {"url": "callbackUrl"}
_NO_TRIGGER = "There is no trigger of yours with this id."
_NO_SERVICE = "There is no service of yours with this key or id."
_UNKNOWN = missing("id", _NO_TRIGGER)


class Triggers:
    """The operations."""

    def __init__(self, common: Common, subscribe: Subscribe, unsubscribe: Unsubscribe) -> None:
        self._estate = common.estate
        self._guids = common.guids
        self._subscribe = subscribe
        self._unsubscribe = unsubscribe
        self._base = common.base_url + BASE + ROOT

    async def report(self, caller: NativeCaller, asked: ReportAsked) -> Answer | Refusal:
        """DeliveryReport."""
        wanted = options.report_options(asked.outcome, every=asked.every)
        return await self._create(caller, asked.customer, asked.service, "report", asked.url, wanted)

    async def opt_out(self, caller: NativeCaller, asked: ConsentAsked) -> Answer | Refusal:
        """OptOut."""
        wanted = options.consent_options(asked.direction)
        return await self._create(caller, asked.customer, "", "opt_out", asked.url, wanted)

    async def keyword(self, caller: NativeCaller, asked: KeywordAsked) -> Answer | Refusal:
        """KeywordReceived."""
        wanted = options.keyword_options(asked.keyword)
        return await self._create(caller, asked.customer, asked.service, "keyword", asked.url, wanted)

    async def click(self, caller: NativeCaller, asked: ClickAsked) -> Answer | Refusal:
        """LinkClick."""
        wanted = options.click_options(asked.visitors, first=asked.first)
        return await self._create(caller, asked.customer, asked.service, "click", asked.url, wanted)

    async def invalid(self, caller: NativeCaller, asked: InvalidAsked) -> Answer | Refusal:
        """InvalidRecipient."""
        return await self._create(caller, asked.customer, asked.service, "invalid", asked.url, {})

    async def delete(self, caller: NativeCaller | None, asked: DeleteAsked) -> Answer | Refusal:
        """DeleteTrigger: by the owner, or by whoever knows the id."""
        readable = len(asked.id) <= LONGEST
        subscription_id = self._guids.read(GuidKind.TRIGGER, asked.id) if readable else None
        if subscription_id is None:
            return _UNKNOWN
        customers = None if caller is None else {one.id for one in caller.customers(self._estate.current)}
        known = await self._unsubscribe(subscription_id, ANYWHERE, customers)
        return Answer(204, b"") if known or caller is None else _UNKNOWN

    async def _create(
        self,
        caller: NativeCaller,
        written_customer: str,
        written_service: str,
        event: str,
        url: str,
        wanted: Mapping[str, Any],
    ) -> Answer | Refusal:
        snapshot = self._estate.current
        customer = caller.customer(snapshot, written_customer)
        if isinstance(customer, Refusal):
            return customer
        service = named(snapshot, customer, written_service) if written_service else None
        if written_service and service is None:
            return missing("service", _NO_SERVICE)
        done = await self._subscribe(
            customer,
            service,
            DIALECT,
            event,
            url,
            user_id=caller.user.id if caller.user else None,
            application_id=caller.application.id if caller.application else None,
            options=wanted,
        )
        if isinstance(done, Invalid):
            return refusal(done, _NAMES)
        trigger = self._guids.of(GuidKind.TRIGGER, done.id)
        location = f"{self._base}/{trigger}"
        return answer_json(TriggerMade(id=trigger), 201, ((b"location", location.encode("ascii")),))
