"""The text of a message as each recipient gets it: placeholders filled, characters by policy, parts counted
with the short links that its links go out as.

Rule: what is the same for many recipients is worked out once, and what a short request can make of itself by
its placeholders is bounded.
"""

from __future__ import annotations

from typing import NamedTuple

from viesti.domain.address import shown
from viesti.domain.estate import Service
from viesti.domain.linked_text import LinkedPlan, inspect_linked
from viesti.domain.placeholders import Template, parse
from viesti.domain.text import CharacterPolicy, ConcatMethod, inspect
from viesti.services.check_request import MAX_TEXT, Limits, objection
from viesti.services.requests import RecipientRequest, SubmitRequest

MAX_PLACES = 100  # placeholders in one text; each is filled for each recipient
MAX_NAMED = 10  # missing names in one warning


class OwnText(NamedTuple):
    """A recipient's text, None when it is the message's, and the placeholders he has no value for."""

    text: str | None
    missing: tuple[str, ...] = ()

    def warning(self, digits: str) -> str:
        """A sentence for the caller about what is missing."""
        named = ", ".join(f"$({name})" for name in self.missing[:MAX_NAMED])
        return f"{shown(digits)} has no value for {named}: left blank."


_SHARED = OwnText(None)


class MessageText:
    """The text of one message. `link_base`: what its short links begin with, '' when its links go out as they
    are. `fault`: why it can't be sent to anybody, or ''."""

    def __init__(
        self, request: SubmitRequest, service: Service | None, limits: Limits, link_base: str = ""
    ) -> None:
        policy = request.character_policy or (service.character_policy if service else None)
        self._policy = CharacterPolicy(policy) if policy else CharacterPolicy.NONE
        self._languages = service.shift_tables if service else ()
        self._limits = limits
        self._link_base = link_base
        self._plans: dict[tuple[str, ConcatMethod], LinkedPlan] = {}
        self._text = request.text
        self._template: Template | None = None  # when each recipient has a text of his own
        self._filled = 0  # characters in them
        self.fault = ""
        if request.placeholders:
            self._read(parse(request.text))

    def _read(self, template: Template) -> None:
        if template.plain is not None:
            self._text = template.plain
        elif template.places > MAX_PLACES:
            self.fault = f"It has {template.places} placeholders; {MAX_PLACES} is the limit."
        else:
            self._template = template

    @property
    def stored(self) -> str:
        """What is kept as the message's text: as it is sent, or with its placeholders when it has any."""
        return self._text if self._template else self._plan(self._text, ConcatMethod.UDH8).plan.text

    @property
    def linked(self) -> bool:
        """Whether any text planned so far has links that go out as short ones."""
        return bool(self._link_base) and any(planned.links for planned in self._plans.values())

    def of(self, wanted: RecipientRequest) -> OwnText | str:
        """A recipient's text, or a sentence that says what is wrong with it."""
        if wanted.text:
            return _SHARED if wanted.text == self._text and not self._template else OwnText(wanted.text)
        return self._rendered(wanted, self._template) if self._template else _SHARED

    def _rendered(self, wanted: RecipientRequest, template: Template) -> OwnText | str:
        text, missing = template.render(wanted.values or {}, MAX_TEXT)
        if text is None:
            return f"Its text is longer than {MAX_TEXT} characters with its values."
        if not text:  # the message's would be the text with its placeholders
            return "Its text is empty with its values."
        self._filled += len(text)
        if self._filled > self._limits.max_filled:
            return f"The texts of all up to here are longer than {self._limits.max_filled} characters."
        sentence = objection(text, MAX_TEXT)
        return f"Its text: {sentence}" if sentence else OwnText(text, missing)

    def plan(self, own: OwnText, method: ConcatMethod) -> LinkedPlan | str:
        """Encoding and parts on a channel of that method, or why it can't be sent so."""
        linked = self._plan(self._text if own.text is None else own.text, method)
        planned = linked.plan
        if planned.refused:
            listed = ", ".join(
                f"{character!r} (U+{ord(character[0]):04X})" for character in planned.refused[:5]
            )
            return f"Only GSM characters are allowed; these are not: {listed}."
        if planned.parts > self._limits.max_parts:
            return f"The text would be {planned.parts} parts; {self._limits.max_parts} is the limit."
        return linked

    def _plan(self, text: str, method: ConcatMethod) -> LinkedPlan:
        found = self._plans.get((text, method))
        if found is None:
            if self._link_base:
                found = inspect_linked(text, self._link_base, self._policy, self._languages, method)
            else:
                found = LinkedPlan(inspect(text, self._policy, self._languages, method), 0)
            self._plans[text, method] = found
        return found
