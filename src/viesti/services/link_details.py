"""What became of the links of some recipients.

Rule: an original URL comes from the stored text, by the rule that the message was sent by, as it does when
the link is followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from viesti.domain.links import find_links
from viesti.services.short_links import ShortLinks
from viesti.storage.store import Transaction


class LinkDetail(msgspec.Struct, frozen=True):
    """A link of a recipient. `persons`: of the clicks, those that nothing speaks against, `machines` the
    others; `distinct`: 1 when there was a person."""

    index: int
    url: str
    short_url: str
    clicks: int = 0
    persons: int = 0
    machines: int = 0
    distinct: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


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
        for detail in new_details(short_links, recipient_id, text, base, rule):
            seen = known.get((recipient_id, detail.index))
            if seen:
                detail = replace(
                    detail,
                    clicks=seen.clicks,
                    persons=seen.persons,
                    machines=seen.clicks - seen.persons,
                    distinct=1 if seen.persons else 0,
                    first_at=seen.first_at,
                    last_at=seen.last_at,
                )
            listed.append(detail)
        details[recipient_id] = tuple(listed)
    return details


def new_details(
    short_links: ShortLinks, recipient_id: int, text: str, base: str, rule: int
) -> tuple[LinkDetail, ...]:
    """The links of a recipient as they are when nobody has followed one."""
    return tuple(
        [
            LinkDetail(number, link.url, short_links.url(base, recipient_id, number))
            for number, link in enumerate(find_links(text, rule))
        ]
    )
