"""The services behind `api/smartdialog/sending`."""

from __future__ import annotations

from viesti.api.smartdialog.sending.bound import SendingServices
from viesti.cli.api_parts.parts import Parts


def make(parts: Parts) -> SendingServices:
    """Make them."""
    return SendingServices()
