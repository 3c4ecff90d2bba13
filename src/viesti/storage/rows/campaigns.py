"""Campaigns, their audiences, and the pages of them that became messages.

Rule: whoever plans, feeds or steers a campaign holds its row (`lock`, `lock_due`) until his transaction ends;
so a page is fed by one process at a time, and none after a pause was answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from viesti.domain.campaign import Campaign, CampaignStatus, Person, Progress, Source
from viesti.domain.contact import properties_from
from viesti.domain.send_window import SendWindow
from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("campaigns")


class Put(NamedTuple):
    """What came of putting people into an audience: how many were offered, are contacts without a number,
    were new in it, and had opted out of those."""

    offered: int
    numberless: int
    new: int
    opted_out: int


class MadePage(NamedTuple):
    """A page that became a message."""

    message_id: int
    parts: int
    addresses: frozenset[str]


class Preview(NamedTuple):
    """Whom an audience would be: how many were named, are contacts without a number, members who are not
    written to, people, and had opted out; a sample of those who are sent to, and who is shown."""

    named: int
    numberless: int
    inactive: int
    people: int
    opted_out: int
    sample: list[str]
    shown: str | None
    shown_opted_out: bool


class Replies(NamedTuple):
    """What came in from people of a campaign: messages, people, and people who said stop."""

    messages: int
    people: int
    stopped: int


class Campaigns:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, campaign: Campaign) -> None:
        c = campaign
        await self._connection.execute(
            SQL["add"],
            *(c.id, c.bucket, c.customer_id, c.dialect, c.name, c.status.value, c.sender, c.text),
            *(c.service_id, c.application_id, c.user_id, c.track_links, c.quiet, c.extras, c.send_at),
            *((c.window.start, c.window.end, sorted(c.window.days)) if c.window else (None, None, None)),
            *(c.created_at, c.tend_at, c.page_size),
        )

    async def add_sources(self, campaign: Campaign, sources: Sequence[Source]) -> None:
        """Name more people; the campaign must be held."""
        if sources:
            first = await self.count_sources(campaign.id)
            columns = zip(*sources, strict=True)
            await self._connection.execute(SQL["add_sources"], campaign.id, campaign.bucket, first, *columns)

    async def count_sources(self, campaign_id: int) -> int:
        return int(await self._connection.fetchval(SQL["count_sources"], campaign_id))

    async def source(self, campaign_id: int, position: int) -> Source | None:
        row = await self._connection.fetchrow(SQL["source"], campaign_id, position)
        if row is None:
            return None
        return Source(
            row["list_id"],
            tuple(row["contacts"]) if row["contacts"] is not None else None,
            tuple(row["numbers"]) if row["numbers"] is not None else None,
        )

    async def one(self, campaign_id: int, customer_id: int) -> Campaign | None:
        return _campaign(await self._connection.fetchrow(SQL["one"], campaign_id, customer_id))

    async def anyones(self, campaign_id: int) -> Campaign | None:
        return _campaign(await self._connection.fetchrow(SQL["anyones"], campaign_id))

    async def lock(self, campaign_id: int, customer_id: int) -> Campaign | None:
        """A customer's campaign, held until the transaction ends."""
        return _campaign(await self._connection.fetchrow(SQL["lock"], campaign_id, customer_id))

    async def lock_due(self, now: datetime) -> Campaign | None:
        """A campaign that there is something to do for, held."""
        return _campaign(await self._connection.fetchrow(SQL["lock_due"], now))

    async def next_due(self) -> datetime | None:
        due: datetime | None = await self._connection.fetchval(SQL["next_due"])
        return due

    async def listed(
        self, customer_id: int, by: str, descending: bool, limit: int, offset: int
    ) -> list[Campaign]:
        """Of a customer, by `created`, `name` or `status`."""
        rows = await self._connection.fetch(SQL["listed"], customer_id, by, descending, limit, offset)
        return [_known(row) for row in rows]

    async def newest(self, limit: int) -> list[Campaign]:
        """The newest of all customers."""
        return [_known(row) for row in await self._connection.fetch(SQL["listed_of_all"], limit)]

    async def write(self, campaign: Campaign) -> None:
        """Write what changes in a campaign; it must be held."""
        c = campaign
        await self._connection.execute(
            SQL["write"],
            *(c.id, c.status.value, c.why, c.started_at, c.planned_at, c.finished_at, c.tend_at),
            *(c.sources_done, c.source_after, c.people, c.opted_out, c.duplicates, c.inactive, c.numberless),
            *(c.pages, c.fed_to, c.fed, c.refused),
        )

    async def plan_numbers(self, campaign: Campaign, numbers: Sequence[str], scopes: Sequence[str]) -> Put:
        """Put numbers into the audience. `scopes`: the opt-outs that count."""
        row = await self._connection.fetchrow(
            SQL["plan_numbers"], campaign.id, campaign.bucket, campaign.customer_id, numbers, scopes
        )
        assert row is not None  # it counts
        return Put(len(numbers), 0, row["new"], row["opted_out"])

    async def plan_contacts(self, campaign: Campaign, contacts: Sequence[int], scopes: Sequence[str]) -> Put:
        """Put contacts into the audience."""
        row = await self._connection.fetchrow(
            SQL["plan_contacts"], campaign.id, campaign.bucket, campaign.customer_id, contacts, scopes
        )
        assert row is not None  # it counts
        return Put(row["found"], row["numberless"], row["new"], row["opted_out"])

    async def members(self, list_id: int, after: int, limit: int) -> list[tuple[int, bool]]:
        """The next on a list, as `(contact id, active)`."""
        rows = await self._connection.fetch(SQL["members"], list_id, after, limit)
        return [(row["contact_id"], row["active"]) for row in rows]

    async def people(self, campaign_id: int, after: str, limit: int) -> list[Person]:
        """The next people who are sent to, in the order of addresses."""
        return [
            _person(row) for row in await self._connection.fetch(SQL["people"], campaign_id, after, limit)
        ]

    async def refuse(self, campaign_id: int, refused: Sequence[tuple[str, str]]) -> None:
        """`(address, why)` of people who can't be sent to."""
        if refused:
            await self._connection.execute(SQL["refuse"], campaign_id, *zip(*refused, strict=True))

    async def passed(
        self, campaign_id: int, state: int, after: str, limit: int
    ) -> list[tuple[str, int | None, str | None]]:
        """People who are passed over, as `(address, contact id, why)`."""
        rows = await self._connection.fetch(SQL["passed"], campaign_id, after, state, limit)
        return [(row["address"], row["contact_id"], row["why"]) for row in rows]

    async def message_of_page(self, campaign_id: int, request_id: str) -> MadePage | None:
        """The message that a page became already."""
        row = await self._connection.fetchrow(SQL["message_of_page"], campaign_id, request_id)
        return MadePage(row["id"], row["part_count"], frozenset(row["addresses"])) if row else None

    async def add_page(self, campaign: Campaign, made: MadePage, now: datetime) -> None:
        """The campaign's next page became this message."""
        c = campaign
        await self._connection.execute(
            SQL["add_page"], c.id, c.bucket, c.pages, made.message_id, len(made.addresses), made.parts, now
        )

    async def queued(self, campaign_id: int) -> int:
        """How many of its recipients wait for a channel, or are in its hands."""
        return int(await self._connection.fetchval(SQL["queued"], campaign_id))

    async def waiting(self, campaign_id: int) -> int:
        """The same, and those that are held back."""
        return int(await self._connection.fetchval(SQL["waiting"], campaign_id))

    async def pages_to_look_at(self, now: datetime, limit: int) -> list[int]:
        """Messages of pages whose time has come, held."""
        rows = await self._connection.fetch(SQL["pages_to_look_at"], now, limit)
        return [row["message_id"] for row in rows]

    async def unsettled_pages(self, campaign_id: int, looked_before: datetime, limit: int) -> list[int]:
        """Messages of pages that may still change and were not looked at since."""
        rows = await self._connection.fetch(SQL["unsettled_pages"], campaign_id, looked_before, limit)
        return [row["message_id"] for row in rows]

    async def look(self, message_ids: Sequence[int], now: datetime) -> None:
        """Look how the recipients of pages stand, and write it down."""
        if message_ids:
            await self._connection.execute(SQL["look"], message_ids, now)

    async def progress(self, campaign_ids: Sequence[int]) -> dict[int, Progress]:
        """By campaign, as of when its pages were last looked at; one without pages is not in it."""
        rows = await self._connection.fetch(SQL["progress"], campaign_ids)
        return {row["campaign_id"]: Progress._make(tuple(row)[1:]) for row in rows}

    async def replies(self, campaign_id: int, customer_id: int, after_id: int, since: datetime) -> Replies:
        """What people answered to a campaign, among what came in after an id and since a moment."""
        row = await self._connection.fetchrow(SQL["replies"], campaign_id, customer_id, after_id, since)
        assert row is not None  # it counts
        return Replies._make(row)

    async def preview(
        self, customer_id: int, sources: Sequence[Source], scopes: Sequence[str], index: int, sample: int
    ) -> Preview:
        """Whom an audience would be; nothing is written. `index`: who of them is shown."""
        row = await self._connection.fetchrow(
            SQL["preview"],
            customer_id,
            [number for source in sources for number in source.numbers or ()],
            [contact for source in sources for contact in source.contacts or ()],
            [source.list_id for source in sources if source.list_id is not None],
            scopes,
            index,
            sample,
        )
        assert row is not None  # it counts
        values = dict(row)
        shown = values.pop("shown")
        return Preview(**values, shown=shown[0] if shown else None, shown_opted_out=bool(shown and shown[2]))

    async def people_by_number(self, customer_id: int, numbers: Sequence[str]) -> list[Person]:
        """What is known of these, in their order."""
        rows = await self._connection.fetch(SQL["preview_people"], customer_id, numbers)
        return [_person(row) for row in rows]

    async def forget(self, before: datetime, limit: int) -> int:
        """Take away people of the campaign that has been over for longest, and with the last of them the
        campaign; gives how many rows of these."""
        done = await self._connection.execute(SQL["forget_people"], before, limit)
        people = int(done.split()[-1])
        return people or int(await self._connection.fetchval(SQL["forget"], before))

    async def known_contacts(self, customer_id: int, ids: Sequence[int]) -> dict[int, str | None]:
        """Those of these that are the customer's, with their numbers."""
        if not ids:
            return {}
        rows = await self._connection.fetch(SQL["known_contacts"], customer_id, ids)
        return {row["id"]: row["phone"] for row in rows}

    async def known_tags(self, customer_id: int, ids: Sequence[int]) -> list[int]:
        """Those of these that are tags of the customer."""
        if not ids:
            return []
        return [row["id"] for row in await self._connection.fetch(SQL["known_tags"], customer_id, ids)]

    async def lists_of_groups(self, customer_id: int, service_ids: Sequence[int]) -> list[int]:
        """The lists of these group services of a customer."""
        rows = await self._connection.fetch(SQL["lists_of_groups"], customer_id, service_ids)
        return [row["id"] for row in rows]

    async def tags_by_name(self, customer_id: int, names: Sequence[str]) -> dict[str, int]:
        """The customer's tags of these names, by the name as it is given."""
        if not names:
            return {}
        rows = await self._connection.fetch(SQL["tags_by_name"], customer_id, names)
        return {row["written"]: row["id"] for row in rows}

    async def example(self, list_id: int) -> str | None:
        """The number of somebody on a list."""
        found: str | None = await self._connection.fetchval(SQL["example"], list_id)
        return found


def _campaign(row: Any) -> Campaign | None:
    return _known(row) if row else None


def _known(row: Any) -> Campaign:
    values = dict(row)
    start, end, days = (values.pop(name) for name in ("window_start", "window_end", "window_days"))
    values["window"] = SendWindow(start, end, frozenset(days)) if days is not None else None
    values["status"] = CampaignStatus(values["status"])
    return Campaign(**values)


def _person(row: Any) -> Person:
    if row["id"] is None:
        return Person(row["address"], None, None, "", "", "", "", "", "", "", "", "", "", "", ())
    values = dict(row)
    values["contact_id"] = values.pop("id")
    values["properties"] = properties_from(values["properties"])
    return Person(**values)
