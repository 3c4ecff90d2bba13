"""The services behind `api/smartdialog/groups`."""

from __future__ import annotations

from viesti.api.smartdialog.groups.bound import GroupsServices
from viesti.cli.api_parts.parts import Parts


def make(parts: Parts) -> GroupsServices:
    """Make them."""
    return GroupsServices()
