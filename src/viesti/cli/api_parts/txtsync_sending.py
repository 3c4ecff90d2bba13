"""The services behind `api/txtsync/sending`."""

from __future__ import annotations

from viesti.api.txtsync.sending.bound import SendingServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.sms.read import ReadSms


def make(parts: Parts) -> SendingServices:
    """Make them."""
    return SendingServices(
        submit=parts.submit,
        read=ReadSms(parts.store, parts.estate, parts.short_links),
        short_links=parts.short_links,
    )
