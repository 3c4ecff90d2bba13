"""Errors as clients of the dialect read them.

Rule: it is the error of all our faces, with `Message` before it, which is the member that these clients show.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viesti.api.answer import Answer, Refusal, answer_json, error_members
from viesti.api.contract.errors import ERROR

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "Message": {
            "type": "string",
            "x-ms-summary": "Shown Message",
            "description": "What is wrong, in a sentence, under the name that these clients show.",
        },
        **ERROR["properties"],
    },
    "required": ["Message", *ERROR["required"]],
}


def render(refusal: Refusal) -> Answer:
    """The answer."""
    members = error_members(refusal)
    return answer_json({"Message": refusal.message, **members}, refusal.status, refusal.headers)
