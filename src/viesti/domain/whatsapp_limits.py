"""What Meta allows in a message, checked before anything is accepted.

Rule: the numbers are the table `LENGTHS` and the names below it; a reason is for who wrote the message, and
never quotes it. Whether a template exists and has these places is not asked here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from viesti.domain.whatsapp_content import (
    Buttons,
    Component,
    Content,
    CouponParameter,
    List,
    Media,
    MediaParameter,
    Parameter,
    PayloadParameter,
    Reaction,
    Template,
    Text,
    TextParameter,
)


class Problem(NamedTuple):
    """The member that Meta would refuse, as a path, and why."""

    field: str
    reason: str


# Fewest and most characters. Keys are paths without positions.
LENGTHS: Final[dict[str, tuple[int, int]]] = {
    "reply_to": (0, 512),
    "text.body": (1, 4096),
    "media.caption": (0, 1024),
    "media.filename": (0, 240),
    "media.link": (0, 2048),
    "buttons.body": (1, 1024),
    "buttons.header": (0, 60),
    "buttons.footer": (0, 60),
    "buttons.buttons.id": (1, 256),
    "buttons.buttons.title": (1, 20),
    "list.body": (1, 4096),
    "list.header": (0, 60),
    "list.footer": (0, 60),
    "list.button": (1, 20),
    "list.sections.title": (0, 24),
    "list.sections.rows.id": (1, 200),
    "list.sections.rows.title": (1, 24),
    "list.sections.rows.description": (0, 72),
    "reaction.wamid": (1, 512),
    "reaction.emoji": (0, 32),
    "template.name": (1, 512),
    "template.components.header.text": (1, 60),
    "template.components.body.text": (1, 1024),
    "template.components.url.text": (1, 2000),
    "template.components.quick_reply.payload": (1, 256),
    "template.components.copy_code.code": (1, 15),
}
MOST_BUTTONS: Final = 3
MOST_SECTIONS: Final = 10
MOST_ROWS: Final = 10  # of all sections together
MOST_TEMPLATE_BUTTONS: Final = 10
CAPTIONED: Final = frozenset({"image", "video", "document"})

_NAME: Final = re.compile(r"[a-z0-9_]+")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
_BROKEN: Final = re.compile(r"[\n\r\t]| {5}")
_WEB: Final = re.compile(r"https?://[^\s]+", re.IGNORECASE)

# Which parameters a component takes: of a header, of the body, or of a kind of button.
_TAKES: Final[dict[str, tuple[type[Parameter], ...]]] = {
    "header": (TextParameter, MediaParameter),
    "body": (TextParameter,),
    "url": (TextParameter,),
    "quick_reply": (PayloadParameter,),
    "copy_code": (CouponParameter,),
}


def problems(content: Content) -> tuple[Problem, ...]:
    """All that Meta would refuse in this content; () when it may be sent."""
    return (*_length("reply_to", "reply_to", content.reply_to), *_of(content))


def _of(content: Content) -> Iterator[Problem]:
    match content:
        case Text():
            yield from _length("text.body", "body", content.body)
        case Template():
            yield from _template(content)
        case Media():
            yield from _media(content)
        case Buttons():
            yield from _buttons(content)
        case List():
            yield from _list(content)
        case Reaction():
            yield from _length("reaction.wamid", "wamid", content.wamid)
            yield from _length("reaction.emoji", "emoji", content.emoji)


def _length(key: str, field: str, text: str) -> Iterator[Problem]:
    fewest, most = LENGTHS[key]
    if len(text) > most:
        yield Problem(field, f"has {len(text)} characters, and Meta allows {most}")
    elif len(text.strip()) < fewest:
        yield Problem(field, "must not be empty")


def _count(field: str, count: int, most: int, fewest: int = 1) -> Iterator[Problem]:
    if not fewest <= count <= most:
        yield Problem(field, f"has {count} of them, and Meta allows {fewest} to {most}")


def _once(field: str, member: str, values: Iterable[str]) -> Iterator[Problem]:
    if any(times > 1 for times in Counter(values).values()):
        yield Problem(field, f"two have the same {member}")


def _source(field: str, link: str, media_id: str) -> Iterator[Problem]:
    if bool(link) == bool(media_id):
        yield Problem(field, "needs a link or a media id, one of them")
    elif link and not _WEB.fullmatch(link):
        yield Problem(f"{field}.link" if field else "link", "must be a URL of the web")
    yield from _length("media.link", f"{field}.link" if field else "link", link)


def _media(content: Media) -> Iterator[Problem]:
    yield from _source("media", content.link, content.media_id)
    yield from _length("media.caption", "caption", content.caption)
    yield from _length("media.filename", "filename", content.filename)
    if content.caption and content.kind not in CAPTIONED:
        yield Problem("caption", f"is not allowed with {content.kind}")
    if content.filename and content.kind != "document":
        yield Problem("filename", "is for documents alone")


def _buttons(content: Buttons) -> Iterator[Problem]:
    for member in ("body", "header", "footer"):
        yield from _length(f"buttons.{member}", member, getattr(content, member))
    yield from _count("buttons", len(content.buttons), MOST_BUTTONS)
    for at, button in enumerate(content.buttons):
        yield from _length("buttons.buttons.id", f"buttons[{at}].id", button.id)
        yield from _length("buttons.buttons.title", f"buttons[{at}].title", button.title)
    yield from _once("buttons", "id", (button.id for button in content.buttons))
    yield from _once("buttons", "title", (button.title for button in content.buttons))


def _list(content: List) -> Iterator[Problem]:
    for member in ("body", "header", "footer", "button"):
        yield from _length(f"list.{member}", member, getattr(content, member))
    yield from _count("sections", len(content.sections), MOST_SECTIONS)
    for at, section in enumerate(content.sections):
        here = f"sections[{at}]"
        yield from _length("list.sections.title", f"{here}.title", section.title)
        if not section.title and len(content.sections) > 1:
            yield Problem(f"{here}.title", "is needed where there is more than one section")
        if not section.rows:
            yield Problem(f"{here}.rows", "must not be empty")
        for place, row in enumerate(section.rows):
            for member in ("id", "title", "description"):
                path = f"{here}.rows[{place}].{member}"
                yield from _length(f"list.sections.rows.{member}", path, getattr(row, member))
    rows = [row.id for section in content.sections for row in section.rows]
    yield from _count("sections.rows", len(rows), MOST_ROWS)
    yield from _once("sections.rows", "id", rows)


def _template(content: Template) -> Iterator[Problem]:
    yield from _length("template.name", "name", content.name)
    if content.name and not _NAME.fullmatch(content.name):
        yield Problem("name", "has other characters than a-z, 0-9 and _")
    if not _LANGUAGE.fullmatch(content.language):
        yield Problem("language", "must be a code such as fi or en_US")
    for kind in ("header", "body"):
        if sum(component.type == kind for component in content.components) > 1:
            yield Problem("components", f"has more than one {kind}")
    places = [component.index for component in content.components if component.type == "button"]
    yield from _count("components", len(places), MOST_TEMPLATE_BUTTONS, 0)
    yield from _once("components", "index", map(str, places))
    for at, component in enumerate(content.components):
        yield from _component(f"components[{at}]", component)


def _component(here: str, component: Component) -> Iterator[Problem]:
    kind = component.sub_type if component.type == "button" else component.type
    if component.type != "button" and component.sub_type:
        yield Problem(f"{here}.sub_type", "is for buttons alone")
    if kind not in _TAKES:
        yield Problem(f"{here}.sub_type", "must say what kind of button it is")
        return
    if not 0 <= component.index < MOST_TEMPLATE_BUTTONS:
        yield Problem(f"{here}.index", f"must be from 0 to {MOST_TEMPLATE_BUTTONS - 1}")
    if kind != "body":
        yield from _count(f"{here}.parameters", len(component.parameters), 1, 0 if kind == "header" else 1)
    for at, parameter in enumerate(component.parameters):
        path = f"{here}.parameters[{at}]"
        if isinstance(parameter, _TAKES[kind]):
            yield from _parameter(path, kind, parameter)
        else:
            yield Problem(path, f"is of a kind that a {kind.replace('_', ' ')} does not take")


def _parameter(path: str, kind: str, parameter: Parameter) -> Iterator[Problem]:
    match parameter:
        case TextParameter():
            yield from _length(f"template.components.{kind}.text", f"{path}.text", parameter.text)
            if _BROKEN.search(parameter.text):
                reason = "must not have line breaks, tabs, or more than four spaces in a row"
                yield Problem(f"{path}.text", reason)
        case PayloadParameter():
            yield from _length(
                "template.components.quick_reply.payload", f"{path}.payload", parameter.payload
            )
        case CouponParameter():
            yield from _length("template.components.copy_code.code", f"{path}.code", parameter.code)
        case MediaParameter():
            yield from _source(path, parameter.link, parameter.media_id)
            yield from _length("media.filename", f"{path}.filename", parameter.filename)
            if parameter.filename and parameter.kind != "document":
                yield Problem(f"{path}.filename", "is for documents alone")
