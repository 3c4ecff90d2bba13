"""A message's content as the body of a send.

Rule: `whatsapp_content` says what is meant, `protocols.whatsapp.requests` how it looks; here is only which is
which.
"""

from __future__ import annotations

import msgspec

from viesti.domain import whatsapp_content as says
from viesti.domain.channel import Outgoing
from viesti.domain.failure import Failure
from viesti.domain.outcome import Refused
from viesti.protocols.whatsapp import requests
from viesti.protocols.whatsapp.requests import Body


def content_of(outgoing: Outgoing) -> says.Content | Refused:
    """What a recipient is sent: the message's content, with the words made for this recipient in it."""
    if outgoing.content is None:
        return says.Text(body=outgoing.text)
    try:
        content = says.decode(outgoing.content)
    except ValueError as error:
        return Refused(Failure.INVALID_CONTENT, elsewhere=True, detail=f"its content can't be read: {error}")
    match content:
        case says.Text() | says.Buttons() | says.List() if outgoing.text:
            return msgspec.structs.replace(content, body=outgoing.text)
        case says.Media() if outgoing.text:
            return msgspec.structs.replace(content, caption=outgoing.text)
        case _:  # a template's words are the provider's, and a reaction has none
            return content


def send_body(content: says.Content, *, to: str = "", user_id: str = "", callback_data: str = "") -> Body:
    """The body for one recipient: `to` digits or `user_id`, exactly one. ValueError otherwise."""
    kind, value = _value(content)
    return requests.send_body(
        kind, value, to=to, user_id=user_id, callback_data=callback_data, reply_to=content.reply_to
    )


def _value(content: says.Content) -> tuple[str, Body]:
    match content:
        case says.Text():
            return "text", requests.text(content.body, content.preview_url)
        case says.Template():
            components = [_component(component) for component in content.components]
            return "template", requests.template(content.name, content.language, components)
        case says.Media():
            value = requests.media(content.link, content.media_id, content.caption, content.filename)
            return content.kind, value
        case says.Buttons():
            pairs = [(button.id, button.title) for button in content.buttons]
            return "interactive", requests.buttons(content.body, pairs, content.header, content.footer)
        case says.List():
            sections = [
                (section.title, [(row.id, row.title, row.description) for row in section.rows])
                for section in content.sections
            ]
            value = requests.choices(content.body, content.button, sections, content.header, content.footer)
            return "interactive", value
        case says.Reaction():
            return "reaction", requests.reaction(content.wamid, content.emoji)


def _component(component: says.Component) -> Body:
    parameters = [_parameter(parameter) for parameter in component.parameters]
    return requests.component(component.type, parameters, component.sub_type, component.index)


def _parameter(parameter: says.Parameter) -> Body:
    match parameter:
        case says.TextParameter():
            return requests.text_parameter(parameter.text, parameter.name)
        case says.PayloadParameter():
            return requests.payload_parameter(parameter.payload)
        case says.CouponParameter():
            return requests.coupon_parameter(parameter.code)
        case says.MediaParameter():
            return requests.media_parameter(
                parameter.kind, parameter.link, parameter.media_id, parameter.filename
            )
