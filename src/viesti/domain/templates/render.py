"""A template with its values as plain text: what is shown of it, and what goes out as SMS in its place.

Rule: what a person would read or could follow is there; what only WhatsApp can do (a tap that answers) is
left out, and its marks for bold and the like are taken away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from viesti.domain.templates.shape import ButtonKind, HeaderKind, Shape
from viesti.domain.templates.variables import fill

# A text between two marks that touch it, within a line, with no letter outside: *so*, _so_, ~so~, ```so```.
_MARKED = re.compile(r"(?<![\w*_~`])(```|[*_~])(?=\S)([^\n]+?)(?<=\S)\1(?![\w*_~`])")
_DEEPEST = 3  # *_~so~_*


def render(
    shape: Shape,
    body: Mapping[str, str],
    header: Mapping[str, str],
    links: Sequence[str | None] = (),
    media: str = "",
) -> str:
    """The text. `body`, `header`: values by variable; `links`: for each button the end of its URL; `media`:
    where the file of the header is."""
    lines = []
    if shape.header and shape.header.kind is HeaderKind.TEXT:
        lines.append(fill(unmarked(shape.header.text), header))
    elif media:
        lines.append(media)
    lines.append(fill(unmarked(shape.body), body))
    if shape.footer:
        lines.append(shape.footer)
    for place, button in enumerate(shape.buttons):
        if button.kind is ButtonKind.URL:
            end = links[place] if place < len(links) else None
            lines.append(f"{button.label}: {with_end(button.data, end)}")
        elif button.kind is ButtonKind.PHONE_NUMBER:
            lines.append(f"{button.label}: {button.data}")
    return "\n".join(lines)


def unmarked(text: str) -> str:
    """The text without the marks that WhatsApp shows as bold, italic, struck through or fixed width."""
    for _ in range(_DEEPEST):
        text, found = _MARKED.subn(r"\2", text)
        if not found:
            break
    return text


def with_end(url: str, end: str | None) -> str:
    """A button's URL with this in the place of its variable."""
    return url if end is None else url.partition("{{")[0] + end
