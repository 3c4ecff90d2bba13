"""The services behind `api/txtsync/sending`."""

from __future__ import annotations

from viesti.api.txtsync.sending.bound import SendingServices
from viesti.cli.api_parts.parts import Parts


def make(parts: Parts) -> SendingServices:
    """Make them."""
    return SendingServices(submit=parts.submit)
