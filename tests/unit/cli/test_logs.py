"""Logs: one form for ours and the libraries', and nothing private in them."""

from __future__ import annotations

import ast
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import structlog

import viesti
from viesti.cli.logs import KEPT_OUT, PRIVATE, configure


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    """Give the root logger back to pytest."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def test_json_is_one_object_a_line_for_us_and_for_libraries() -> None:
    stream = io.StringIO()
    configure("info", "json", stream)
    structlog.get_logger("viesti.engine").info("claimed", count=3, place="Jyväskylä")
    logging.getLogger("uvicorn.error").warning("%s things", 2)
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert {
        "event": "claimed",
        "count": 3,
        "level": "info",
        "logger": "viesti.engine",
    }.items() <= first.items()
    assert {"event": "2 things", "level": "warning", "logger": "uvicorn.error"}.items() <= second.items()
    assert "Jyväskylä" in stream.getvalue()
    assert first["timestamp"].endswith("Z")


def test_an_exception_stays_on_its_line() -> None:
    stream = io.StringIO()
    configure("info", "json", stream)
    try:
        raise KeyError("lost")
    except KeyError:
        structlog.get_logger().exception("broken")
    [line] = stream.getvalue().splitlines()
    assert "KeyError: 'lost'" in json.loads(line)["exception"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_row_that_the_database_refused_is_not_shown(form: str) -> None:
    """What PostgreSQL says beside its sentence quotes the row, and a traceback may show what is in hand."""
    stream = io.StringIO()
    configure("info", form, stream)
    words = "see you at seven"
    try:
        try:
            error = asyncpg.CheckViolationError("new row violates a check")
            error.detail = f"Failing row contains ({words},\n{words})."
            raise error
        except asyncpg.CheckViolationError as cause:
            raise RuntimeError("not stored") from cause
    except RuntimeError:
        structlog.get_logger().exception("broken")
    shown = stream.getvalue()
    assert words not in shown
    assert "new row violates a check" in shown
    assert "not stored" in shown


@pytest.mark.parametrize("form", ["json", "console", "auto"])
@pytest.mark.parametrize("field", ["text", "password", "Authorization", "secret", "body", "token"])
def test_private_fields_are_emptied(form: str, field: str) -> None:
    stream = io.StringIO()
    configure("debug", form, stream)
    structlog.get_logger().info("event", **{field: "verysecret"})
    assert "verysecret" not in stream.getvalue()
    assert KEPT_OUT in stream.getvalue()


@pytest.mark.parametrize(("level", "shown"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_level(level: str, shown: int) -> None:
    stream = io.StringIO()
    configure(level, "json", stream)
    log = structlog.get_logger()
    log.debug("a"), log.info("b"), log.warning("c"), log.error("d")
    assert len(stream.getvalue().splitlines()) == shown


def test_nothing_is_logged_under_a_name_that_is_emptied() -> None:
    """An id that goes by such a name would be missed by whoever looks for it."""
    found = [
        f"{path.name}: {keyword.arg}"
        for path in Path(viesti.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "_log"
        for keyword in node.keywords
        if keyword.arg in PRIVATE
    ]
    assert found == []
