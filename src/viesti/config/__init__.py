"""Every setting of Viesti: the table in `settings`, read by `loader`."""

from viesti.config.loader import ConfigError, load
from viesti.config.settings import Settings

__all__ = ["ConfigError", "Settings", "load"]
