"""The services behind `api/smartdialog/twoway`."""

from __future__ import annotations

from viesti.api.smartdialog.twoway.bound import TwowayServices
from viesti.cli.api_parts.parts import Parts


def make(parts: Parts) -> TwowayServices:
    """Make them."""
    return TwowayServices()
