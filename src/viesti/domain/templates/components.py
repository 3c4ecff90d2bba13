"""The parts of a template as they are stored: Meta's own list of components.

Rule: whatever is there is taken, and what can be found in it is; a component of tomorrow harms nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from viesti.domain.templates.shape import Button, ButtonKind, Header, HeaderKind, Shape

Component = Mapping[str, Any]
# How Meta shows the button of an authentication template once it is made.
_CODE_URL = "https://www.whatsapp.com/otp/"
E = TypeVar("E", bound=StrEnum)


def read(components: Sequence[Component]) -> Shape:
    """The parts of a stored template."""
    header: Header | None = None
    body = footer = ""
    examples: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    for component in components:
        match _upper(component, "type"):
            case "HEADER":
                header = _header(component)
            case "BODY":
                body, examples = _text(component, "text"), _examples(component)
            case "FOOTER":
                footer = _text(component, "text")
            case "BUTTONS":
                buttons = tuple(_button(each) for each in _list(component, "buttons"))
    return Shape(body, header, footer, buttons, examples)


def _header(component: Component) -> Header:
    kind = _kind(HeaderKind, component.get("format"), HeaderKind.OTHER)
    example = _mapping(component, "example")
    values = [*_list_of_texts(example, "header_text"), *_list_of_texts(example, "header_handle")]
    named = _list(example, "header_text_named_params")
    values += [_text(each, "example") for each in named]
    return Header(kind, _text(component, "text"), values[0] if values else "")


def _examples(component: Component) -> tuple[str, ...]:
    example = _mapping(component, "example")
    named = _list(example, "body_text_named_params")
    if named:
        return tuple(_text(each, "example") for each in named)
    rows = example.get("body_text")
    first = rows[0] if isinstance(rows, list) and rows else []
    return tuple(str(value) for value in (first if isinstance(first, list) else rows or []))


def _button(button: Component) -> Button:
    kind = _kind(ButtonKind, button.get("type"), ButtonKind.OTHER)
    data = _text(button, "url") or _text(button, "phone_number")
    if data.startswith(_CODE_URL):
        kind = ButtonKind.OTP
    example = button.get("example")
    first = example[0] if isinstance(example, list) and example else example
    return Button(kind, _text(button, "text"), data, first if isinstance(first, str) else "")


def _kind(kinds: type[E], written: Any, other: E) -> E:
    try:
        return kinds(str(written).upper())
    except ValueError:
        return other


def _upper(component: Component, name: str) -> str:
    return _text(component, name).upper()


def _text(component: Component, name: str) -> str:
    value = component.get(name)
    return value if isinstance(value, str) else ""


def _mapping(component: Component, name: str) -> Component:
    value = component.get(name)
    return value if isinstance(value, Mapping) else {}


def _list(component: Component, name: str) -> list[Component]:
    value = component.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _list_of_texts(component: Component, name: str) -> list[str]:
    value = component.get(name)
    return [str(each) for each in value] if isinstance(value, list) else []
