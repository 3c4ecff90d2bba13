"""The services behind `api/txtsync/reading`."""

from __future__ import annotations

from viesti.api.txtsync.reading.bound import ReadingServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.sms.read import ReadSms


def make(parts: Parts) -> ReadingServices:
    """Make them."""
    return ReadingServices(read=ReadSms(parts.store, parts.estate, parts.short_links))
