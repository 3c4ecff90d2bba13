"""A campaign whose engine and store are killed again and again while it is planned and fed.

Rule: counted at both ends. In the store each person has one message; at the message centre each text arrived,
and twice only what is marked as in doubt.
"""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress
from typing import Any

import aiohttp
import asyncpg
import pytest
from tests.e2e.installation import KEY, SECRET, Installation

from viesti.simulator.behaviour import Behaviour, Span

pytestmark = pytest.mark.e2e

PEOPLE = 4000
OPTED_OUT = 100
KILLS = ("engine", "postgres", "engine", "engine")
SECONDS = 120.0
SLOW = Behaviour(answer_delay=Span(0.01, 0.02), receipt_delay=Span(0.1, 0.2))
# The ids in use grow from below.
FIRST = 1 << 26
FILL = (
    f"select setval('viesti_ids', {FIRST + 10 * PEOPLE}, true)",
    f"""insert into contacts (id, bucket, customer_id, phone, external_reference, source, created_at)
        select ({FIRST}::bigint + n) * 64 + bucket, bucket, id, '35840' || lpad(n::text, 7, '0'), n::text,
               'api', now() from generate_series(1, {PEOPLE}) n, customers""",
    f"""insert into lists (id, bucket, customer_id, name)
        select {FIRST}::bigint * 64 + bucket, bucket, id, 'All' from customers""",
    """insert into list_members (list_id, bucket, contact_id)
       select l.id, l.bucket, c.id from lists l, contacts c""",
    f"""insert into opt_outs (customer_id, bucket, address, since) select customer_id, bucket, phone, now()
        from contacts where external_reference::int <= {OPTED_OUT}""",
)


# What is told when it takes too long.
LOOKS = (
    "select status, why, fed, people, tend_at, now() from campaigns",
    "select status, doubts, count(*) from recipients group by status, doubts",
    "select claim is null as free, due_at is null as ready, count(*) from outbox group by 1, 2",
    "select state, wait_event, left(query, 60) from pg_stat_activity where application_name like 'viesti%'",
)


async def test_a_campaign_survives_kills() -> None:
    async with Installation(SLOW) as installation:
        for statement in FILL:
            await installation.query(statement)
        campaign = await _bulk(installation, {"Message": "#$(ExternalReference)", "ToTagName": ["All"]})
        for count, role in enumerate(KILLS, 1):
            wanted = count * PEOPLE // (len(KILLS) + 2)
            await installation.until(
                lambda fed=wanted: _fed(installation, fed), SECONDS, f"{wanted} to be fed"
            )
            if installation.runs(role):
                installation.kill(role)
        try:
            await installation.until(lambda: _finished(installation), SECONDS, "the campaign to be finished")
            await installation.until(lambda: _delivered(installation), SECONDS, "all to be delivered")
        except AssertionError as late:
            for look in LOOKS:
                late.add_note(str([dict(row) for row in await installation.query(look)]))
            raise
        [row] = await installation.query("select * from campaigns")
        assert (row["id"], row["people"], row["opted_out"]) == (campaign, PEOPLE, OPTED_OUT)
        assert (row["fed"], row["refused"]) == (PEOPLE - OPTED_OUT, 0)
        [counted] = await installation.query(
            "select count(*) as all, count(distinct address) as people from recipients"
        )
        assert tuple(counted) == (PEOPLE - OPTED_OUT, PEOPLE - OPTED_OUT)
        [pages] = await installation.query(
            "select sum(recipients) as all, count(*) as pages from campaign_pages"
        )
        [messages] = await installation.query(
            "select sum(recipient_count) as all, count(*) as pages from messages"
        )
        assert tuple(pages) == tuple(messages)
        ledger = installation.simulator.ledger
        assert ledger is not None
        assert ledger.lost(str(number) for number in range(OPTED_OUT + 1, PEOPLE + 1)) == []
        doubts = await installation.query("select text from recipients where doubts > 0")
        assert set(ledger.doubled()) <= {row["text"].removeprefix("#") for row in doubts}


async def _bulk(installation: Installation, body: dict[str, Any]) -> int:
    """Send it until it is answered; the request id makes it one campaign."""
    credentials = b64encode(f"{KEY}:{SECRET}".encode()).decode()
    url = f"http://127.0.0.1:{installation.api_port}/sms/send/bulk"
    answers: list[int] = []

    async def sent() -> bool:
        with suppress(aiohttp.ClientError, OSError):
            async with (
                aiohttp.ClientSession(headers={"Authorization": f"Basic {credentials}"}) as session,
                session.post(url, json={"From": "", "RequestId": "once", **body}) as response,
            ):
                if response.status == 200:
                    answers.append((await response.json())["CampaignID"])
        return len(answers) == 2  # a repeat makes nothing

    await installation.until(sent, SECONDS, "the campaign to be accepted")
    assert answers[0] == answers[1]
    return answers[0]


async def _fed(installation: Installation, wanted: int) -> bool:
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        [row] = await installation.query("select fed, finished_at from campaigns")
        return row["fed"] >= wanted or row["finished_at"] is not None
    return False


async def _finished(installation: Installation) -> bool:
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        [row] = await installation.query("select status from campaigns")
        return bool(row["status"] == "finished")
    return False


async def _delivered(installation: Installation) -> bool:
    """But for who was in a channel's hands at two of the kills: a second doubt is held for a person."""
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        [row] = await installation.query(
            "select count(*) from recipients where status <> 70 and not (status = 20 and doubts > 1)"
        )
        return bool(row["count"] == 0)
    return False
