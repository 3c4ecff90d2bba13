"""Serves messages: where they stand, their history, lists of them.

Rule: whatever is asked for is looked up for the caller's customer only; what is another's is not found.
"""

from __future__ import annotations

from viesti.api.answer import Answer, FieldError, Refusal, answer_json
from viesti.api.contract.reading import refused
from viesti.api.native.messages import shapes, translate
from viesti.api.native.messages.shapes import InboundAsked, ListAsked, OneAsked
from viesti.api.native.slice import Common
from viesti.api.native.who import NativeCaller, missing
from viesti.services.search_messages import NoSuchTag, SearchMessages
from viesti.services.show_message import ShowMessages
from viesti.services.views import MessageView

NOT_FOUND = missing("id", "There is no message of yours with this id.")


class Messages:
    """The handlers."""

    def __init__(self, show: ShowMessages, search: SearchMessages, common: Common) -> None:
        self._show = show
        self._search = search
        self._estate = common.estate

    async def one(self, caller: NativeCaller, asked: OneAsked) -> Answer | Refusal:
        """GetMessage."""
        view = await self._view(caller, asked)
        return view if isinstance(view, Refusal) else answer_json(translate.message_shown(view))

    async def timeline(self, caller: NativeCaller, asked: OneAsked) -> Answer | Refusal:
        """GetMessageTimeline."""
        view = await self._view(caller, asked)
        if isinstance(view, Refusal):
            return view
        steps = tuple(map(translate.step_shown, view.timeline))
        return answer_json(shapes.TimelineShown(id=view.id, finished=translate.finished(view), steps=steps))

    async def list(self, caller: NativeCaller, asked: ListAsked) -> Answer | Refusal:
        """ListMessages."""
        snapshot = self._estate.current
        customer = caller.customer(snapshot, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        wanted = translate.message_filter(asked, customer, snapshot)
        if isinstance(wanted, Refusal):
            return wanted
        found = await self._search.sent(customer.id, wanted)
        if isinstance(found, NoSuchTag):
            return refused([FieldError("tag", "There is no tag of yours with this name.")])
        rows = tuple(map(translate.row_shown, found.messages))
        return answer_json(shapes.MessagesShown(messages=rows, next=translate.cursor_of(found.next)))

    async def inbound(self, caller: NativeCaller, asked: InboundAsked) -> Answer | Refusal:
        """ListInboundMessages."""
        snapshot = self._estate.current
        customer = caller.customer(snapshot, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        wanted = translate.inbound_filter(asked, customer, snapshot)
        if isinstance(wanted, Refusal):
            return wanted
        found = await self._search.came(customer.id, wanted)
        rows = tuple(map(translate.inbound_shown, found.messages))
        return answer_json(shapes.InboundsShown(messages=rows, next=translate.cursor_of(found.next)))

    async def _view(self, caller: NativeCaller, asked: OneAsked) -> MessageView | Refusal:
        customer = caller.customer(self._estate.current, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        return await self._show.one(asked.id, customer.id) or NOT_FOUND
