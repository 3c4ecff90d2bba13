"""The kinds of change between two definitions, and which of them break flows.

A flow that exists has an operation by its id, gives parameters and members by their names, and reads what is
answered and sent by theirs. Rule: what takes one of these away, or asks for more, is breaking; what only
comes along is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """`added`: something comes along, and nothing that was there is touched."""

    id: str
    sentence: str
    breaking: bool = True
    added: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a kind at a place, such as `SendMessage, header Customer-Id`; how it was, and is now."""

    kind: Kind
    place: str
    was: str = ""
    now: str = ""

    @property
    def line(self) -> str:
        told = f" ({self.was or 'nothing'} became {self.now or 'nothing'})" if self.was or self.now else ""
        level = "breaking" if self.kind.breaking else "allowed"
        return f"{self.place}: {level} {self.kind.id}: {self.kind.sentence}{told}"


def _allowed(identifier: str, sentence: str) -> Kind:
    return Kind(identifier, sentence, breaking=False)


def _added(identifier: str, sentence: str) -> Kind:
    return Kind(identifier, sentence, breaking=False, added=True)


KINDS: Mapping[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind("base-path-changed", "All paths begin differently"),
        # operations
        Kind("operation-removed", "The operation is gone"),
        Kind("hidden-delete-removed", "What removes the subscriptions of flows is gone"),
        Kind("operation-renamed", "The operation has another id"),
        Kind("operation-casing", "The id has another letter case"),
        Kind("method-changed", "It is called with another method"),
        Kind("path-changed", "It is called at another path"),
        Kind("path-casing", "The path has another letter case"),
        Kind("trigger-changed", "It is a trigger of another kind"),
        _added("operation-added", "The operation is new"),
        _allowed("deprecation-changed", "The operation is deprecated, or no longer so"),
        # parameters and bodies
        Kind("parameter-removed", "The parameter is gone"),
        Kind("parameter-moved", "The parameter has another place"),
        Kind("parameter-casing", "The parameter has another letter case"),
        Kind("parameter-added-required", "A new parameter is required"),
        _added("parameter-added", "The parameter is new, and may be left out"),
        Kind("body-removed", "There is no body any more"),
        Kind("body-renamed", "The body has another name"),
        Kind("body-added-required", "There is a body now, with members that are required"),
        _added("body-added", "There is a body now, which may be empty"),
        # members
        Kind("member-removed", "The member is gone"),
        Kind("member-casing", "The member has another letter case"),
        Kind("member-added-required", "A new member is required"),
        _added("member-added", "The member is new"),
        # answers and notifications
        Kind("status-removed", "The answer is gone"),
        _added("status-added", "The answer is new"),
        Kind("answer-body-removed", "The answer has no body any more"),
        _added("answer-body-added", "The answer has a body now"),
        Kind("notification-removed", "Nothing tells any more what a flow is sent"),
        _added("notification-added", "It is told now what a flow is sent"),
        _allowed("refusal-removed", "The refusal is no longer documented"),
        _added("refusal-added", "The refusal is documented now"),
        # values
        Kind("type-changed", "It has another type"),
        Kind("format-changed", "It has another format"),
        Kind("required-now", "It was optional and is required"),
        _allowed("optional-now", "It was required and is optional"),
        Kind("choice-removed", "A choice is gone"),
        Kind("choice-casing", "A choice has another letter case"),
        Kind("choices-limited", "It had any value, and has choices now"),
        _added("choice-added", "A choice is new"),
        _allowed("choices-opened", "It had choices, and has any value now"),
        Kind("length-limited", "It may be less long"),
        _allowed("length-relaxed", "It may be longer"),
        Kind("default-changed", "It is filled in with something else"),
        Kind("encoding-changed", "It is encoded differently in the path"),
        Kind("hidden-now", "Who builds a flow can't give it any more"),
        _allowed("visibility-changed", "It is shown elsewhere"),
        Kind("address-moved", "The address of a flow goes into another value"),
        Kind(
            "lookup-changed",
            "It is looked up with another operation, or is another member of what that lists",
        ),
        Kind("lookup-operation-gone", "It is looked up with an operation that is not there"),
        _allowed("lookup-removed", "It is no longer looked up"),
        _added("lookup-added", "It is looked up now"),
        _allowed("lookup-told-differently", "Its look-up shows other titles or is given something else"),
    )
}
