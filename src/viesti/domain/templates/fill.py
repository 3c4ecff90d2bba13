"""The values of a send put into a template: the components that are sent, and the same as plain text.

Rule: a send either fits the template or is refused with every place that does not; what can't be used but
harms nothing is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from viesti.domain.templates.render import render, with_end
from viesti.domain.templates.rules import BODY_LONGEST, HEADER_LONGEST, URL_LONGEST
from viesti.domain.templates.shape import Button, ButtonKind, Category, HeaderKind, Shape
from viesti.domain.templates.variables import fill as put
from viesti.domain.templates.variables import variables
from viesti.domain.whatsapp_attachment import file_name
from viesti.domain.whatsapp_content import (
    Component,
    CouponParameter,
    MediaParameter,
    Parameter,
    PayloadParameter,
    TextParameter,
)

BODY_ALONE_LONGEST = 32_768  # characters of a filled body that has nothing beside it
PAYLOAD_LONGEST = 256
CODE_LONGEST = 15
# What Meta refuses inside a value, of which a line is one.
_BROKEN_VALUE = re.compile(r"[\n\r\t]| {5,}")
_BUTTONS: Mapping[str, ButtonKind] = {
    "call": ButtonKind.PHONE_NUMBER,
    "quickreply": ButtonKind.QUICK_REPLY,
    "url": ButtonKind.URL,
    "copycode": ButtonKind.COPY_CODE,
}


class Values(NamedTuple):
    """What a send gives: texts for the variables of body and header in their order, for buttons
    `(kind, data)` with the kind as callers write it ('': the button at this place), and where the file of
    the header is."""

    body: Sequence[str] = ()
    header: Sequence[str] = ()
    buttons: Sequence[tuple[str, str]] = ()
    attachment: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why it does not fit: `body`, `header`, `buttons` or `attachment`, and which of a list (0-based)."""

    field: str
    sentence: str
    index: int | None = None


class Filled(NamedTuple):
    """What is sent, what a person would read, and what could not be used."""

    components: tuple[Component, ...]
    text: str
    warnings: tuple[str, ...] = ()


def fill(shape: Shape, category: str, values: Values) -> Filled | tuple[Problem, ...]:
    """Put these values into a template of this category."""
    filling = _Filling(shape, category, values)
    return tuple(filling.problems) or filling.done()


class _Filling:
    def __init__(self, shape: Shape, category: str, values: Values) -> None:
        self._shape = shape
        self._values = values
        self.problems: list[Problem] = []
        self._warnings: list[str] = []
        self._codes = category == Category.AUTHENTICATION
        body_names = variables(shape.body).names or (("1",) if self._codes else ())  # Meta writes that text
        self._body = self._named("body", body_names, values.body)
        self._header = self._of_header()
        self._given = self._of_buttons()
        self._measure()

    def done(self) -> Filled:
        """All of it together."""
        shape = self._shape
        links = [self._given.get(place) for place in range(len(shape.buttons))]
        text = render(shape, self._body, self._header, links, self._values.attachment)
        components = tuple(self._components())
        return Filled(components, text, tuple(self._warnings))

    def _named(self, field: str, names: Sequence[str], given: Sequence[str]) -> dict[str, str]:
        """The values by variable."""
        if len(names) != len(given):
            wanted = f"{len(names)} value{'' if len(names) == 1 else 's'}" if names else "no values"
            self._problem(field, f"The template takes {wanted} here, and {len(given)} came.")
        for index, value in enumerate(given[: len(names)]):
            if not value.strip():
                self._problem(field, "It must not be empty.", index)
            elif _BROKEN_VALUE.search(value):
                sentence = "It must not have a line break, a tab, or more than four spaces in a row."
                self._problem(field, sentence, index)
            elif self._codes and len(value) > CODE_LONGEST:
                self._problem(field, f"A code has up to {CODE_LONGEST} characters.", index)
        return dict(zip(names, given, strict=False))

    def _of_header(self) -> dict[str, str]:
        header, attachment = self._shape.header, self._values.attachment
        if header and header.kind.media:
            if not attachment:
                kind = header.kind.value.lower()
                self._problem(
                    "attachment", f"The template has {_a(kind)} in its header, which must be given."
                )
        elif attachment:
            self._problem("attachment", "The template has no place for an attachment.")
        if header and header.kind in (HeaderKind.LOCATION, HeaderKind.OTHER):
            self._problem("header", f"A template with a {header.kind.value} header can't be sent from here.")
        text = header.text if header and header.kind is HeaderKind.TEXT else ""
        return self._named("header", variables(text).names, self._values.header)

    def _of_buttons(self) -> dict[int, str]:
        """What was given for the buttons that take something, by place."""
        found: dict[int, str] = {}
        used: set[int] = set()
        for index, (written, data) in enumerate(self._values.buttons):
            place = self._place(index, written, used)
            if place is None:
                continue
            used.add(place)
            button = self._shape.buttons[place]
            if not _takes(button):
                if data and button.kind is not ButtonKind.OTP and data not in (button.label, button.data):
                    self._warnings.append(f"The button '{button.label}' is always the same: not changed.")
            elif data:
                found[place] = self._data(index, button, data)
        for place, button in enumerate(self._shape.buttons):
            if place not in found and _takes(button) and button.kind is not ButtonKind.QUICK_REPLY:
                self._problem("buttons", f"The button '{button.label or 'copy code'}' needs its value.")
        return found

    def _place(self, index: int, written: str, used: set[int]) -> int | None:
        """The button of the template that the given one is."""
        buttons = self._shape.buttons
        kind = _BUTTONS.get(written.replace("_", "").lower()) if written else None
        if written and kind is None:
            self._problem("buttons", "Its type must be Call, QuickReply or Url.", index)
            return None
        if kind is None:
            if index < len(buttons) and index not in used:
                return index
        else:
            for place, button in enumerate(buttons):
                if button.kind is kind and place not in used:
                    return place
        self._problem("buttons", f"The template has no further {written or 'button'} here.", index)
        return None

    def _data(self, index: int, button: Button, data: str) -> str:
        """What is sent for a button: of a URL its end, also when the whole URL was given."""
        if button.kind is ButtonKind.URL:
            data = data.removeprefix(button.data.partition("{{")[0]) or data
            if len(with_end(button.data, data)) > URL_LONGEST:
                self._problem("buttons", f"The URL would be longer than {URL_LONGEST} characters.", index)
            if re.search(r"\s", data):
                self._problem("buttons", "It must not have white space.", index)
        longest = {ButtonKind.QUICK_REPLY: PAYLOAD_LONGEST, ButtonKind.COPY_CODE: CODE_LONGEST}
        most = longest.get(button.kind, URL_LONGEST)
        if len(data) > most:
            self._problem("buttons", f"It is longer than {most} characters.", index)
        return data

    def _measure(self) -> None:
        """What is too long when it is filled."""
        shape = self._shape
        alone = not (shape.header or shape.footer or shape.buttons)
        most = BODY_ALONE_LONGEST if alone else BODY_LONGEST
        if len(put(shape.body, self._body)) > most:
            self._problem("body", f"The text would be longer than {most} characters.")
        if shape.header and len(put(shape.header.text, self._header)) > HEADER_LONGEST:
            self._problem("header", f"The header would be longer than {HEADER_LONGEST} characters.")

    def _components(self) -> Iterator[Component]:
        header = self._shape.header
        if header and header.kind.media:
            link = self._values.attachment
            name = file_name(link) if header.kind is HeaderKind.DOCUMENT else ""
            file = MediaParameter(_MEDIA[header.kind], link=link, filename=name)
            yield Component("header", (file,))
        elif self._header:
            yield Component("header", _texts(self._header))
        if self._body:
            yield Component("body", _texts(self._body))
        for place, button in enumerate(self._shape.buttons):
            if button.kind is ButtonKind.OTP:  # the code is in the text and in the button
                code = TextParameter(next(iter(self._body.values()), ""))
                yield Component("button", (code,), "url", place)
            elif place in self._given:
                yield _button(button, place, self._given[place])

    def _problem(self, field: str, sentence: str, index: int | None = None) -> None:
        self.problems.append(Problem(field, sentence, index))


_MEDIA: Mapping[HeaderKind, Literal["image", "video", "document"]] = {
    HeaderKind.IMAGE: "image",
    HeaderKind.VIDEO: "video",
    HeaderKind.DOCUMENT: "document",
}


def _takes(button: Button) -> bool:
    """Whether something can be given for it."""
    if button.kind is ButtonKind.URL:
        return bool(variables(button.data).names)
    return button.kind in (ButtonKind.QUICK_REPLY, ButtonKind.COPY_CODE)


def _texts(values: Mapping[str, str]) -> tuple[Parameter, ...]:
    return tuple(TextParameter(text, "" if name.isdecimal() else name) for name, text in values.items())


def _button(button: Button, place: int, data: str) -> Component:
    match button.kind:
        case ButtonKind.URL:
            return Component("button", (TextParameter(data),), "url", place)
        case ButtonKind.COPY_CODE:
            return Component("button", (CouponParameter(data),), "copy_code", place)
        case _:
            return Component("button", (PayloadParameter(data),), "quick_reply", place)


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
