"""WhatsApp from a template's making to the day after: whole processes, a Cloud API and a message centre.

Rule: who got what is read at the far ends: on handsets, at the message centre, at the customer's receiver.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from tests.e2e.installation import Installation
from tests.e2e.whatsapp_number import NUMBER, a_number, webhook_url

from viesti.simulator.whatsapp.run import WhatsApp

pytestmark = pytest.mark.e2e

SECONDS = 60.0  # what is in doubt waits half a minute
BY_WHATSAPP, BY_SMS = Decimal("0.01"), Decimal("0.05")


def people(ending: str, count: int, first: int = 100) -> list[str]:
    """Numbers with an ending, which says at the Cloud API what becomes of a message to them."""
    return [f"35840{first + number}{ending}" for number in range(count)]


REACHED = people("1234", 80)
NOT_THERE = people("9001", 8)  # taken, then failed
REFUSED = people("9002", 7)  # not taken
SILENT = people("9003", 5)  # taken, and never delivered
FALLING = sorted(NOT_THERE + REFUSED + SILENT)
EVERYBODY = sorted(REACHED + FALLING)


class Clock:
    """The Cloud API's, which the test moves."""

    shift = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift


class Story:
    """The installation, its number, and Acme's person at the API."""

    def __init__(
        self, installation: Installation, whatsapp: WhatsApp, session: aiohttp.ClientSession, clock: Clock
    ) -> None:
        self.installation, self.whatsapp, self._session = installation, whatsapp, session
        self._url = f"http://127.0.0.1:{installation.api_port}/api-integrations/v1"
        self.customer = self._service = ""
        self.clock = clock

    async def choose(self) -> None:
        """Learn the customer and the service, as a designer does."""
        _, found = await self.call("GET", "/customers")
        [self.customer] = [each["customerId"] for each in found["customerUsers"]]
        _, services = await self.call("GET", f"/services/{self.customer}", {"ServiceType": "TwoWay"})
        [self._service] = [each["id"] for each in services if each["name"] == "Desk"]

    async def call(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None
    ) -> tuple[int, Any]:
        """Status and body of a call."""
        async with self._session.request(method, self._url + path, headers=headers, json=body) as response:
            octets = await response.read()
            return response.status, json.loads(octets) if octets else None

    async def send(self, path: str, **members: Any) -> tuple[int, Any]:
        """A message of the service's."""
        headers = {"Customer-Id": self.customer, "Service-Id": self._service}
        return await self.call("POST", path, headers, members)

    async def text(self, whom: str, content: str) -> tuple[int, Any]:
        """Free text by WhatsApp."""
        return await self.send(
            "/messages", Sender="", Content=content, Protocol="WhatsApp", Recipients=[{"Address": f"+{whom}"}]
        )

    async def until(self, sql: str, what: str) -> None:
        """Wait until the store answers true."""

        async def look() -> bool:
            [[true]] = await self.installation.query(sql)
            return bool(true)

        await self.installation.until(look, SECONDS, what)

    def by_sms(self) -> dict[str, int]:
        """How many SMS came to whom."""
        ledger = self.installation.simulator.ledger
        assert ledger is not None
        counts: Counter[str] = Counter()
        for entry, count in ledger.entries().items():
            counts[entry.destination] += count
        return counts

    def on_whatsapp(self) -> list[str]:
        """Who was shown something there."""
        shown = ("delivered", "read")
        return [one for one in EVERYBODY if any(m.state in shown for m in self.whatsapp.messages(one))]

    def reports(self) -> dict[str, list[str]]:
        """What the customer was told, by number."""
        return self.installation.customer.reports


@asynccontextmanager
async def a_story() -> AsyncIterator[Story]:
    clock = Clock()
    installed = Installation(settings={"VIESTI_RECEIPT_TIMEOUT_HOURS": "72"})
    async with installed as installation, a_number(installation, clock=clock) as whatsapp:
        assert await whatsapp.subscribe(webhook_url(installation))
        headers = {"Personal-Access-Token": await installation.token()}
        async with aiohttp.ClientSession(headers=headers) as session:
            story = Story(installation, whatsapp, session, clock)
            await story.choose()
            yield story


async def test_a_template_its_people_and_their_answers() -> None:
    async with a_story() as story:
        await story.installation.command("balance", "acme", "add", "100")
        await _make_the_template(story)
        await _send_it(story)
        await _let_the_deadline_pass(story)
        await _account_for_it(story, FALLING)
        await _talk_within_the_window(story, REACHED[0])


async def _make_the_template(story: Story) -> None:
    """It is made over the API, judged by Meta, and known to be approved by the webhook alone."""
    template = {
        "DisplayName": "Order update", "RawContent": "Order {{1}} of Acme's is ready.",
        "Category": "UTILITY", "Language": "fi", "Examples": ["#7"],
    }  # fmt: skip
    path = f"/whatsapp/templates/{story.customer}"
    status, said = await story.call("POST", f"{path}/{NUMBER.display_number}", body=template)
    assert status == 204, said
    status, said = await _send_to(story, REACHED[:1])
    assert status == 400, said  # it is not approved yet
    await story.until("select bool_and(status = 'APPROVED') from templates", "the approval")
    _, [shown] = await story.call("GET", path)
    assert (shown["displayName"], shown["extensionParameters"]["status"]) == ("Order update", "APPROVED")


async def _send_to(story: Story, whom: Sequence[str]) -> tuple[int, Any]:
    report = f"http://127.0.0.1:{story.installation.customer.endpoint.port}"
    return await story.send(
        "/messages/templates/whatsapp",
        TemplateName="order_update",
        Recipients=[{"Address": f"+{one}"} for one in whom],
        BodyParameters=["#7"],
        UseSmsFallback=True,
        DlrUrl=report + "/dlr?n=%{address}&status=%{status}",
    )


async def _send_it(story: Story) -> None:
    status, said = await _send_to(story, EVERYBODY)
    assert status == 200, said
    assert sorted(each["address"] for each in said["recipients"]) == EVERYBODY
    early = REACHED + NOT_THERE + REFUSED
    await story.until(
        f"select count(*) = {len(early)} from recipients where status = 70",
        "those who are reached or refused",
    )
    assert sorted(story.by_sms()) == sorted(NOT_THERE + REFUSED)


async def _let_the_deadline_pass(story: Story) -> None:
    """Ten minutes go by in the store."""
    await story.installation.query("update fallbacks set due_at = due_at - interval '10 minutes'")
    await story.installation.query("update recipients set sent_at = sent_at - interval '10 minutes'")
    await story.until("select not exists (select from fallbacks)", "the deadline to be noticed")
    await story.until("select bool_and(status = 70) from recipients", "every delivery")


async def _account_for_it(story: Story, falling: Sequence[str]) -> None:
    """Everybody has it once and by the right way; one status, one report and one cost each."""
    assert story.on_whatsapp() == sorted(REACHED)
    assert story.by_sms() == dict.fromkeys(falling, 1)

    async def reported() -> bool:
        return len(story.reports()) == len(EVERYBODY)

    await story.installation.until(reported, SECONDS, "the delivery reports")
    assert story.reports() == {one: ["delivered"] for one in EVERYBODY}
    rows = await story.installation.query(
        "select r.address, r.cost, c.key, r.fell_back_after"
        " from recipients r join channels c on c.id = r.channel_id"
    )
    assert {row["address"]: row["cost"] for row in rows} == {
        one: BY_SMS if one in falling else BY_WHATSAPP for one in EVERYBODY
    }
    assert {row["key"] for row in rows if row["address"] in falling} == {"centre"}
    assert {row["fell_back_after"] for row in rows if row["address"] not in falling} == {None}
    spent = len(REACHED) * BY_WHATSAPP + len(falling) * BY_SMS
    await story.until(
        "select not exists (select from balance_changes)"
        f" and (select spent from balances) = {spent}", "the balance"
    )  # fmt: skip
    reasons = await story.installation.query(
        "select detail::jsonb->>'reason' as why, count(*) as times"
        " from events where kind = 'fallback' group by 1"
    )
    assert {row["why"]: row["times"] for row in reasons} == {
        "not_on_whatsapp": len(NOT_THERE + REFUSED),
        "no_delivery": len(SILENT),
    }


async def _talk_within_the_window(story: Story, person: str) -> None:
    """Free text is refused until the person writes, and again a day later."""
    status, said = await story.text(person, "May I?")
    assert (status, "approved template" in said["errorMessage"]) == (400, True), said
    story.whatsapp.handset(person).text("Is it open?")
    await story.until("select exists (select from whatsapp_windows)", "the window")
    status, said = await story.text(person, "Until six.")
    assert status == 200, said
    await story.whatsapp.until(lambda: "Until six." in story.whatsapp.texts(person), SECONDS)
    story.clock.shift = timedelta(hours=24)
    await story.installation.query("update whatsapp_windows set last_at = last_at - interval '24 hours'")
    status, said = await story.text(person, "And today?")
    assert (status, "approved template" in said["errorMessage"]) == (400, True), said
    status, said = await _send_to(story, [person])
    assert status == 200, said
    await story.whatsapp.until(lambda: len(story.whatsapp.texts(person)) == 3, SECONDS)
