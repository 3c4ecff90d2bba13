"""Contacts, tags and the services of campaigns on the world of the services' tests.

Rule: what is sent is taken from the dispatcher's claims and the tables, as a carrier would see it.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from tests.integration.services.world import (
    ACME,
    ACME_APP,
    ACME_BUCKET,
    ONE_WAY,
    START,
    Process,
    World,
    address,
    taken,
)

from viesti.domain.campaign import Campaign
from viesti.services.campaigns.create import Audience, CampaignRequest, CreateCampaign, Made
from viesti.services.campaigns.feed import Feed
from viesti.services.campaigns.queue import MoveQueued
from viesti.services.campaigns.steer import SteerCampaign, Verb
from viesti.services.campaigns.tend import TendCampaigns
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.release_held import ReleaseHeld
from viesti.services.requests import NotAccepted

ALL, HALF = 7 * 64 + ACME_BUCKET, 8 * 64 + ACME_BUCKET


class Campaigns:
    """The services of one process. Pages are small, so that few people are many of them."""

    def __init__(self, world: World, process: Process | None = None) -> None:
        one = process or world.process
        store, estate, clock = one.store, one.estate, world.clock
        self.world = world
        self.create = CreateCampaign(store, estate, one.submit, one.waker, clock, page=3)
        cancel = CancelWaiting(store, estate, one.publish, one.waker, clock)
        self.move = MoveQueued(store, ReleaseHeld(estate, one.waker, clock), cancel, clock)
        self.steer = SteerCampaign(store, self.move, one.waker, clock)
        self.tend = TendCampaigns(store, estate, Feed(one.submit, least_ahead=6), self.move, clock)

    async def tag(self, list_id: int, name: str, *numbers: int, active: bool = True) -> None:
        """Put contacts on a tag, made if they are not there; contact n has number n and id (1000 + n)."""
        world = self.world
        await world.db.execute(
            "insert into lists (id, bucket, customer_id, name) values ($1, $2, $3, $4)"
            " on conflict do nothing",
            list_id, ACME_BUCKET, ACME, name,
        )  # fmt: skip
        for number in numbers:
            await self.contact(number)
        await world.db.executemany(
            "insert into list_members (list_id, bucket, contact_id, active, added_at)"
            " values ($1, $2, $3, $4, $5)",
            [(list_id, ACME_BUCKET, contact_id(number), active, START) for number in numbers],
        )

    async def contact(self, number: int, **fields: Any) -> None:
        values = {
            "id": contact_id(number), "bucket": ACME_BUCKET, "customer_id": ACME, "phone": address(number),
            "source": "api", "first_name": f"First{number}", "created_at": START, **fields,
        }  # fmt: skip
        if "properties" in fields:
            values["properties"] = json.dumps(fields["properties"])
        places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
        await self.world.db.execute(
            f"insert into contacts ({', '.join(values)}) values ({places}) on conflict do nothing",
            *values.values(),
        )

    async def opt_out(self, *numbers: int, scope: str = "all") -> None:
        await self.world.db.executemany(
            "insert into opt_outs (customer_id, bucket, address, scope, since) values ($1, $2, $3, $4, $5)",
            [(ACME, ACME_BUCKET, address(number), scope, START) for number in numbers],
        )

    async def make(self, text: str = "Hello", **fields: Any) -> Made | NotAccepted:
        """Ask for a campaign; `to`, `contacts`, `tags`, `tag_names`, `groups` say for whom."""
        audience = Audience(
            numbers=tuple(f"+{address(number)}" for number in fields.pop("to", ())),
            contacts=tuple(contact_id(number) for number in fields.pop("contacts", ())),
            tags=tuple(fields.pop("tags", ())),
            tag_names=tuple(fields.pop("tag_names", ())),
            groups=tuple(fields.pop("groups", ())),
        )
        values: dict[str, Any] = {
            "dialect": "txtsync", "customer_id": ACME, "application_id": ACME_APP, "service_id": ONE_WAY,
            "text": text, "audience": audience,
        }  # fmt: skip
        return await self.create(CampaignRequest(**{**values, **fields}))

    async def made(self, text: str = "Hello", **fields: Any) -> Campaign:
        """The same, and it must be made."""
        made = await self.make(text, **fields)
        assert isinstance(made, Made), made
        return made.campaign

    async def now(self, campaign: Campaign) -> dict[str, Any]:
        """The campaign's row."""
        return await self.world.row("select * from campaigns where id = $1", campaign.id)

    async def run(self, rounds: int = 1000) -> None:
        """Let the engine do what there is to do now."""
        for _ in range(rounds):
            if not await self.tend():
                return

    async def carry(self, limit: int = 100_000) -> list[str]:
        """Let the carrier take what waits; gives the addresses."""
        hold = await self.world.hold()
        claimed = await self.world.dispatch.claim(hold, limit)
        reports = [taken(one, f"r{one.recipient_id}", at=self.world.clock.now) for one in claimed]
        await self.world.dispatch.settle(hold, reports)
        return [one.destination for one in claimed]

    async def to_the_end(self, campaign: Campaign) -> Counter[str]:
        """Feed and carry until it is over; gives how often each address was sent to."""
        sent: Counter[str] = Counter()
        for _ in range(1000):
            await self.run()
            sent.update(await self.carry())
            self.world.clock.advance(seconds=1)
            if (await self.now(campaign))["finished_at"]:
                return sent
        raise AssertionError(await self.now(campaign))

    async def steered(self, campaign: Campaign, verb: Verb) -> Campaign:
        """Say a verb, which must be done."""
        done = await self.steer(ACME, campaign.id, verb)
        assert isinstance(done, Campaign), done
        return done

    async def statuses(self) -> Counter[int]:
        return Counter(row["status"] for row in await self.world.rows("select status from recipients"))


def contact_id(number: int) -> int:
    """The id of the contact with this number."""
    return (1000 + number) * 64 + ACME_BUCKET
