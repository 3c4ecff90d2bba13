"""The services behind `api/provider`."""

from __future__ import annotations

from viesti.api.provider import ProviderServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.provider.channels import ProviderChannels


def make(parts: Parts) -> ProviderServices:
    """Make them."""
    return ProviderServices(ProviderChannels(parts.estate, parts.seal.open), parts.take_bodies)
