"""Logs of every process in one form: JSON, one object a line, or readable lines for a terminal.

Rule: what people wrote and what opens doors is never logged. Code does not pass it; should it, the fields
named below are emptied here. Logs of libraries (uvicorn, asyncio) go through the same door.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

KEPT_OUT = "(kept out)"
PRIVATE = frozenset(
    {"authorization", "body", "content", "password", "secret", "secret_key", "short_message", "text", "token"}
)


def keep_private(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Empty the fields that must not be logged."""
    return {name: KEPT_OUT if name.lower() in PRIVATE else value for name, value in event.items()}


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
        last = [structlog.dev.ConsoleRenderer(colors=stream.isatty())]
    else:
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
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
