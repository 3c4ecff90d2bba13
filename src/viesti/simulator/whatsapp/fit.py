"""A template being sent: whether the parameters fit it, and what the person reads.

Rule: the count and kind of parameters are held against the approved components, so that what passes here
would pass at Meta.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from viesti.simulator.whatsapp.problem import Problem, missing
from viesti.simulator.whatsapp.templates import VARIABLE, Template, variables

RENDERED_LENGTH = 1024
ALONE_LENGTH = 32_768  # of a body that has nothing beside it
MEDIA_HEADERS = ("IMAGE", "VIDEO", "DOCUMENT")


@dataclass(frozen=True, slots=True)
class Filled:
    """What the person gets. Each button is (type, label, payload or url)."""

    body: str
    header: str = ""
    footer: str = ""
    media: tuple[str, dict[str, Any]] | None = None  # kind, and its id or link
    buttons: tuple[tuple[str, str, str], ...] = ()


def fill(template: Template, sent: Sequence[dict[str, Any]]) -> Filled | Problem:
    """Put the parameters of a send into a template."""
    given: dict[str, dict[str, Any]] = {}
    for one in sent:
        kind = str(one.get("type") or "").lower()
        if kind not in ("header", "body", "button"):
            return Problem(
                132000 if kind == "footer" else 100, f"component type '{kind}' takes no parameters"
            )
        key = f"button {one.get('index', 0)}" if kind == "button" else kind
        given[key] = one
    header = _header(template, given.pop("header", {}))
    if isinstance(header, Problem):
        return header
    text, media = header
    written = template.component("BODY")
    body = _text(
        "body", str(written.get("text") or "*{{1}}* is your verification code."), given.pop("body", {})
    )
    if isinstance(body, Problem):
        return body
    most = ALONE_LENGTH if len(template.components) == 1 else RENDERED_LENGTH
    if len(body) > most:
        return Problem(132005, f"body: {len(body)} characters exceed {most}")
    buttons = _buttons(template, given)
    if isinstance(buttons, Problem):
        return buttons
    return Filled(body, text, str(template.component("FOOTER").get("text", "")), media, buttons)


def _header(
    template: Template, sent: dict[str, Any]
) -> tuple[str, tuple[str, dict[str, Any]] | None] | Problem:
    written = template.component("HEADER")
    kind = str(written.get("format", "")).upper()
    parameters = _parameters(sent)
    if kind in MEDIA_HEADERS:
        wanted = kind.lower()
        got = parameters[0].get("type", "unknown") if parameters else "unknown"
        if got != wanted:
            return Problem(132012, f"header: Format mismatch, expected {kind}, received {str(got).upper()}")
        media = parameters[0].get(wanted)
        if not media or not (media.get("id") or media.get("link")):
            return missing(f"{wanted}.id or {wanted}.link")
        return "", (wanted, media)
    if kind == "LOCATION":
        return ("", None) if parameters else Problem(132012, "header: Format mismatch, expected LOCATION")
    text = _text("header", str(written.get("text", "")), sent)
    return text if isinstance(text, Problem) else (text, None)


def _text(where: str, written: str, sent: dict[str, Any]) -> str | Problem:
    wanted, parameters = variables(written), _parameters(sent)
    if len(parameters) != len(wanted):
        return Problem(
            132000,
            f"{where}: number of localizable_params ({len(parameters)}) does not match the expected number "
            f"of params ({len(wanted)})",
        )
    values: dict[str, str] = {}
    for place, parameter in enumerate(parameters, 1):
        value = _value(where, parameter)
        if isinstance(value, Problem):
            return value
        values[str(parameter.get("parameter_name") or place)] = value
    lacking = [name for name in wanted if name not in values]
    if lacking:
        return Problem(100, f"{where}: Parameter name is missing or empty: '{lacking[0]}'")
    return VARIABLE.sub(lambda match: values[match.group(1)], written)


def _value(where: str, parameter: dict[str, Any]) -> str | Problem:
    kind = parameter.get("type")
    if kind in ("currency", "date_time"):
        return str((parameter.get(kind) or {}).get("fallback_value", ""))
    if kind != "text":
        return Problem(132012, f"{where}: Format mismatch, expected TEXT, received {str(kind).upper()}")
    text = parameter.get("text") or ""
    if not text:
        return Problem(131008, f"{where}: Parameter of type text is missing text value")
    if "\n" in text or "\t" in text or " " * 5 in text:
        return Problem(
            100, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
        )
    return text


def _buttons(
    template: Template, given: dict[str, dict[str, Any]]
) -> tuple[tuple[str, str, str], ...] | Problem:
    shown = []
    for place, button in enumerate(template.component("BUTTONS").get("buttons", ())):
        kind, label = str(button["type"]).upper(), str(button.get("text", ""))
        parameters = _parameters(given.pop(f"button {place}", {}))
        value = str(parameters[0].get("text") or parameters[0].get("payload") or "") if parameters else ""
        if kind == "URL":
            url = str(button.get("url", ""))
            if bool(VARIABLE.search(url)) != bool(parameters):
                asks = "requires a parameter" if not parameters else "takes no parameter"
                return Problem(
                    132000 if parameters else 131008, f"button: Button at index {place} of type Url {asks}"
                )
            value = VARIABLE.sub("", url) + value  # the variable stands at the end
        elif kind in ("COPY_CODE", "OTP"):
            if not parameters:
                return Problem(131008, f"button: Button at index {place} requires a parameter")
            value = str(parameters[0].get("coupon_code") or value)
            label = label or "Copy code"
        elif kind == "PHONE_NUMBER":
            value = str(button.get("phone_number", ""))
        elif kind == "QUICK_REPLY":
            value = value or label
        shown.append((kind, label, value))
    if given:
        return Problem(132000, f"{next(iter(given))}: the template has no such button")
    return tuple(shown)


def _parameters(sent: dict[str, Any]) -> list[dict[str, Any]]:
    return sent.get("parameters") or []
