"""Templates at Meta: what is posted to make one, how they are listed and taken away, and what is answered.

Rule: components are Meta's own objects, as stored; what may be in them is judged by `domain/templates` before
anything is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import msgspec

from viesti.protocols.whatsapp.answers import Refused, Unclear, read_body

Body: TypeAlias = dict[str, Any]

FIELDS: Final = (
    "id,name,language,status,category,previous_category,components,quality_score,"
    "rejected_reason,parameter_format"
)
PAGE: Final = 100


class Created(msgspec.Struct, frozen=True):
    """Meta took it for review; the category may already be another than asked for."""

    id: str
    status: str = ""
    category: str = ""


class _Quality(msgspec.Struct, frozen=True):
    score: str = ""


class Listed(msgspec.Struct, frozen=True):
    """A template as Meta has it."""

    id: str
    name: str
    language: str
    status: str
    category: str = ""
    components: tuple[Body, ...] = ()
    quality_score: _Quality | None = None
    rejected_reason: str | None = None
    parameter_format: str | None = None

    @property
    def quality(self) -> str:
        """GREEN, YELLOW, RED, UNKNOWN, or ''."""
        return self.quality_score.score if self.quality_score else ""

    @property
    def reason(self) -> str:
        """Why it was rejected; '' for NONE."""
        return "" if self.rejected_reason in (None, "NONE") else str(self.rejected_reason)


class Page(msgspec.Struct, frozen=True):
    """Some templates, and the cursor of the next page, '' when this is the last."""

    templates: tuple[Listed, ...]
    after: str


class Done(msgspec.Struct, frozen=True):
    """Whether a change or deletion was taken."""

    success: bool = True


class _Cursors(msgspec.Struct, frozen=True):
    after: str = ""


class _Paging(msgspec.Struct, frozen=True):
    cursors: _Cursors = _Cursors()
    next: str = ""


class _PageBody(msgspec.Struct, frozen=True):
    data: tuple[Listed, ...]
    paging: _Paging = _Paging()


_created = msgspec.json.Decoder(Created)
_listed = msgspec.json.Decoder(Listed)
_page = msgspec.json.Decoder(_PageBody)
_done = msgspec.json.Decoder(Done)


def create_body(
    name: str, language: str, category: str, components: Sequence[Body], *, named: bool = False
) -> Body:
    """What is posted to `paths.templates`. `named`: places are `{{name}}`, not `{{1}}`."""
    body: Body = {"name": name, "language": language, "category": category}
    if named:
        body["parameter_format"] = "NAMED"
    return body | {"components": list(components)}


def edit_body(components: Sequence[Body], category: str = "") -> Body:
    """What is posted to `paths.template`: the whole content, and the category where that changes too."""
    return ({"category": category} if category else {}) | {"components": list(components)}


def header_text(text: str, examples: Sequence[str] = ()) -> Body:
    """A header of text, with an example of its place if it has one."""
    example: Body = {"example": {"header_text": list(examples)}} if examples else {}
    return {"type": "HEADER", "format": "TEXT", "text": text} | example


def header_media(kind: str, handle: str) -> Body:
    """A header of an image, video or document; `handle` is of an example file (`media.read_handle`)."""
    return {"type": "HEADER", "format": kind.upper(), "example": {"header_handle": [handle]}}


def body_text(text: str, examples: Sequence[str] = ()) -> Body:
    """The body, with an example of each place in order."""
    example: Body = {"example": {"body_text": [list(examples)]}} if examples else {}
    return {"type": "BODY", "text": text} | example


def body_named(text: str, examples: Sequence[tuple[str, str]]) -> Body:
    """The body with named places: (name, example) of each."""
    named = [{"param_name": name, "example": example} for name, example in examples]
    return {"type": "BODY", "text": text, "example": {"body_text_named_params": named}}


def footer(text: str) -> Body:
    """The footer."""
    return {"type": "FOOTER", "text": text}


def button_row(buttons: Sequence[Body]) -> Body:
    """All buttons."""
    return {"type": "BUTTONS", "buttons": list(buttons)}


def quick_reply(text: str) -> Body:
    """A button that answers with its label."""
    return {"type": "QUICK_REPLY", "text": text}


def url_button(text: str, url: str, example: str = "") -> Body:
    """A button that opens a page. `example`: the whole URL with its place filled, if it ends in one."""
    return {"type": "URL", "text": text, "url": url} | ({"example": [example]} if example else {})


def phone_button(text: str, phone_number: str) -> Body:
    """A button that calls a number, in international form."""
    return {"type": "PHONE_NUMBER", "text": text, "phone_number": phone_number}


def copy_button(example: str) -> Body:
    """A button that copies a code; its label is Meta's."""
    return {"type": "COPY_CODE", "example": example}


def list_query(after: str = "", name: str = "", limit: int = PAGE) -> dict[str, str]:
    """The query of a page, or of the templates of that name in all languages."""
    query = {"fields": FIELDS, "limit": str(limit)}
    return query | ({"name": name} if name else {}) | ({"after": after} if after else {})


def delete_query(name: str, template_id: str = "") -> dict[str, str]:
    """The query that deletes a name in all its languages, or with `template_id` that one."""
    return ({"hsm_id": template_id} if template_id else {}) | {"name": name}


def read_created(status: int, body: bytes) -> Created | Refused | Unclear:
    """The answer to a new template."""
    return read_body(status, body, _created)


def read_listed(status: int, body: bytes) -> Listed | Refused | Unclear:
    """The answer to asking for one template."""
    return read_body(status, body, _listed)


def read_page(status: int, body: bytes) -> Page | Refused | Unclear:
    """The answer to asking for a page."""
    answer = read_body(status, body, _page)
    if not isinstance(answer, _PageBody):
        return answer
    return Page(answer.data, answer.paging.cursors.after if answer.paging.next else "")


def read_done(status: int, body: bytes) -> Done | Refused | Unclear:
    """The answer to a change or deletion."""
    return read_body(status, body, _done)
