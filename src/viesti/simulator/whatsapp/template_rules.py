"""What Meta refuses when a template is created or edited.

Rule: each check yields what is wrong, with the sentence the editor is shown; the first counts, and what comes
after it is not looked at. What Meta would judge later is judged by the name (TEMPLATE_MAGIC).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from viesti.simulator.whatsapp.problem import Problem, missing
from viesti.simulator.whatsapp.shapes import TemplateBody, problem_of_types
from viesti.simulator.whatsapp.templates import VARIABLE, variables

NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
COMPONENTS = ("HEADER", "BODY", "FOOTER", "BUTTONS", "LIMITED_TIME_OFFER", "CAROUSEL")
HEADERS = ("TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION", "PRODUCT")
BUTTONS = {
    "QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "OTP": 1, "FLOW": 1, "VOICE_CALL": 1,
    "REQUEST_CONTACT_INFO": 1, "CATALOG": 1, "MPM": 1, "SPM": 1,
}  # fmt: skip
BUTTONS_IN_ALL = 10
BODY_LENGTH, HEADER_LENGTH, FOOTER_LENGTH, LABEL_LENGTH = 1024, 60, 60, 25
URL_LENGTH, NUMBER_LENGTH = 2000, 20
REFUSED = 2388000  # subcode
_NAMED = re.compile(r"[a-z][a-z0-9_]*")
Checks = Iterator[Problem]


def problem_of(body: dict[str, Any]) -> Problem | None:
    """Why no template can be created of the body of a request."""
    return problem_of_types(body, TemplateBody) or next(_whole(body), None)


def problem_of_components(components: Any, category: str, form: str) -> Problem | None:
    """Why these can't be the components of a template."""
    types = problem_of_types({"components": components}, TemplateBody)
    return types or next(_components(components, category, form), None)


def _whole(body: dict[str, Any]) -> Checks:
    for name in ("name", "language", "category", "components"):
        if not body.get(name):
            yield missing(name)
    if not NAME.fullmatch(body["name"]):
        yield _refused("Name is invalid", "The name may hold lower-case letters, digits and '_', up to 512.")
    if not LANGUAGE.fullmatch(body["language"]):
        yield Problem(100, f"Param language must be a known code; '{body['language']}' is none.")
    if body["category"] not in CATEGORIES:
        yield Problem(100, f"Param category must be one of {{{', '.join(CATEGORIES)}}}.")
    form = str(body.get("parameter_format") or "POSITIONAL")
    yield from _components(body["components"], body["category"], form)


def _components(components: Any, category: str, form: str) -> Checks:
    kinds = [str(one.get("type") or "").upper() for one in components]
    for kind in kinds:
        if kind not in COMPONENTS:
            yield Problem(100, f"Param components has an unknown type '{kind}'.")
        if kinds.count(kind) > 1:
            yield _refused("Too many components", f"A template has one {kind} at most.")
    if "BODY" not in kinds:
        yield _refused("Body is missing", "A template must have a BODY.")
    for kind, one in zip(kinds, components, strict=True):
        if kind in _CHECKS:
            yield from _CHECKS[kind](one, category, form.upper())


def _body(component: dict[str, Any], category: str, form: str) -> Checks:
    text = component.get("text")
    if category == "AUTHENTICATION":
        if text:
            yield Problem(100, "An AUTHENTICATION body has no text of its own.")
        return
    yield from _length("body", text, BODY_LENGTH)
    words = str(text)
    yield from _names(words, form)
    if re.search(r"\}\}\s*\{\{", words):
        yield _refused("Variables next to each other", "There must be text between two variables.")
    if words.strip().startswith("{{") or words.strip().endswith("}}"):
        yield _refused(
            "Leading or trailing variable", "Variables can't be at the start or end of the template."
        )
    yield from _examples(component, "body_text", variables(words), form)


def _header(component: dict[str, Any], _: str, form: str) -> Checks:
    kind = str(component.get("format") or "").upper()
    if kind not in HEADERS:
        yield Problem(100, f"Param format must be one of {{{', '.join(HEADERS)}}}.")
    if kind in ("IMAGE", "VIDEO", "DOCUMENT") and not (component.get("example") or {}).get("header_handle"):
        yield _refused("Example is missing", "A media header needs example.header_handle.")
    if kind == "TEXT":
        text = component.get("text")
        yield from _length("header", text, HEADER_LENGTH)
        yield from _names(str(text), form)
        found = variables(str(text))
        if len(found) > 1:
            yield _refused("Too many variables", "A header has one variable at most.")
        yield from _examples(component, "header_text", found, form)


def _footer(component: dict[str, Any], category: str, _: str) -> Checks:
    if category == "AUTHENTICATION":
        return
    text = component.get("text")
    yield from _length("footer", text, FOOTER_LENGTH)
    if VARIABLE.search(str(text)):
        yield _refused("Variable in footer", "A footer has no variables.")


def _buttons(component: dict[str, Any], _: str, __: str) -> Checks:
    buttons = component.get("buttons") or []
    if not buttons:
        yield missing("buttons")
    if len(buttons) > BUTTONS_IN_ALL:
        yield _refused(
            "Too many buttons", f"A template has {BUTTONS_IN_ALL} buttons at most, not {len(buttons)}."
        )
    kinds = [str(one.get("type") or "").upper() for one in buttons]
    for kind, one in zip(kinds, buttons, strict=True):
        if kind not in BUTTONS:
            yield Problem(100, f"Param type of a button must be one of {{{', '.join(BUTTONS)}}}.")
        if kinds.count(kind) > BUTTONS[kind]:
            yield _refused("Too many buttons", f"A template has {BUTTONS[kind]} {kind} at most.")
        yield from _button(kind, one)
    quick = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(one != before for one, before in zip(quick[1:], quick, strict=False)) > 1:
        yield _refused("Buttons are mixed", "Quick replies must stand together, before or after the others.")


def _button(kind: str, button: dict[str, Any]) -> Checks:
    label = button.get("text")
    if kind in ("QUICK_REPLY", "URL", "PHONE_NUMBER") and not label:
        yield missing("text")
    if len(label or "") > LABEL_LENGTH:
        yield _refused("Label is too long", f"A button's label has {LABEL_LENGTH} characters at most.")
    if kind == "URL":
        url = str(button.get("url") or "")
        if not 1 <= len(url) <= URL_LENGTH:
            yield _refused("URL is invalid", f"A button's url has 1 to {URL_LENGTH} characters.")
        found = VARIABLE.findall(url)
        if len(found) > 1 or (found and not url.rstrip().endswith("}}")):
            yield _refused("URL is invalid", "A button's url has one variable at most, at its end.")
        if found and not button.get("example"):
            yield _refused("Example is missing", "A url with a variable needs an example.")
    if kind == "PHONE_NUMBER" and not 1 <= len(str(button.get("phone_number") or "")) <= NUMBER_LENGTH:
        yield _refused("Number is invalid", f"A button's phone_number has 1 to {NUMBER_LENGTH} characters.")
    if kind == "COPY_CODE" and not button.get("example"):
        yield _refused("Example is missing", "A code to copy needs an example.")


_CHECKS: dict[str, Callable[[dict[str, Any], str, str], Checks]] = {
    "BODY": _body,
    "HEADER": _header,
    "FOOTER": _footer,
    "BUTTONS": _buttons,
}


def _length(what: str, text: Any, most: int) -> Checks:
    if not text:
        yield missing(f"{what}.text")
    elif len(text) > most:
        yield _refused(
            f"The {what} is too long", f"The {what} has {len(text)} characters; {most} is the most."
        )


def _names(text: str, form: str) -> Checks:
    found = variables(text)
    if form == "NAMED":
        for name in found:
            if not _NAMED.fullmatch(name):
                yield _refused("Variable is invalid", f"'{name}' is no name of a variable.")
    elif found != tuple(str(place) for place in range(1, len(found) + 1)):
        yield _refused("Variables are invalid", "Variables must be {{1}}, {{2}} and so on, in order.")


def _examples(component: dict[str, Any], name: str, found: tuple[str, ...], form: str) -> Checks:
    example = component.get("example") or {}
    if form == "NAMED":
        given = {one.get("param_name") for one in example.get(f"{name}_named_params") or ()}
        enough = given >= set(found)
    else:
        values = example.get(name) or []
        first = values[0] if values and isinstance(values[0], list) else values
        enough = not found or len(first) == len(found)
    if not enough:
        yield _refused("Example is missing", f"Each of the {len(found)} variables needs an example.")


def _refused(title: str, sentence: str) -> Problem:
    return Problem(100, sentence, REFUSED, (title, sentence))
