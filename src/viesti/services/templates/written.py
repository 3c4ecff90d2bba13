"""A new template's parts as Meta takes them.

Rule: only what the rules of `domain/templates` let through comes here.
"""

from __future__ import annotations

from viesti.domain.templates.shape import Button, ButtonKind, Header, HeaderKind, Shape
from viesti.domain.templates.variables import fill, variables
from viesti.protocols.whatsapp import templates as wire


def components_of(shape: Shape) -> list[wire.Body]:
    """The components to submit."""
    made = [_header(shape.header)] if shape.header else []
    names = variables(shape.body)
    if names.named:
        made.append(wire.body_named(shape.body, list(zip(names.names, shape.examples, strict=True))))
    else:
        made.append(wire.body_text(shape.body, shape.examples))
    if shape.footer:
        made.append(wire.footer(shape.footer))
    if shape.buttons:
        made.append(wire.button_row([_button(button) for button in shape.buttons]))
    return made


def components_for_codes() -> list[wire.Body]:
    """The components of a template for codes, whose words are Meta's."""
    copy = {"type": "OTP", "otp_type": "COPY_CODE"}
    return [{"type": "BODY", "add_security_recommendation": True}, wire.button_row([copy])]


def named(shape: Shape) -> bool:
    """Whether its variables have names."""
    header = shape.header.text if shape.header else ""
    return variables(shape.body).named or variables(header).named


def _header(header: Header) -> wire.Body:
    if header.kind.media:
        return wire.header_media(header.kind.value, header.example)
    if header.kind is HeaderKind.LOCATION:
        return {"type": "HEADER", "format": "LOCATION"}
    names = variables(header.text)
    if names.named:
        example = [{"param_name": names.names[0], "example": header.example}]
        return wire.header_text(header.text) | {"example": {"header_text_named_params": example}}
    return wire.header_text(header.text, (header.example,) if names.names else ())


def _button(button: Button) -> wire.Body:
    match button.kind:
        case ButtonKind.URL:
            names = variables(button.data).names
            example = fill(button.data, {names[0]: button.example}) if names else ""
            return wire.url_button(button.label, button.data, example)
        case ButtonKind.PHONE_NUMBER:
            return wire.phone_button(button.label, button.data)
        case ButtonKind.COPY_CODE:
            return wire.copy_button(button.example)
        case _:
            return wire.quick_reply(button.label)
