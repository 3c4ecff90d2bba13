"""What became of the links of some recipients.

Rule: an original URL comes from the stored text, by the rule that the message was sent by, as it does when
the link is followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from viesti.domain.links import find_links
from viesti.services.short_links import ShortLinks
from viesti.storage.store import Transaction


@dataclass(frozen=True, slots=True)
class LinkDetail:
    """A link of a recipient. `persons`: of the clicks, those that nothing speaks against; `distinct`: 1 when
    there was a person."""

    index: int
    url: str
    short_url: str
    clicks: int
    persons: int
    first_at: datetime | None
    last_at: datetime | None

    @property
    def machines(self) -> int:
        return self.clicks - self.persons

    @property
    def distinct(self) -> int:
        return 1 if self.persons else 0


async def link_details(
    tx: Transaction, short_links: ShortLinks, recipient_ids: Sequence[int]
) -> dict[int, tuple[LinkDetail, ...]]:
    """The links by recipient, in their order; one whose links are not tracked is not in it. The ids must be
    those of the customer who sees them."""
    texts = await tx.clicks.link_texts(recipient_ids) if recipient_ids else []
    if not texts:
        return {}
    known = {
        (one.recipient_id, one.link): one for one in await tx.clicks.of_recipients([one.id for one in texts])
    }
    details = {}
    for recipient_id, text, base, rule in texts:
        listed = []
        for number, link in enumerate(find_links(text, rule)):
            seen = known.get((recipient_id, number))
            listed.append(
                LinkDetail(
                    index=number,
                    url=link.url,
                    short_url=short_links.url(base, recipient_id, number),
                    clicks=seen.clicks if seen else 0,
                    persons=seen.persons if seen else 0,
                    first_at=seen.first_at if seen else None,
                    last_at=seen.last_at if seen else None,
                )
            )
        details[recipient_id] = tuple(listed)
    return details
