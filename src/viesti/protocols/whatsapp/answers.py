"""What Graph API answers to a call of ours.

Rule: an answer that can't be read is `Unclear`, neither sent nor refused: a message may be on its way.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec

from viesti.protocols.whatsapp.errors import NO_CODE, Action, action

LONGEST_TEXT: Final = 300  # of what Meta says in an error, as kept


class Sent(msgspec.Struct, frozen=True):
    """The message was taken. `held`: by Meta's own quality check, and it may yet be dropped."""

    wamid: str
    wa_id: str = ""
    user_id: str = ""
    held: bool = False


class Refused(msgspec.Struct, frozen=True):
    """The call was refused; `code` is `NO_CODE` when Meta gave none. `trace` is what its support asks for."""

    code: int
    title: str
    details: str
    http_status: int
    subcode: int = 0
    trace: str = ""
    transient: bool = False

    @property
    def action(self) -> Action:
        """What it asks for."""
        return action(self.code, self.http_status, self.subcode, self.transient)


class Unclear(msgspec.Struct, frozen=True):
    """An answer of success without what it should hold."""

    http_status: int
    reason: str


class _Error(msgspec.Struct, frozen=True):
    code: int = NO_CODE
    message: str = ""
    error_subcode: int = 0
    error_data: Any = None
    error_user_title: str | None = None
    error_user_msg: str | None = None
    fbtrace_id: str = ""
    is_transient: bool | None = None


class _ErrorBody(msgspec.Struct, frozen=True):
    error: _Error


class _Contact(msgspec.Struct, frozen=True):
    wa_id: str | None = None
    user_id: str | None = None


class _Message(msgspec.Struct, frozen=True):
    id: str
    message_status: str | None = None


class _SentBody(msgspec.Struct, frozen=True):
    messages: tuple[_Message, ...]
    contacts: tuple[_Contact, ...] = ()


_errors = msgspec.json.Decoder(_ErrorBody, strict=False)
_sent = msgspec.json.Decoder(_SentBody)
_T = TypeVar("_T")


def read_body(status: int, body: bytes, decoder: msgspec.json.Decoder[_T]) -> _T | Refused | Unclear:
    """The body of a 2xx as `decoder` reads it; else the refusal."""
    if not 200 <= status < 300:
        return refusal(status, body)
    try:
        return decoder.decode(body)
    except (ValueError, RecursionError):
        return Unclear(status, "the answer is not what Meta documents")


def read_sent(status: int, body: bytes) -> Sent | Refused | Unclear:
    """What became of a message."""
    answer = read_body(status, body, _sent)
    if not isinstance(answer, _SentBody):
        return answer
    if not answer.messages or not answer.messages[0].id:
        return Unclear(status, "the answer names no message")
    contact = answer.contacts[0] if answer.contacts else _Contact()
    message = answer.messages[0]
    return Sent(
        message.id,
        contact.wa_id or "",
        contact.user_id or "",
        message.message_status == "held_for_quality_assessment",
    )


def refusal(status: int, body: bytes) -> Refused:
    """The error of an answer that is not a success, whatever its body is."""
    try:
        error = _errors.decode(body).error
    except (ValueError, RecursionError):
        return Refused(NO_CODE, f"HTTP {status}", "", status)
    details = error.error_data.get("details") if isinstance(error.error_data, dict) else None
    said = error.error_user_msg or details or ""
    title = error.error_user_title or error.message or f"HTTP {status}"
    return Refused(
        error.code,
        title[:LONGEST_TEXT],
        str(said)[:LONGEST_TEXT],
        status,
        error.error_subcode,
        error.fbtrace_id,
        bool(error.is_transient),
    )
