"""What providers call: `/provider/...`, proved by a signature instead of a key of ours."""

from viesti.api.provider.whatsapp import ProviderServices, routes

__all__ = ["ProviderServices", "routes"]
