"""Logs of every process in one form: JSON, one object a line, or readable lines for a terminal.

Rule: what people wrote and what opens doors is never logged. Code does not pass it; should it, the fields
named below are emptied here, and so is what the database quotes of a row; a traceback shows no variables.
Logs of libraries (uvicorn, asyncio) go through the same door.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

KEPT_OUT = "(kept out)"
PRIVATE = frozenset(
    {"authorization", "body", "content", "password", "secret", "secret_key", "short_message", "text", "token"}
)


def keep_private(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Empty the fields that must not be logged."""
    return {name: KEPT_OUT if name.lower() in PRIVATE else value for name, value in event.items()}


def say_exception(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Put an exception into words; those of PostgreSQL without the detail, which quotes the row."""
    private = [error.detail for error in _chain(event.get("exc_info")) if getattr(error, "detail", None)]
    event = structlog.processors.format_exc_info(logger, method, event)
    for quoted in private:
        event["exception"] = event["exception"].replace(str(quoted), KEPT_OUT)
    return event


def _chain(given: object) -> list[Any]:
    """The exception of a log call, and what it came from."""
    error: BaseException | None = sys.exc_info()[1]
    if isinstance(given, tuple):
        error = given[1]
    elif isinstance(given, BaseException):
        error = given
    found: list[BaseException] = []
    while given and error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def configure(level: str, form: str, stream: TextIO = sys.stderr) -> None:
    """Set up this process's logs. `level` and `form` are as in the settings log_level and log_format."""
    console = form == "console" or (form == "auto" and stream.isatty())
    always: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        keep_private,
    ]
    last: list[Processor]
    if console:
        show, colours = structlog.dev.plain_traceback, stream.isatty()
        last = [
            say_exception,
            structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=show),
        ]
    else:
        last = [say_exception, structlog.processors.JSONRenderer(ensure_ascii=False)]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=always,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *always,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
