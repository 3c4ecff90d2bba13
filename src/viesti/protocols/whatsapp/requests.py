"""Bodies of `POST /{phone-number-id}/messages`.

Rule: a member without a value is left out, for Meta refuses empty ones. Every send carries our id back to us
(`callback_data`), so that a status can be matched though the send's own answer never came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

Body: TypeAlias = dict[str, Any]

_PRODUCT = {"messaging_product": "whatsapp"}


def send_body(
    kind: str, value: Body, *, to: str = "", user_id: str = "", callback_data: str = "", reply_to: str = ""
) -> Body:
    """One message of `kind` with the object made by the function of that name here.

    Exactly one of `to` (digits) and `user_id` (business-scoped). ValueError otherwise.
    """
    if bool(to) == bool(user_id):
        raise ValueError("a message goes to a number or to a user id, one of them")
    body: Body = {**_PRODUCT, "recipient_type": "individual"}
    body |= {"to": to} if to else {"recipient": user_id}
    if reply_to:
        body["context"] = {"message_id": reply_to}
    body["type"] = kind
    body[kind] = value
    if callback_data:
        body["biz_opaque_callback_data"] = callback_data
    return body


def text(body: str, preview_url: bool = False) -> Body:
    """A text."""
    return {"body": body, "preview_url": preview_url}


def media(link: str = "", media_id: str = "", caption: str = "", filename: str = "") -> Body:
    """An image, video, audio, document or sticker, by its id or else by link."""
    source = {"id": media_id} if media_id else {"link": link}
    return source | _present(caption=caption, filename=filename)


def reaction(wamid: str, emoji: str) -> Body:
    """An emoji at a message; '' takes it away."""
    return {"message_id": wamid, "emoji": emoji}


def buttons(body: str, choices: Iterable[tuple[str, str]], header: str = "", footer: str = "") -> Body:
    """An interactive message with reply buttons, each (id, title)."""
    action = {"buttons": [{"type": "reply", "reply": {"id": id_, "title": title}} for id_, title in choices]}
    return _interactive("button", body, action, header, footer)


def choices(
    body: str,
    button: str,
    sections: Iterable[tuple[str, Iterable[tuple[str, str, str]]]],
    header: str = "",
    footer: str = "",
) -> Body:
    """An interactive message with a list: sections of (title, rows), rows of (id, title, description)."""
    shown = [
        _present(title=title)
        | {"rows": [{"id": id_, "title": name} | _present(description=more) for id_, name, more in rows]}
        for title, rows in sections
    ]
    return _interactive("list", body, {"button": button, "sections": shown}, header, footer)


def template(name: str, language: str, components: Sequence[Body] = ()) -> Body:
    """An approved template with the values of its places."""
    return {"name": name, "language": {"code": language}} | _present(components=list(components))


def component(kind: str, parameters: Sequence[Body], sub_type: str = "", index: int = 0) -> Body:
    """The values of a header, of the body, or of the button at `index`."""
    of_button = {"sub_type": sub_type, "index": str(index)} if kind == "button" else {}
    return {"type": kind} | of_button | _present(parameters=list(parameters))


def text_parameter(value: str, name: str = "") -> Body:
    """A text, in a place with or without a name."""
    return {"type": "text"} | _present(parameter_name=name) | {"text": value}


def media_parameter(kind: str, link: str = "", media_id: str = "", filename: str = "") -> Body:
    """The image, video or document of a header."""
    return {"type": kind, kind: media(link, media_id, filename=filename)}


def payload_parameter(payload: str) -> Body:
    """What a quick reply sends back."""
    return {"type": "payload", "payload": payload}


def coupon_parameter(code: str) -> Body:
    """The code of a copy button."""
    return {"type": "coupon_code", "coupon_code": code}


def mark_read(wamid: str, typing: bool = False) -> Body:
    """Blue ticks for this message and all before it; `typing` also shows that an answer is being written."""
    shown: Body = {"typing_indicator": {"type": "text"}} if typing else {}
    return {**_PRODUCT, "status": "read", "message_id": wamid} | shown


def _interactive(kind: str, body: str, action: Body, header: str, footer: str) -> Body:
    value: Body = {"type": kind}
    if header:
        value["header"] = {"type": "text", "text": header}
    value["body"] = {"text": body}
    if footer:
        value["footer"] = {"text": footer}
    value["action"] = action
    return value


def _present(**members: Any) -> Body:
    return {name: value for name, value in members.items() if value}
