"""Gives what came with a message beside its text, to whoever has the URL that was told of it.

Rule: without a good token nothing is looked up; what is wrong with the URL is not told apart.
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


@dataclass(frozen=True, slots=True)
class Shown:
    """An attachment."""

    name: str
    mime_type: str
    content: bytes


class ShowAttachment:
    """The service."""

    def __init__(
        self, store: Store, guids: GuidCipher, links: AttachmentLinks, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._guids = guids
        self._links = links
        self._now = now

    async def __call__(self, guid: str, token: str) -> Shown | Missing:
        """The attachment that these words of a URL stand for. Raises `StoreUnavailable`."""
        identifier = self._guids.read(GuidKind.ATTACHMENT, guid)
        if identifier is None or not self._links.allows(
            self._guids.of(GuidKind.ATTACHMENT, identifier), token, self._now()
        ):
            return _MISSING
        async with self._store.statements() as tx:
            content = await tx.inbound.payload(identifier)
        return _MISSING if content is None else Shown(BINARY_NAME, BINARY_TYPE, content)
