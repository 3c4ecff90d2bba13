"""The body of a send, read and held against what Meta takes.

Rule: only the body is judged here. Whether the template, the file, the window and the person let it through
is asked later, of those who know. A check yields what is wrong, worst first; the first counts, and what
comes after it is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from viesti.simulator.whatsapp.people import USER_ID
from viesti.simulator.whatsapp.problem import Problem, invalid, missing
from viesti.simulator.whatsapp.shapes import SendBody, problem_of_types

TEXT_LENGTH, INTERACTIVE_LENGTH, CAPTION_LENGTH = 4096, 1024, 1024
LABEL_LENGTH, LIST_BUTTON_LENGTH, ID_LENGTH, FOOTER_LENGTH = 20, 20, 256, 60
ROWS, ROW_TITLE_LENGTH, ROW_ID_LENGTH, ROW_TEXT_LENGTH, SECTION_TITLE_LENGTH = 10, 24, 200, 72, 24
CALLBACK_DATA_LENGTH = 512
MEDIA = ("image", "video", "audio", "document", "sticker")
_SEPARATORS = re.compile(r"[\s().+-]")
Checks = Iterator[Problem]


@dataclass(frozen=True, slots=True)
class Send:
    """A body that can be sent. One of `digits` and `user_id` is not ''."""

    given: str  # the address as written
    digits: str
    user_id: str
    kind: str
    payload: Any  # a list for contacts, else an object
    reply_to: str = ""
    callback_data: str = ""


@dataclass(frozen=True, slots=True)
class MarkRead:
    """A body that says a message was read."""

    message_id: str


def read(body: dict[str, Any]) -> Send | MarkRead | Problem:
    """What the body of POST /{phone-number-id}/messages asks."""
    wrong = problem_of_types(body, SendBody)
    if wrong is not None:
        return wrong
    if body.get("messaging_product") != "whatsapp":
        return Problem(100, "Param messaging_product must be one of {WHATSAPP}.")
    if body.get("status") == "read":
        identifier = body.get("message_id")
        return MarkRead(identifier) if identifier else missing("message_id")
    problem = next(_whole(body), None)
    if problem is not None:
        return problem
    kind = body.get("type") or "text"
    to = body.get("to") or ""
    recipient = "" if to else body["recipient"]  # a phone number comes before an id
    reply_to = str((body.get("context") or {}).get("message_id") or "")
    data = body.get("biz_opaque_callback_data") or ""
    return Send(to or recipient, _digits(to), recipient, kind, body[kind], reply_to, data)


def _whole(body: dict[str, Any]) -> Checks:
    if (body.get("recipient_type") or "individual") != "individual":
        yield Problem(100, "Param recipient_type must be one of {INDIVIDUAL}.")
    to, recipient = body.get("to"), body.get("recipient")
    if not to and not recipient:
        yield Problem(100, "The parameter to or recipient is required.")
    if to and not re.fullmatch(r"[0-9]{5,15}", _digits(to)):
        yield invalid("Param to must be a phone number with its country code.")
    if not to and not USER_ID.fullmatch(recipient or ""):
        yield invalid("Param recipient must be a business-scoped user id.")
    kind = body.get("type") or "text"
    if kind not in _KINDS:
        yield Problem(100, f"Param type must be one of {{{', '.join(sorted(_KINDS)).upper()}}}.")
    if body.get(kind) is None:
        yield missing(kind)
    yield from _KINDS[kind](kind, body[kind])
    if len(body.get("biz_opaque_callback_data") or "") > CALLBACK_DATA_LENGTH:
        yield invalid(f"biz_opaque_callback_data must be up to {CALLBACK_DATA_LENGTH} characters.")


def _digits(to: str) -> str:
    return _SEPARATORS.sub("", to)


def _text(_: str, payload: dict[str, Any]) -> Checks:
    yield from _length("text.body", payload.get("body"), TEXT_LENGTH)


def _media(kind: str, payload: dict[str, Any]) -> Checks:
    identifier, link = payload.get("id"), payload.get("link")
    if bool(identifier) == bool(link):
        yield Problem(100, f"Exactly one of {kind}.id and {kind}.link is required.")
    if link and not re.match(r"https?://", str(link)):
        yield invalid(f"{kind}.link must be an http or https URL.")
    if payload.get("caption") is not None:
        if kind in ("audio", "sticker"):
            yield Problem(100, f"Unexpected key 'caption' on param '{kind}'.")
        yield from _length(f"{kind}.caption", payload["caption"], CAPTION_LENGTH)


def _template(_: str, payload: dict[str, Any]) -> Checks:
    if not payload.get("name"):
        yield missing("template.name")
    if not (payload.get("language") or {}).get("code"):
        yield missing("template.language.code")


def _interactive(_: str, payload: dict[str, Any]) -> Checks:
    kind = payload.get("type")
    if kind not in _ACTIONS:
        yield Problem(100, f"Param interactive.type must be one of {{{', '.join(_ACTIONS).upper()}}}.")
    most = TEXT_LENGTH if kind == "list" else INTERACTIVE_LENGTH
    yield from _length("interactive.body.text", (payload.get("body") or {}).get("text"), most)
    if payload.get("footer"):
        yield from _length("interactive.footer.text", payload["footer"].get("text"), FOOTER_LENGTH)
    if payload.get("action") is None:
        yield missing("interactive.action")
    yield from _ACTIONS[str(kind)](payload["action"])


def _reply_buttons(action: dict[str, Any]) -> Checks:
    buttons = action.get("buttons") or []
    if not 1 <= len(buttons) <= 3:
        yield invalid("interactive.action.buttons must hold 1 to 3 buttons.")
    if not all(one.get("type") == "reply" for one in buttons):
        yield invalid("Each of interactive.action.buttons must be of type 'reply'.")
    replies = [one.get("reply") or {} for one in buttons]
    for reply in replies:
        yield from _length("button.reply.title", reply.get("title"), LABEL_LENGTH)
        yield from _length("button.reply.id", reply.get("id"), ID_LENGTH)
    yield from _unlike("buttons", replies, ("id", "title"))


def _list(action: dict[str, Any]) -> Checks:
    yield from _length("interactive.action.button", action.get("button"), LIST_BUTTON_LENGTH)
    sections = action.get("sections") or []
    if not 1 <= len(sections) <= ROWS:
        yield invalid(f"interactive.action.sections must hold 1 to {ROWS} sections.")
    rows = [row for section in sections for row in section.get("rows") or ()]
    if not 1 <= len(rows) <= ROWS:
        yield invalid(f"A list has 1 to {ROWS} rows in all, not {len(rows)}.")
    if len(sections) > 1 and not all(section.get("title") for section in sections):
        yield invalid("With more than one section each needs a title.")
    if any(len(section.get("title") or "") > SECTION_TITLE_LENGTH for section in sections):
        yield invalid(f"A section's title has {SECTION_TITLE_LENGTH} characters at most.")
    for row in rows:
        yield from _length("row.id", row.get("id"), ROW_ID_LENGTH)
        yield from _length("row.title", row.get("title"), ROW_TITLE_LENGTH)
        if len(row.get("description") or "") > ROW_TEXT_LENGTH:
            yield invalid(f"A row's description has {ROW_TEXT_LENGTH} characters at most.")
    yield from _unlike("rows", rows, ("id",))


def _link_button(action: dict[str, Any]) -> Checks:
    parameters = action.get("parameters") or {}
    yield from _length("action.parameters.display_text", parameters.get("display_text"), LABEL_LENGTH)
    if not parameters.get("url"):
        yield missing("action.parameters.url")


def _anything(_: Any) -> Checks:
    return iter(())


def _reaction(_: str, payload: dict[str, Any]) -> Checks:
    if not payload.get("message_id"):
        yield missing("reaction.message_id")
    if payload.get("emoji") is None:
        yield missing("reaction.emoji")


def _location(_: str, payload: dict[str, Any]) -> Checks:
    for name in ("latitude", "longitude"):
        if payload.get(name) is None:
            yield missing(f"location.{name}")


def _contacts(_: str, payload: list[dict[str, Any]]) -> Checks:
    if not payload or not all((one.get("name") or {}).get("formatted_name") for one in payload):
        yield missing("contacts.name.formatted_name")


def _length(name: str, text: Any, most: int) -> Checks:
    if not isinstance(text, str) or not text:
        yield missing(name)
    elif len(text) > most:
        yield invalid(f"{name} has {len(text)} characters; {most} is the most.")


def _unlike(what: str, items: list[dict[str, Any]], names: tuple[str, ...]) -> Checks:
    for name in names:
        if len({item.get(name) for item in items}) != len(items):
            yield invalid(f"The {what} must have different values of '{name}'.")


_KINDS: dict[str, Callable[[str, Any], Checks]] = {
    "text": _text,
    "template": _template,
    "interactive": _interactive,
    "reaction": _reaction,
    "location": _location,
    "contacts": _contacts,
    **dict.fromkeys(MEDIA, _media),
}
_ACTIONS: dict[str, Callable[[dict[str, Any]], Checks]] = {
    "button": _reply_buttons,
    "list": _list,
    "cta_url": _link_button,
    "location_request_message": _anything,
}
