"""The services behind `api/oauth`."""

from __future__ import annotations

from viesti.api.oauth import OAuthServices
from viesti.cli.api_parts.parts import Parts


def make(parts: Parts) -> OAuthServices:
    """Make them."""
    return OAuthServices()
