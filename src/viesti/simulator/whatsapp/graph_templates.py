"""Calls about templates: made, listed, changed, deleted.

Rule: an account sees its own; a list comes in pages, whose cursors are told as Graph tells them.
"""

from __future__ import annotations

from random import Random
from typing import Any

from viesti.simulator.whatsapp.cloud import Cloud
from viesti.simulator.whatsapp.graph import Call, chosen, json_of
from viesti.simulator.whatsapp.problem import Problem, missing, no_such
from viesti.simulator.whatsapp.shapes import without_nulls
from viesti.simulator.whatsapp.templates import Template

MOST_TEMPLATES = 6000  # of an account


class TemplateCalls:
    """They, over a cloud."""

    def __init__(self, cloud: Cloud, random: Random) -> None:
        self._cloud, self._random = cloud, random

    async def create(self, call: Call) -> Any:
        """Make one; gives its id and that it is pending."""
        if call.object != call.number.waba_id:
            return no_such(call.method, call.object)
        body = await json_of(call.request)
        if isinstance(body, Problem):
            return body
        behaviour = self._cloud.behaviour
        delay = behaviour.approval_delay.draw(self._random)
        made = self._cloud.templates.create(call.object, without_nulls(body), behaviour, delay)
        if isinstance(made, Problem):
            return made
        return {"id": made.id, "status": made.status, "category": made.category}

    async def page(self, call: Call) -> Any:
        """Those of the account, a page at a time."""
        if call.object != call.number.waba_id:
            return no_such(call.method, call.object)
        query = call.request.query_params
        found = [
            one for one in self._cloud.templates.of(call.object)
            if all(query.get(name) in (None, str(getattr(one, name)))
                   for name in ("name", "status", "language", "category"))
        ]  # fmt: skip
        limit, after = query.get("limit", "25"), query.get("after", "0")
        if not limit.isdecimal() or not after.isdecimal():
            return Problem(100, "Param limit and after must be as they were given.")
        start, size = int(after), min(max(int(limit), 1), 500)
        page = found[start : start + size]
        answer: dict[str, Any] = {"data": [chosen(one.node(), query.get("fields")) for one in page]}
        if query.get("summary"):
            whole = {
                "total_count": len(found),
                "message_template_count": len(self._cloud.templates.of(call.object)),
                "message_template_limit": MOST_TEMPLATES,
                "are_translations_complete": True,
            }
            answer["summary"] = {name: whole[name] for name in query["summary"].split(",") if name in whole}
        if page:
            answer["paging"] = {"cursors": {"before": str(start), "after": str(start + len(page))}}
            if start + size < len(found):
                answer["paging"]["next"] = str(call.request.url.include_query_params(after=start + len(page)))
        return answer

    async def delete(self, call: Call) -> Any:
        """Delete a name, or one language of it."""
        if call.object != call.number.waba_id:
            return no_such(call.method, call.object)
        name = call.request.query_params.get("name")
        if not name:
            return missing("name")
        identifier = call.request.query_params.get("hsm_id", "")
        return self._cloud.templates.delete(call.object, name, identifier) or {"success": True}

    def named(self, call: Call) -> Template | None:
        """The one whose id the call names, if the account owns it."""
        found = self._cloud.templates.get(call.object)
        return found if found is not None and found.waba_id == call.number.waba_id else None

    async def edit(self, call: Call) -> Any:
        """Change one, which is judged again."""
        template = self.named(call)
        if template is None:
            return no_such(call.method, call.object)
        body = await json_of(call.request)
        if isinstance(body, Problem):
            return body
        behaviour = self._cloud.behaviour
        delay = behaviour.approval_delay.draw(self._random)
        return self._cloud.templates.edit(template, without_nulls(body), behaviour, delay) or {
            "success": True
        }
