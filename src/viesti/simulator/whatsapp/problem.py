"""What Graph answers when it refuses, as data.

Rule: a refusal is a value: a code of the table and what is wrong in particular. Its HTTP status, title and
body follow from the table and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_MESSAGING = "OAuthException"
_METHOD = "GraphMethodException"


@dataclass(frozen=True, slots=True)
class _Kind:
    status: int
    title: str
    type: str = _MESSAGING


KINDS: dict[int, _Kind] = {
    1: _Kind(500, "An unknown error occurred"),
    2: _Kind(503, "Service temporarily unavailable"),
    4: _Kind(400, "Application request limit reached"),
    10: _Kind(403, "Application does not have permission for this action"),
    100: _Kind(400, "Invalid parameter"),
    190: _Kind(401, "Invalid OAuth access token - Cannot parse access token"),
    368: _Kind(403, "Temporarily blocked for policies violations"),
    80007: _Kind(400, "Rate limit issues"),
    130429: _Kind(400, "Rate limit hit"),
    130472: _Kind(400, "User's number is part of an experiment"),
    130497: _Kind(403, "Business account is restricted from messaging users in this country"),
    131000: _Kind(500, "Something went wrong"),
    131005: _Kind(403, "Access denied"),
    131008: _Kind(400, "Required parameter is missing"),
    131009: _Kind(400, "Parameter value is not valid"),
    131016: _Kind(500, "Service unavailable"),
    131021: _Kind(400, "Recipient cannot be sender"),
    131026: _Kind(400, "Message undeliverable"),
    131031: _Kind(403, "Business Account locked"),
    131042: _Kind(400, "Business eligibility payment issue"),
    131045: _Kind(500, "Incorrect certificate"),
    131047: _Kind(400, "Re-engagement message"),
    131048: _Kind(400, "Spam rate limit hit"),
    131049: _Kind(400, "This message was not delivered to maintain healthy ecosystem engagement."),
    131050: _Kind(400, "User has stopped marketing messages from this business"),
    131051: _Kind(400, "Unsupported message type"),
    131052: _Kind(400, "Media download error"),
    131053: _Kind(400, "Media upload error"),
    131056: _Kind(400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: _Kind(500, "Business Account is in maintenance mode"),
    131062: _Kind(400, "Business-scoped user ids are not supported for this message"),
    132000: _Kind(400, "Number of parameters does not match the expected number of params"),
    132001: _Kind(404, "Template name does not exist in the translation"),
    132005: _Kind(400, "Translated text too long"),
    132012: _Kind(400, "Parameter format does not match format in the created template"),
    132015: _Kind(400, "Template is paused"),
    132016: _Kind(400, "Template is disabled"),
}
MISSING_OBJECT = 33  # the subcode of 100 for an id that names nothing this token may see
DOCUMENT = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal. `user` is what the template's editor is shown (title, sentence)."""

    code: int
    details: str = ""
    subcode: int = 0
    user: tuple[str, str] = ("", "")

    @property
    def status(self) -> int:
        """The HTTP status it is answered with."""
        return 400 if self.subcode == MISSING_OBJECT else KINDS[self.code].status

    @property
    def title(self) -> str:
        """The code's own words."""
        return KINDS[self.code].title

    def answer(self, trace: str) -> dict[str, Any]:
        """The body of the answer; `trace` is the id Graph gives to each call."""
        kind = KINDS[self.code]
        if self.subcode == MISSING_OBJECT:
            error: dict[str, Any] = {"message": self.details, "type": _METHOD}
        else:
            title = kind.title if self.code == 190 else f"(#{self.code}) {kind.title}"
            error = {"message": title, "type": kind.type}
        error["code"] = self.code
        if self.subcode:
            error["error_subcode"] = self.subcode
        elif self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.user[0]:
            error |= {
                "is_transient": False,
                "error_user_title": self.user[0],
                "error_user_msg": self.user[1],
            }
        error["fbtrace_id"] = trace
        return {"error": error}

    def in_status(self) -> dict[str, Any]:
        """The same within a webhook, as one of `errors`."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details or self.title},
            "href": DOCUMENT,
        }


def no_such(method: str, identifier: str) -> Problem:
    """There is nothing of that id for this token."""
    return Problem(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{identifier}' does not exist, cannot be "
        "loaded due to missing permissions, or does not support this operation.",
        MISSING_OBJECT,
    )


def missing(name: str) -> Problem:
    """A member that must be there is not."""
    return Problem(131008, f"Parameter '{name}' is required.")


def invalid(details: str) -> Problem:
    """A member has a value that can't be."""
    return Problem(131009, details)
