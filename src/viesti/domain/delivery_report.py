"""The delivery report callback: the URL we GET when a recipient's status changes.

Rule: the customer's URL is sent byte for byte; we only add to it, or fill the places he marked in it.

When the URL holds placeholders such as `%{status}`, those are filled and nothing is appended. Else a query of
the customer's own, with such places, is appended, and without one our parameters, under names that he may
change. A placeholder can't be mistaken for a percent-escape, which never has a brace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import quote

from viesti.domain.failure import Failure
from viesti.domain.status import Status
from viesti.domain.time_text import time_text

# The numbers shown to callers; one numbering for every dialect. Our ranks stay inside.
STATUS_CODES: dict[Status, int] = {
    Status.FROZEN: 6,
    Status.SCHEDULED: 0,
    Status.QUEUED: 0,
    Status.UNKNOWN: 1,
    Status.SENT: 2,
    Status.DELIVERED: 3,
    Status.UNDELIVERED: 4,
    Status.EXPIRED: 4,
    Status.FAILED: 5,
    Status.CANCELLED: 5,
}

# What a report says -> the name of its query parameter, in the order they are appended.
DEFAULT_NAMES: Mapping[str, str] = {
    "messageId": "messageId",
    "recipientId": "recipientId",
    "address": "address",
    "status": "status",
    "statusCode": "statusCode",
    "error": "error",
    "timestamp": "timestamp",
    "customerData": "customerData",
}

_PLACEHOLDER = re.compile(r"%\{([^{}]*)\}")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.~-]")  # what is not unreserved (RFC 3986, 2.3)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a customer is told of one recipient. Ids are as his dialect shows them; `at` has a time zone."""

    message_id: str
    recipient_id: str
    address: str
    status: Status
    failure: Failure | None
    at: datetime
    customer_data: str = ""

    def values(self) -> dict[str, str]:
        """The values as text, by the names of DEFAULT_NAMES; the time is ISO 8601, UTC with 'Z', in
        milliseconds."""
        return {
            "messageId": self.message_id,
            "recipientId": self.recipient_id,
            "address": self.address,
            "status": self.status.word,
            "statusCode": str(STATUS_CODES[self.status]),
            "error": self.failure.value if self.failure else "",
            "timestamp": time_text(self.at),
            "customerData": self.customer_data,
        }


def report_url(
    url: str,
    report: DeliveryReport,
    names: Mapping[str, str] = DEFAULT_NAMES,
    query: str = "",
    words: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The URL to GET. A fragment is dropped, as no client ever sends one.

    `names` maps the keys of DEFAULT_NAMES to the customer's parameter names, in his order; a key left out is
    not sent. `query` is appended in place of them when there is one. `words` are other words for our
    statuses. A placeholder nobody knows becomes empty; `unknown_placeholders` finds it when the URL is
    accepted.
    """
    target = url.partition("#")[0]
    values = report.values()
    values["status"] = words.get(values["status"], values["status"])
    if _PLACEHOLDER.search(target):
        return _filled(target, values)
    if query:
        query = _filled(query, values)
    else:
        query = "&".join([f"{_escaped_name(name)}={_escaped(values[key])}" for key, name in names.items()])
    if "?" not in target:
        separator = "?"
    elif target.endswith(("?", "&")):
        separator = ""
    else:
        separator = "&"
    return target + separator + query if query else target


def unknown_placeholders(url: str) -> tuple[str, ...]:
    """The placeholders in `url` that stand for nothing we report, as written, to tell the caller."""
    return tuple(found[0] for found in _PLACEHOLDER.finditer(url) if found[1] not in DEFAULT_NAMES)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: _escaped(values.get(found[1], "")), text)


def _escaped(text: str) -> str:
    return quote(text, safe="") if _UNSAFE.search(text) else text


_escaped_name = lru_cache(maxsize=1_024)(_escaped)  # the same few for every report
