"""The services behind `api/native/messages`."""

from __future__ import annotations

from viesti.api.native.messages.bound import MessagesServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.search_messages import SearchMessages
from viesti.services.show_message import ShowMessages


def make(parts: Parts) -> MessagesServices:
    """Make them."""
    return MessagesServices(
        show=ShowMessages(parts.store, parts.estate, parts.short_links),
        search=SearchMessages(parts.store, parts.estate, parts.short_links),
    )
