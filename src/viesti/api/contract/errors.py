"""The error of all our faces, as documents describe it.

Rule: a status has one sentence, whatever document it is in; what went wrong with one request is in its body.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viesti.api.contract.operation import AnyOperation

# What each status that we answer with an error means to whoever called.
SAID: Mapping[int, str] = {
    400: "The request is wrong. Each fault is named with its field, and nothing was done.",
    401: "There are no credentials, or they are wrong or ended.",
    403: "The credentials are good, and don't open this.",
    404: "There is nothing of yours here; what is another's is answered alike.",
    405: "The path does not take this method.",
    408: "The body did not arrive in time.",
    409: "It contradicts what was asked for before, or what has happened meanwhile.",
    413: "The body is larger than this server takes.",
    429: "That was too many calls; Retry-After says in how many seconds to try again.",
    500: "Our mistake; it has been noted. Nothing is known of the outcome.",
    503: "The database is away, or the server stops; try again.",
}
# What only a call with a body, with credentials, or with something in its path can be answered.
_OF_BODY, _OF_CREDENTIALS, _OF_PATH = frozenset((408, 413)), frozenset((401, 403)), frozenset((405,))


def errors_of(operation: AnyOperation) -> frozenset[int]:
    """The errors that a call of the operation can be answered with."""
    impossible: frozenset[int] = frozenset()
    if operation.body is None:
        impossible |= _OF_BODY
    if operation.scope is None:
        impossible |= _OF_CREDENTIALS
    if "{" not in operation.path:
        impossible |= _OF_PATH
    return operation.errors - impossible


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
