"""Gives what came with a message beside its text, to whoever has the URL that was told of it.

Rule: without a good token nothing is looked up; what is wrong with the URL is not told apart. A file that is
still being fetched from the provider is said to be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from viesti.services.attachment_links import AttachmentLinks
from viesti.services.guids import GuidKind
from viesti.services.notify import BINARY_NAME, BINARY_TYPE
from viesti.services.refusals import Missing
from viesti.storage.guid import GuidCipher
from viesti.storage.store import Store

_MISSING = Missing("", "There is no such attachment, or the time of this URL is over.")
_LOST = Missing("", "The provider no longer gives this file.")


@dataclass(frozen=True, slots=True)
class Shown:
    """An attachment."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NotYet:
    """It is being fetched."""


class ShowAttachment:
    """The service."""

    def __init__(
        self, store: Store, guids: GuidCipher, links: AttachmentLinks, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._guids = guids
        self._links = links
        self._now = now

    async def __call__(self, guid: str, token: str) -> Shown | NotYet | Missing:
        """The attachment that these words of a URL stand for. Raises `StoreUnavailable`."""
        identifier = self._guids.read(GuidKind.ATTACHMENT, guid)
        if identifier is None or not self._links.allows(
            self._guids.of(GuidKind.ATTACHMENT, identifier), token, self._now()
        ):
            return _MISSING
        async with self._store.statements() as tx:
            content = await tx.inbound.payload(identifier)
            if content is not None:
                return Shown(BINARY_NAME, BINARY_TYPE, content)
            file = await tx.inbound_media.shown(identifier)
        if file is None:
            return _MISSING
        if file.content is not None:
            return Shown(file.name, file.mime_type, file.content)
        return NotYet() if file.fetched_at is None else _LOST
