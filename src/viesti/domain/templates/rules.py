"""What Meta asks of a template, checked before it is submitted: a review takes hours, this takes none.

Rule: only what Meta surely refuses is refused here, each with the rule's name and a sentence; the rest is for
Meta to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from viesti.domain.templates import variables as v
from viesti.domain.templates.shape import Button, ButtonKind, Header, HeaderKind, Shape

NAME_LONGEST, BODY_LONGEST, HEADER_LONGEST, FOOTER_LONGEST = 512, 1024, 60, 60
LABEL_LONGEST, URL_LONGEST, PHONE_LONGEST, CODE_LONGEST = 25, 2000, 20, 15
BUTTONS_MOST = 10
# How many buttons of a kind there may be.
MOST_OF: Mapping[ButtonKind, int] = {
    ButtonKind.QUICK_REPLY: 10,
    ButtonKind.URL: 2,
    ButtonKind.PHONE_NUMBER: 1,
    ButtonKind.COPY_CODE: 1,
}
WORDS: Mapping[ButtonKind, str] = {
    ButtonKind.QUICK_REPLY: "quick reply",
    ButtonKind.URL: "URL",
    ButtonKind.PHONE_NUMBER: "call",
    ButtonKind.COPY_CODE: "copy code",
}
_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[_-]([A-Za-z]{2}))?")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]*")
_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)


class Rule(StrEnum):
    """The rules, by name."""

    NAME = "name"
    LANGUAGE = "language"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    BRACES = "braces"
    VARIABLE_NAME = "variable_name"
    VARIABLES_MIXED = "variables_mixed"
    VARIABLES_NOT_COUNTED = "variables_not_counted"
    VARIABLES_ADJACENT = "variables_adjacent"
    VARIABLE_AT_EDGE = "variable_at_edge"
    VARIABLE_NOT_ALLOWED = "variable_not_allowed"
    TOO_MANY_VARIABLES = "too_many_variables"
    EXAMPLE_MISSING = "example_missing"
    TOO_MANY_BUTTONS = "too_many_buttons"
    BUTTON_MIX = "button_mix"
    BUTTON_DATA = "button_data"
    AUTHENTICATION = "authentication"


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that is not kept: its name, the field, a sentence, and which of a list (0-based) it concerns."""

    rule: Rule
    field: str
    sentence: str
    index: int | None = None


def language_of(written: str) -> str | None:
    """A language as Meta writes it, such as `fi` or `en_US`; None when it is no code of one."""
    found = _LANGUAGE.fullmatch(written.strip())
    if not found:
        return None
    language, country = found.groups()
    return language.lower() + (f"_{country.upper()}" if country else "")


def check(name: str, shape: Shape) -> tuple[Broken, ...]:
    """The rules that a template of this name and shape breaks."""
    return tuple(_broken(name, shape))


def check_authentication(name: str, shape: Shape) -> tuple[Broken, ...]:
    """The rules that a template for codes breaks: its text is Meta's own, so how ours reads is no matter."""
    said = [*_of_name(name)]
    if len(v.variables(shape.body).names) != 1:
        sentence = "A template for codes has one variable, the code; Meta writes the text around it."
        said.append(Broken(Rule.AUTHENTICATION, "body", sentence))
    if shape.header or shape.footer:
        sentence = "A template for codes has no header and no footer of one's own."
        said.append(Broken(Rule.AUTHENTICATION, "header" if shape.header else "footer", sentence))
    if shape.buttons:
        sentence = "A template for codes has the button that copies the code and no other."
        said.append(Broken(Rule.AUTHENTICATION, "buttons", sentence))
    return tuple(said)


def _broken(name: str, shape: Shape) -> Iterator[Broken]:
    yield from _of_name(name)
    yield from _of_body(shape)
    if shape.header:
        yield from _of_header(shape.header)
    if shape.footer:
        yield from _of_footer(shape.footer)
    yield from _of_buttons(shape.buttons)


def _of_name(name: str) -> Iterator[Broken]:
    if not _NAME.fullmatch(name):
        yield Broken(Rule.NAME, "name", "It must have letters or digits from which a name can be made.")
    if len(name) > NAME_LONGEST:
        yield Broken(Rule.TOO_LONG, "name", f"The name is longer than {NAME_LONGEST} characters.")


def _of_body(shape: Shape) -> Iterator[Broken]:
    body = shape.body
    if not body.strip():
        yield Broken(Rule.EMPTY, "body", "It must have a text.")
        return
    yield from _of_length("body", body, BODY_LONGEST)
    yield from _of_variables("body", body)
    if v.adjacent(body):
        sentence = "Two variables stand side by side; there must be a word between them."
        yield Broken(Rule.VARIABLES_ADJACENT, "body", sentence)
    if v.at_an_edge(body):
        sentence = "It begins or ends with a variable; words must stand before and after it."
        yield Broken(Rule.VARIABLE_AT_EDGE, "body", sentence)
    wanted, given = len(v.variables(body).names), len(shape.examples)
    if wanted != given or not all(example.strip() for example in shape.examples):
        sentence = (
            f"It has {wanted} variable{'' if wanted == 1 else 's'} and {given} examples; each needs one."
        )
        yield Broken(Rule.EXAMPLE_MISSING, "examples", sentence)


def _of_header(header: Header) -> Iterator[Broken]:
    if header.kind.media:
        if not header.example:
            yield Broken(Rule.EXAMPLE_MISSING, "header", "A header with a file needs an example file.")
    elif header.kind is HeaderKind.TEXT:
        if not header.text.strip():
            yield Broken(Rule.EMPTY, "header", "It must have a text.")
        yield from _of_length("header", header.text, HEADER_LONGEST)
        yield from _of_variables("header", header.text)
        names = v.variables(header.text).names
        if len(names) > 1:
            yield Broken(Rule.TOO_MANY_VARIABLES, "header", "A header may have one variable.")
        elif names and not header.example.strip():
            yield Broken(Rule.EXAMPLE_MISSING, "header", "Its variable needs an example.")


def _of_footer(footer: str) -> Iterator[Broken]:
    yield from _of_length("footer", footer, FOOTER_LONGEST)
    if v.variables(footer).names:
        yield Broken(Rule.VARIABLE_NOT_ALLOWED, "footer", "A footer may have no variable.")


def _of_length(field: str, text: str, longest: int) -> Iterator[Broken]:
    if len(text) > longest:
        sentence = f"It is {len(text)} characters long; the most is {longest}."
        yield Broken(Rule.TOO_LONG, field, sentence)


def _of_variables(field: str, text: str) -> Iterator[Broken]:
    if v.unreadable(text):
        sentence = "It has braces that are no variable; one is written {{1}} or {{name}}."
        yield Broken(Rule.BRACES, field, sentence)
    for name in v.badly_named(text):
        sentence = (
            f"The variable {name} may have small letters, digits and _ alone, and begins with a letter."
        )
        yield Broken(Rule.VARIABLE_NAME, field, sentence)
    if v.mixed(text):
        sentence = "Variables are numbers or names, not both in one template."
        yield Broken(Rule.VARIABLES_MIXED, field, sentence)
    if not v.counted(text):
        sentence = "Variables must be numbered {{1}}, {{2}} and so on, without a gap."
        yield Broken(Rule.VARIABLES_NOT_COUNTED, field, sentence)


def _of_buttons(buttons: tuple[Button, ...]) -> Iterator[Broken]:
    if len(buttons) > BUTTONS_MOST:
        sentence = f"There are {len(buttons)} buttons; the most is {BUTTONS_MOST}."
        yield Broken(Rule.TOO_MANY_BUTTONS, "buttons", sentence)
    for kind, most in MOST_OF.items():
        count = sum(button.kind is kind for button in buttons)
        if count > most and len(buttons) <= BUTTONS_MOST:
            sentence = f"There are {count} {WORDS[kind]} buttons; the most is {most}."
            yield Broken(Rule.TOO_MANY_BUTTONS, "buttons", sentence)
    runs = [replies for replies, _ in groupby(button.kind is ButtonKind.QUICK_REPLY for button in buttons)]
    if len(runs) > 2:
        sentence = "Quick reply buttons must stand together, before or after all others."
        yield Broken(Rule.BUTTON_MIX, "buttons", sentence)
    for index, button in enumerate(buttons):
        yield from (replace(each, index=index) for each in _of_button(button))


def _of_button(button: Button) -> Iterator[Broken]:
    if button.kind is ButtonKind.COPY_CODE:  # whose label is Meta's
        if not 0 < len(button.example) <= CODE_LONGEST:
            sentence = f"The code to copy has 1 to {CODE_LONGEST} characters."
            yield Broken(Rule.BUTTON_DATA, "buttons.data", sentence)
        return
    if not button.label.strip():
        yield Broken(Rule.EMPTY, "buttons.label", "It must have a text.")
    yield from _of_length("buttons.label", button.label, LABEL_LONGEST)
    if v.variables(button.label).names:
        yield Broken(Rule.VARIABLE_NOT_ALLOWED, "buttons.label", "The text of a button has no variable.")
    if button.kind is ButtonKind.URL:
        yield from _of_url(button)
    elif button.kind is ButtonKind.PHONE_NUMBER:
        yield from _of_length("buttons.data", button.data, PHONE_LONGEST)
        if not _PHONE.fullmatch(button.data):
            yield Broken(Rule.BUTTON_DATA, "buttons.data", "It must be a phone number.")


def _of_url(button: Button) -> Iterator[Broken]:
    url = button.data
    yield from _of_length("buttons.data", url, URL_LONGEST)
    if not _URL.fullmatch(url):
        sentence = "It must be a URL that begins with http:// or https://."
        yield Broken(Rule.BUTTON_DATA, "buttons.data", sentence)
        return
    yield from _of_variables("buttons.data", url)
    names = v.variables(url).names
    if len(names) > 1:
        yield Broken(Rule.TOO_MANY_VARIABLES, "buttons.data", "A URL may have one variable.")
    elif names and not url.endswith("}}"):
        sentence = "The variable of a URL must stand at its end."
        yield Broken(Rule.VARIABLE_NOT_ALLOWED, "buttons.data", sentence)
    elif names and not button.example.strip():
        yield Broken(Rule.EXAMPLE_MISSING, "buttons.data", "The variable of a URL needs an example.")
