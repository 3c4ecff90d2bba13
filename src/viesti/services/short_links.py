"""The short links of this installation: one key, made once and shared by all its processes.

Rule: what goes out is made of what is stored, at every try and for every view anew; so it is the same
each time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from viesti.domain.links import find_links, replace_links
from viesti.services.platform_key import platform_key
from viesti.storage.link_tokens import KEY_OCTETS, LinkCipher
from viesti.storage.seal import Seal
from viesti.storage.store import Store

NAME = "links"


class ShortLinks(LinkCipher):
    """Makes short links and reads their tokens."""

    @classmethod
    async def open(
        cls, store: Store, seal: Seal, chance: Callable[[int], bytes], now: datetime
    ) -> ShortLinks:
        """With the key of this installation, made at its first use. `chance(n)` gives n random octets.

        Raises `StoreUnavailable`, and `SealError` when secret_key is not the one that sealed it.
        """
        return cls(await platform_key(store, seal, NAME, KEY_OCTETS, chance, now))

    def url(self, base: str, recipient_id: int, link: int) -> str:
        """The short link of a recipient's link."""
        return base + self.token(recipient_id, link)

    def sent_text(self, recipient_id: int, text: str, base: str | None, rule: int | None) -> str:
        """What goes out to a recipient. `text`: what is stored, his own or his message's; `base` and `rule`:
        the message's, None when its links are not tracked."""
        if base is None or rule is None:
            return text
        links = find_links(text, rule)
        if not links:
            return text
        return replace_links(
            text, links, [self.url(base, recipient_id, number) for number in range(len(links))]
        )
