"""What a send names: its template, filled with the parameters, and its file.

Rule: either is the account's own and fits, or the Problem says why not.
"""

from __future__ import annotations

from typing import Any

from viesti.simulator.whatsapp.checks import MEDIA, Send
from viesti.simulator.whatsapp.fit import Filled, fill
from viesti.simulator.whatsapp.judging import Templates
from viesti.simulator.whatsapp.media import Files
from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.simulator.whatsapp.problem import Problem
from viesti.simulator.whatsapp.templates import Template


def content_of(
    number: CloudNumber, send: Send, templates: Templates, files: Files
) -> tuple[Template, Filled] | tuple[None, None] | Problem:
    """The template and what it reads with the parameters; (None, None) for what is no template."""
    if send.kind != "template":
        media = (send.kind, send.payload) if send.kind in MEDIA else None
        return _file_problem(number, media, files) or (None, None)
    payload = send.payload
    template = templates.usable(number.waba_id, payload["name"], payload["language"]["code"])
    if isinstance(template, Problem):
        return template
    if template.category == "AUTHENTICATION" and send.user_id:
        return Problem(131062, "One-time codes can't be sent to a business-scoped user id.")
    filled = fill(template, payload.get("components") or [])
    if isinstance(filled, Problem):
        return filled
    return _file_problem(number, filled.media, files) or (template, filled)


def _file_problem(
    number: CloudNumber, media: tuple[str, dict[str, Any]] | None, files: Files
) -> Problem | None:
    if media is None or not media[1].get("id"):
        return None
    kind, payload = media
    file = files.get(str(payload["id"]), number.waba_id)
    if file is None:
        return Problem(
            100, f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID"
        )
    return None if file.kind == kind else Problem(131053, f"{file.mime_type} is no {kind}.")
