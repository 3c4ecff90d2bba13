"""Of which types the members of bodies are, so that the checks after it can read on without asking.

Rule: types alone; what must be there and what values it may have is judged by the checks. What is not named
here is not looked at.
"""

from __future__ import annotations

from typing import Any

import msgspec

from viesti.simulator.whatsapp.problem import Problem

Text = str | None


class Media(msgspec.Struct):
    id: Text = None
    link: Text = None
    caption: Text = None
    filename: Text = None


class Parameter(msgspec.Struct):
    type: Text = None
    text: Text = None
    payload: Text = None
    coupon_code: Text = None
    parameter_name: Text = None
    image: Media | None = None
    video: Media | None = None
    document: Media | None = None
    currency: dict[str, Any] | None = None
    date_time: dict[str, Any] | None = None


class Component(msgspec.Struct):
    type: Text = None
    sub_type: Text = None
    index: str | int | None = None
    parameters: list[Parameter] | None = None


class Language(msgspec.Struct):
    code: Text = None


class SentTemplate(msgspec.Struct):
    name: Text = None
    language: Language | None = None
    components: list[Component] | None = None


class Reply(msgspec.Struct):
    id: Text = None
    title: Text = None
    description: Text = None


class ReplyButton(msgspec.Struct):
    type: Text = None
    reply: Reply | None = None


class Section(msgspec.Struct):
    title: Text = None
    rows: list[Reply] | None = None


class LinkButton(msgspec.Struct):
    display_text: Text = None
    url: Text = None


class Action(msgspec.Struct):
    button: Text = None
    buttons: list[ReplyButton] | None = None
    sections: list[Section] | None = None
    parameters: LinkButton | None = None


class Words(msgspec.Struct):
    text: Text = None


class Header(msgspec.Struct):
    type: Text = None
    text: Text = None
    image: Media | None = None
    video: Media | None = None
    document: Media | None = None


class Interactive(msgspec.Struct):
    type: Text = None
    header: Header | None = None
    body: Words | None = None
    footer: Words | None = None
    action: Action | None = None


class TextMessage(msgspec.Struct):
    body: Text = None


class Reaction(msgspec.Struct):
    message_id: Text = None
    emoji: Text = None


class Location(msgspec.Struct):
    latitude: float | str | None = None
    longitude: float | str | None = None
    name: Text = None
    address: Text = None


class Name(msgspec.Struct):
    formatted_name: Text = None


class Contact(msgspec.Struct):
    name: Name | None = None


class Context(msgspec.Struct):
    message_id: Text = None


class SendBody(msgspec.Struct):
    """The body of POST /{phone-number-id}/messages."""

    messaging_product: Text = None
    recipient_type: Text = None
    to: Text = None
    recipient: Text = None
    type: Text = None
    status: Text = None
    message_id: Text = None
    context: Context | None = None
    biz_opaque_callback_data: Text = None
    text: TextMessage | None = None
    template: SentTemplate | None = None
    interactive: Interactive | None = None
    reaction: Reaction | None = None
    location: Location | None = None
    contacts: list[Contact] | None = None
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None


class NamedExample(msgspec.Struct):
    param_name: Text = None


class Example(msgspec.Struct):
    body_text: list[list[str]] | None = None
    header_text: list[str] | None = None
    header_handle: list[str] | None = None
    body_text_named_params: list[NamedExample] | None = None
    header_text_named_params: list[NamedExample] | None = None


class TemplateButton(msgspec.Struct):
    type: Text = None
    text: Text = None
    url: Text = None
    phone_number: Text = None
    example: str | list[str] | None = None


class TemplateComponent(msgspec.Struct):
    type: Text = None
    format: Text = None
    text: Text = None
    example: Example | None = None
    buttons: list[TemplateButton] | None = None


class TemplateBody(msgspec.Struct):
    """The body that creates or edits a template."""

    name: Text = None
    language: Text = None
    category: Text = None
    parameter_format: Text = None
    components: list[TemplateComponent] | None = None


def without_nulls(value: Any) -> Any:
    """The same, where a member that is null is as if it were left out."""
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def problem_of_types(body: Any, shape: type[msgspec.Struct]) -> Problem | None:
    """Which member has the wrong type, if one has."""
    try:
        msgspec.convert(body, shape)
    except msgspec.ValidationError as error:
        return Problem(100, f"{str(error).replace('`', '')}.")
    return None
