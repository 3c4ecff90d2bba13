"""Templates at the simulated Cloud API: which are refused at creation, and what fits which."""

from __future__ import annotations

from typing import Any

import pytest

from viesti.simulator.whatsapp.fit import Filled, fill
from viesti.simulator.whatsapp.problem import Problem
from viesti.simulator.whatsapp.template_rules import problem_of
from viesti.simulator.whatsapp.templates import Template

BODY = "Hei {{1}}, tilaus {{2}} on valmis."
EXAMPLE = {"body_text": [["Aino", "17"]]}


def body(text: str = BODY, *values: str, **more: Any) -> dict[str, Any]:
    example = {"example": {"body_text": [list(values)]}} if values else {}
    return {"type": "BODY", "text": text, **example, **more}


def made(*components: dict[str, Any], **members: Any) -> dict[str, Any]:
    whole = {"name": "order_ready", "language": "fi", "category": "UTILITY", "components": list(components)}
    return whole | members


def pressed(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(buttons)}


QUICK = {"type": "QUICK_REPLY", "text": "OK"}
URL = {"type": "URL", "text": "See", "url": "https://example.com/{{1}}", "example": ["https://example.com/1"]}
CALL = {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+358401234567"}
GOOD = body(BODY, "Aino", "17")


@pytest.mark.parametrize(
    "whole",
    [
        made(GOOD),
        made({"type": "HEADER", "format": "TEXT", "text": "Hei"}, body("Hei!")),
        made(body("Hei!"), {"type": "FOOTER", "text": "x"}),
        made({"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::a"]}}, body("Hei!")),
        made(body("Hei!"), pressed(QUICK, QUICK, URL, CALL)),
        made(body("Hei!"), pressed(URL, CALL, QUICK)),
        made({"type": "BODY"}, category="AUTHENTICATION"),
        made(
            {"type": "BODY", "text": "Hei {{name}}!",
             "example": {"body_text_named_params": [{"param_name": "name", "example": "Aino"}]}},
            parameter_format="NAMED",
        ),
    ],
)  # fmt: skip
def test_created(whole: dict[str, Any]) -> None:
    assert problem_of(whole) is None


@pytest.mark.parametrize(
    ("whole", "says"),
    [
        (made(GOOD, name="Order"), "lower-case"),
        (made(GOOD, language="finnish"), "language"),
        (made(GOOD, category="SERVICE"), "category"),
        (made({"type": "FOOTER", "text": "x"}), "BODY"),
        (made(GOOD, GOOD), "one BODY"),
        (made(body("x" * 1025)), "1025"),
        (made(body("{{1}} hei", "a")), "start or end"),
        (made(body("Hei {{1}}", "a")), "start or end"),
        (made(body("Hei {{1}}{{2}}!", "a", "b")), "between two variables"),
        (made(body("Hei {{2}}!", "a")), "in order"),
        (made(body("Hei {{1}}!")), "example"),
        (made(GOOD, {"type": "FOOTER", "text": "Hei {{1}}"}), "no variables"),
        (made(GOOD, {"type": "FOOTER", "text": "x" * 61}), "61"),
        (made({"type": "HEADER", "format": "TEXT", "text": "x" * 61}, GOOD), "61"),
        (made({"type": "HEADER", "format": "TEXT", "text": "{{1}} {{2}}"}, GOOD), "one variable"),
        (made({"type": "HEADER", "format": "IMAGE"}, GOOD), "header_handle"),
        (made(GOOD, pressed(QUICK, URL, QUICK)), "together"),
        (made(GOOD, pressed(URL, URL, URL)), "2 URL"),
        (made(GOOD, pressed(*[QUICK] * 11)), "10 buttons"),
        (made(GOOD, pressed({"type": "QUICK_REPLY", "text": "x" * 26})), "25"),
        (made(GOOD, pressed({**URL, "url": "https://{{1}}.example.com/a"})), "at its end"),
        (made(GOOD, pressed({**URL, "example": None})), "example"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_refused(whole: dict[str, Any], says: str) -> None:
    problem = problem_of(whole)
    assert problem is not None
    assert problem.status == 400
    assert says in problem.details
    assert "error_user_msg" not in problem.answer("A")["error"] or says in problem.user[1]


def template(*components: dict[str, Any]) -> Template:
    return Template("1", "2", "order_ready", "fi", "UTILITY", list(components), status="APPROVED")


def texts(where: str, *values: str, **more: Any) -> dict[str, Any]:
    return {"type": where, "parameters": [{"type": "text", "text": value} for value in values], **more}


PICTURE = template({"type": "HEADER", "format": "IMAGE"}, GOOD)
BUTTONS = template(body("Hei!"), pressed(URL, QUICK))
IMAGE = {"type": "header", "parameters": [{"type": "image", "image": {"id": "7"}}]}
URL_VALUE = texts("button", "17", sub_type="url", index="0")


@pytest.mark.parametrize(
    ("of", "sent", "expected"),
    [
        (template(GOOD), [texts("body", "Aino", "17")], Filled("Hei Aino, tilaus 17 on valmis.")),
        (template(body("Hei {{name}}!")),
         [{"type": "body", "parameters": [{"type": "text", "parameter_name": "name", "text": "Aino"}]}],
         Filled("Hei Aino!")),
        (template({"type": "HEADER", "format": "TEXT", "text": "Nro {{1}}"}, body("Hei!")),
         [texts("header", "17")], Filled("Hei!", "Nro 17")),
        (PICTURE, [IMAGE, texts("body", "a", "b")],
         Filled("Hei a, tilaus b on valmis.", media=("image", {"id": "7"}))),
        (BUTTONS, [URL_VALUE],
         Filled("Hei!", buttons=(("URL", "See", "https://example.com/17"), ("QUICK_REPLY", "OK", "OK")))),
    ],
)  # fmt: skip
def test_fits(of: Template, sent: list[dict[str, Any]], expected: Filled) -> None:
    assert fill(of, sent) == expected


@pytest.mark.parametrize(
    ("of", "sent", "code"),
    [
        (template(GOOD), [], 132000),
        (template(GOOD), [texts("body", "Aino")], 132000),
        (template(GOOD), [texts("body", "a", "b", "c")], 132000),
        (template(GOOD), [texts("body", "a\nb", "c")], 100),
        (template(GOOD), [texts("body", "", "c")], 131008),
        (template(GOOD), [texts("body", "x" * 20_000, "x" * 20_000)], 132005),
        (template(GOOD, pressed(CALL)), [texts("body", "x" * 600, "x" * 600)], 132005),
        (template(GOOD), [{"type": "body", "parameters": [{"type": "image"}] * 2}], 132012),
        (template(GOOD), [texts("body", "a", "b"), texts("button", "x", index="0")], 132000),
        (PICTURE, [texts("body", "a", "b")], 132012),
        (PICTURE, [texts("header", "a"), texts("body", "a", "b")], 132012),
        (BUTTONS, [], 131008),
        (template(body("Hei!"), pressed({**URL, "url": "https://example.com/"})), [URL_VALUE], 132000),
    ],
)
def test_does_not_fit(of: Template, sent: list[dict[str, Any]], code: int) -> None:
    problem = fill(of, sent)
    assert isinstance(problem, Problem)
    assert problem.code == code
