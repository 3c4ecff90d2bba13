"""The services behind `api/smartdialog/directory`."""

from __future__ import annotations

from viesti.api.smartdialog.directory.bound import DirectoryServices
from viesti.cli.api_parts.parts import Parts


def make(parts: Parts) -> DirectoryServices:
    """Make them."""
    return DirectoryServices()
