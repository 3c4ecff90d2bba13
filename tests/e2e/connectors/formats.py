"""Formats of values that bravado-core lacks, or reads otherwise than they are meant."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

import dateutil.parser
from bravado_core.exception import SwaggerValidationError
from bravado_core.formatter import SwaggerFormat

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def _is_moment(text: str) -> None:
    if text and not MOMENT.fullmatch(text):
        raise SwaggerValidationError(f"{text!r} is no time")


# The library's own checks nothing, and breaks at "", which TxtSync has always said for "not yet".
DATE_TIME = SwaggerFormat(
    format="date-time",
    to_wire=datetime.isoformat,
    to_python=lambda text: dateutil.parser.parse(text) if text else None,
    validate=_is_moment,
    description="RFC 3339, or nothing",
)
# One that the library lacks.
GUID = SwaggerFormat(format="uuid", to_wire=str, to_python=UUID, validate=UUID, description="RFC 9562")
FORMATS = [DATE_TIME, GUID]
