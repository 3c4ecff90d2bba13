"""The services behind `console`."""

from __future__ import annotations

from viesti.cli.api_parts.oauth import make_sign_in
from viesti.cli.api_parts.parts import Parts
from viesti.console import ConsoleServices
from viesti.services.contacts.profile import ShowProfile
from viesti.services.sms.read import ReadSms


def make(parts: Parts) -> ConsoleServices:
    """Make them."""
    sms = ReadSms(parts.store, parts.estate, parts.short_links)
    return ConsoleServices(
        sign_in=make_sign_in(parts),
        profile=ShowProfile(parts.store, parts.estate, sms),
        base_url=parts.base_url,
    )
