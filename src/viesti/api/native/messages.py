"""Viesti's own face: messages with their history, and what came in.

Rule: ids are looked up for the caller's customer only; what is another's is not found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from viesti.api.answer import Answer, Refusal, answer_json
from viesti.api.guard import Call
from viesti.api.paging import read_id, read_page
from viesti.services.show_message import ShowMessages

_NOT_FOUND = Refusal(404, "There is no message of yours with this id.")


class NativeMessages:
    """Handlers of `/messages/{id}`, `/messages` and `/inbound`."""

    def __init__(self, show: ShowMessages) -> None:
        self._show = show

    async def one(self, call: Call) -> Answer | Refusal:
        """A message by its id or by that of one of its recipients."""
        identifier = read_id(call.scope["path_params"]["id"])
        if identifier is None:
            return _NOT_FOUND
        found = await self._show.one(identifier, call.caller.customer.id)
        return answer_json(found) if found else _NOT_FOUND

    async def recent(self, call: Call) -> Answer | Refusal:
        """The newest recipients."""
        page = read_page(call.scope["query_string"])
        if isinstance(page, Refusal):
            return page
        rows = await self._show.recent(call.caller.customer.id, page.before, page.limit)
        return _list("messages", rows, page.limit)

    async def recent_inbound(self, call: Call) -> Answer | Refusal:
        """The newest inbound messages."""
        page = read_page(call.scope["query_string"])
        if isinstance(page, Refusal):
            return page
        rows = await self._show.recent_inbound(call.caller.customer.id, page.before, page.limit)
        return _list("inbound", rows, page.limit)


def _list(name: str, rows: Sequence[Any], limit: int) -> Answer:
    """`next_before` is what to ask for next; null at the end."""
    return answer_json({name: rows, "next_before": rows[-1].id if len(rows) == limit else None})
