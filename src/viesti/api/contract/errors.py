"""The error of all our faces, as documents describe it.

Rule: a status has one sentence, whatever document it is in; what went wrong with one request is in its body.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What each status that we answer with an error means to whoever called.
SAID: Mapping[int, str] = {
    400: "Something in the request is not as it must be; errors names the fields.",
    401: "The credentials are missing, wrong or have run out.",
    403: "The credentials don't allow this.",
    404: "There is no such thing, or it is another's.",
    405: "The path knows no such method.",
    408: "The request took too long to arrive.",
    409: "It contradicts what was asked for before, or what has happened meanwhile.",
    413: "The body is larger than is taken.",
    429: "There were too many calls; Retry-After says in how many seconds to try again.",
    500: "Something is wrong with the server.",
    503: "The server can't do it now; the same request may be sent again later.",
}


def _text(title: str, about: str) -> dict[str, Any]:
    return {"type": "string", "x-ms-summary": title, "description": about}


ERROR: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "errorMessage": _text("Error Message", "What is wrong, in a sentence."),
        "message": _text("Message", "The same sentence, under the name that other clients look for."),
        "code": _text("Code", "What kind of error it is, in one word for programs."),
        "errors": {
            "type": "array",
            "x-ms-summary": "Errors",
            "description": "What is wrong with each field; empty when it is none of them.",
            "items": {
                "type": "object",
                "properties": {
                    "field": _text("Field", "The field, by the name that the caller used."),
                    "message": _text("Field Message", "What is wrong with it."),
                },
                "required": ["field", "message"],
            },
        },
    },
    "required": ["errorMessage", "message", "code", "errors"],
}
