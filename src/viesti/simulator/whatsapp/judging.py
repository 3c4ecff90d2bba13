"""Templates after they were made: judged, moved, paused - and told so.

Rule: every change of a template is told by the webhook that Meta has for it, in the order it happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from viesti.simulator.whatsapp import payloads
from viesti.simulator.whatsapp.behaviour import TEMPLATE_MAGIC, CloudBehaviour, TemplateMagic
from viesti.simulator.whatsapp.payloads import Change
from viesti.simulator.whatsapp.problem import Problem
from viesti.simulator.whatsapp.template_rules import problem_of, problem_of_components
from viesti.simulator.whatsapp.templates import Template

EDITED_AGAIN = 24 * 3600.0  # an approved one, at most so often
DELETED_NAME = 30 * 24 * 3600.0  # how long a deleted name can't be used again
_APPROVED = TemplateMagic("", "approved", "APPROVED")
_ADVICE = {
    "INVALID_FORMAT": "Check the variables and their examples.",
    "PROMOTIONAL": "Choose the category MARKETING, or leave the offer out.",
}


class Templates:
    """The templates of all accounts."""

    def __init__(
        self,
        next_id: Callable[[], str],
        now: Callable[[], float],
        later: Callable[[float, Callable[[], None]], None],
        tell: Callable[[Change], None],
    ) -> None:
        self._next_id, self._now, self._later, self._tell = next_id, now, later, tell
        self._all: dict[str, Template] = {}
        self._deleted: dict[tuple[str, str, str], float] = {}

    def create(self, waba_id: str, body: dict[str, Any], behaviour: CloudBehaviour, delay: float) -> Any:
        """Make one of the body of a request, to be judged after `delay`; gives it, or a Problem."""
        problem = problem_of(body)
        if problem is not None:
            return problem
        key = (waba_id, body["name"], body["language"])
        if self.find(*key) is not None:
            title = "Content in This Language Already Exists"
            return Problem(
                100, title, 2388024, (title, f"There is a {key[2]} template named {key[1]} already.")
            )
        if self._deleted.get(key, float("-inf")) + DELETED_NAME > self._now():
            title = "Message Template Language Is Being Deleted"
            return Problem(
                100, title, 2388023, (title, f"{key[1]} was deleted; its name is blocked for 30 days.")
            )
        template = Template(
            self._next_id(), waba_id, body["name"], body["language"], body["category"], body["components"],
            str(body.get("parameter_format") or "POSITIONAL").upper(),
        )  # fmt: skip
        self._all[template.id] = template
        self._judge_later(template, behaviour, delay)
        return template

    def edit(self, template: Template, body: dict[str, Any], behaviour: CloudBehaviour, delay: float) -> Any:
        """Change components or category; gives None, or a Problem."""
        if template.status not in ("APPROVED", "REJECTED", "PAUSED"):
            return Problem(100, f"A template that is {template.status} can't be edited.", 2388025)
        if template.status == "APPROVED" and self._now() < template.edited_at + EDITED_AGAIN:
            return Problem(100, "An approved template can be edited once in 24 hours.", 2388026)
        category = str(body.get("category") or template.category)
        components = body.get("components") or template.components
        problem = problem_of_components(components, category, template.parameter_format)
        if problem is not None:
            return problem
        template.components, template.category = components, category
        template.status, template.edited_at = "PENDING", self._now()
        self._judge_later(template, behaviour, delay)
        return None

    def delete(self, waba_id: str, name: str, identifier: str = "") -> Problem | None:
        """Delete every language of a name, or the one of an id."""
        found = [
            one for one in self._all.values()
            if one.waba_id == waba_id and one.name == name and identifier in ("", one.id)
        ]  # fmt: skip
        if not found:
            return Problem(100, f"There is no template named {name}.", 2593002)
        for one in found:
            del self._all[one.id]
            self._deleted[waba_id, one.name, one.language] = self._now()
        return None

    def add(self, template: Template) -> Template:
        """Put in one that is there from the start, whatever its status."""
        self._all[template.id] = template
        return template

    def find(self, waba_id: str, name: str, language: str) -> Template | None:
        """The template of a name in a language."""
        for one in self._all.values():
            if (one.waba_id, one.name, one.language) == (waba_id, name, language):
                return one
        return None

    def get(self, identifier: str) -> Template | None:
        """The template of an id."""
        return self._all.get(identifier)

    def of(self, waba_id: str) -> list[Template]:
        """All of an account, the newest first."""
        return [one for one in reversed(self._all.values()) if one.waba_id == waba_id]

    def usable(self, waba_id: str, name: str, language: str) -> Template | Problem:
        """One that may be sent, or why not."""
        template = self.find(waba_id, name, language)
        if template is None:
            return Problem(132001, f"template name ({name}) does not exist in {language}")
        if template.status in ("PAUSED", "DISABLED"):
            return Problem(
                132015 if template.status == "PAUSED" else 132016, f"template ({name}) is not active"
            )
        if template.status not in ("APPROVED", "FLAGGED"):
            return Problem(132001, f"template name ({name}) is not approved in {language}")
        return template

    def set_status(self, template: Template, status: str, reason: str = "NONE") -> None:
        """Change the status, and tell it."""
        template.status, template.reason = status, reason
        told: dict[str, Any] = {
            "event": status, "reason": reason, "message_template_category": template.category,
        }  # fmt: skip
        if status == "REJECTED":
            told["rejection_info"] = {"reason": reason, "recommendation": _ADVICE.get(reason, "")}
        self._changed(template, "message_template_status_update", told)

    def set_category(self, template: Template, category: str) -> None:
        """Give another category, and tell it."""
        before, template.category = template.category, category
        told = {"previous_category": before, "new_category": category}
        self._changed(template, "template_category_update", told)

    def set_quality(self, template: Template, quality: str) -> None:
        """Give a quality (GREEN, YELLOW, RED), and tell it."""
        before, template.quality = template.quality, quality
        template.judged_at = int(self._now())
        told = {"previous_quality_score": before, "new_quality_score": quality}
        self._changed(template, "message_template_quality_update", told)

    def _judge_later(self, template: Template, behaviour: CloudBehaviour, delay: float) -> None:
        verdict = next((one for one in TEMPLATE_MAGIC if one.part in template.name), None) or _APPROVED
        if not behaviour.approve or not verdict.verdict:
            return

        def judge() -> None:
            if self._all.get(template.id) is not template or template.status != "PENDING":
                return
            self.set_status(template, verdict.verdict, verdict.reason)
            if verdict.category and verdict.category != template.category:
                self.set_category(template, verdict.category)

        self._later(delay, judge)

    def _changed(self, template: Template, field: str, told: dict[str, Any]) -> None:
        named = {"id": template.id, "name": template.name, "language": template.language}
        self._tell(payloads.template(template.waba_id, field, named, told))
