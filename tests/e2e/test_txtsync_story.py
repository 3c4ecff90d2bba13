"""A shop and its ten thousand guests: imported, tagged, written to with their names and a link; receipts,
clicks, answers, a STOP and failures come back, and every number that is told of them is right.

Rule: what is expected is counted here from what was done, never asked of the platform.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from tests.e2e.installation import Installation
from tests.e2e.txtsync_shop import NUMBER, PERSON, PREVIEW_BOT, STOPPED, Shop, settled, write_people

from viesti.simulator.behaviour import Behaviour, Span

pytestmark = pytest.mark.e2e

PEOPLE = 10_000
PRICE, GBP = Decimal("0.05"), Decimal("0.04")
TARGET = "https://shop.example.com/menu?season=autumn&from=sms"
TEXT = f"Hello $(FirstName), our new menu: {TARGET} See you!"
SECONDS = 120.0
UNDELIVERED, REFUSED = "358409990001", "358409990011"  # by their endings, at the simulated carrier
STRANGER, NEWCOMER = "358408880000", "358408880100"
WORDS = re.compile(r"^Hello (\S*), our new menu: (https://go\.shop\.example/l/(\w{11})) See you!$")


async def test_a_shop_and_its_guests() -> None:
    behaviour = Behaviour(magic=True, receipt_delay=Span(0.1, 0.3))
    async with Installation(behaviour, settings={"VIESTI_ALLOW_PRIVATE_URLS": "true"}) as installation:
        assert installation.simulator.centre.ledger is not None
        installation.simulator.centre.ledger.pattern = re.compile(r"(?s)(.*)")  # each text is told apart
        async with Shop(installation) as shop:
            await Story(installation, shop).tell()


class Story:
    """The chapters, in order."""

    def __init__(self, installation: Installation, shop: Shop) -> None:
        self.installation, self.shop = installation, shop
        self.campaign = 0
        self.texts: dict[str, str] = {}  # by number, what the carrier got of the campaign

    async def tell(self) -> None:
        await self.people_come_in()
        await self.some_are_not_written_to()
        await self.flows_are_switched_on()
        await self.it_is_paid_for()
        await self.it_is_looked_at_before()
        await self.it_is_sent()
        await self.everybody_gets_his_own_text()
        await self.links_are_followed()
        await self.guests_answer()
        await self.the_report()
        await self.the_contacts()
        await self.the_flows_were_told()
        await self.the_money()
        await self.the_books()

    async def people_come_in(self) -> None:
        """10,000 by file, with three bad lines between them; two of whom messages will fail by the API."""
        file = self.installation.folder / "guests.csv"
        self.people = write_people(file, PEOPLE - 2)
        words = ("contacts", "import", str(file), "--customer", "shop")
        told = await self.installation.command(*words, code=1)  # for the bad lines; all others are taken
        assert f"{PEOPLE - 2:,} made" in told
        assert [line for line in (102, 103, 104) if f"line {line}, MobileNumber: " in told] == [102, 103, 104]
        for reference, phone in (("crm/undelivered", UNDELIVERED), ("crm/refused", REFUSED)):
            body = {
                "MobileNumber": f"+{phone}",
                "ExternalReference": reference,
                "TagNames": "Guests, Odd ones",
            }
            await self.shop.call("POST", "/contacts", body)
        tags = {tag["Name"]: tag for tag in await self.shop.call("GET", "/tags")}
        assert {name: tag["TotalContacts"] for name, tag in tags.items()} == {"Guests": PEOPLE, "Odd ones": 2}
        self.tag = tags["Guests"]["TagID"]
        for search in ("guest4711", "virtanen GUEST4711", self.person(4711)["MobileNumber"][1:], "crm/4711"):
            found = await self.shop.call("GET", f"/contacts?search={search}".replace(" ", "%20"))
            assert [one["ExternalReference"] for one in found] == ["crm/4711"], search
        assert [one["FullName"] for one in found] == ["Guest4711 Virtanen"]

    def person(self, number: int) -> dict[str, str]:
        return self.people[number]

    def phone(self, number: int) -> str:
        return self.people[number]["MobileNumber"].removeprefix("+")

    async def some_are_not_written_to(self) -> None:
        """Three want no SMS, two want none by way of this tag."""
        for number in (1, 2, 3):
            await self.shop.call("PUT", f"/contacts/external/crm%2F{number}", {"AllowSMS": False})
        for number in (4, 5):
            contact = (await self.shop.contact(f"crm%2F{number}"))["ContactID"]
            body = {"TagID": self.tag, "Subscribed": False}
            await self.shop.call("POST", f"/contacts/{contact}/tags", body)

    async def flows_are_switched_on(self) -> None:
        for number, path in ((0, "in"), (5, "out")):
            body = {"URL": f"{self.shop.flows.url}/{path}?sig=a%2Fb"}
            await self.shop.call("POST", f"/system/applications/webhooks/type/{number}", body, 201)

    async def it_is_paid_for(self) -> None:
        """Enough for all of it, and no more than five messages beyond."""
        self.paid = PRICE * (PEOPLE + 1)
        await self.installation.command("balance", "shop", "add", str(self.paid))

    @property
    def bulk(self) -> dict[str, Any]:
        """To everybody with the tag, to one of them by number again, and to somebody unknown."""
        numbers = [self.person(6)["MobileNumber"], f"+{STRANGER}"]
        return {"From": f"+{NUMBER}", "To": numbers, "ToTagName": ["guests"], "Message": TEXT}

    async def it_is_looked_at_before(self) -> None:
        seen = await self.shop.call("POST", "/sms/preview", self.bulk)
        self.sendable = PEOPLE + 1 - 3 - 2
        counts = {
            "TotalSendableContacts": self.sendable,
            "TotalOptedOut": 3,
            "TotalDuplicates": 1,
            "TotalUnsubscribed": 2,
            "TotalWithoutNumber": 0,
            "ApproxSegmentsPerSms": 1,
        }
        assert {name: seen[name] for name in counts} == counts
        assert Decimal(str(seen["ApproxCost"])) == PRICE * self.sendable
        assert Decimal(str(seen["ApproxCostGBP"])) == GBP * self.sendable
        assert Decimal(str(seen["BalanceLocal"])) == self.paid
        [link] = seen["LinkDetails"]
        assert (link["Url"], link["ShortUrl"][:-11]) == (TARGET, "https://go.shop.example/l/")
        assert seen["Message"] == f"Hello Guest6, our new menu: {TARGET} See you!"
        assert self.installation.simulator.centre.counts.taken == 0

    async def it_is_sent(self) -> None:
        made = await self.shop.call("POST", "/sms/send/bulk", self.bulk, x_zapier="true")
        self.campaign = made["CampaignID"]
        assert (made["Direction"], made["Segments"], made["FromNumber"]) == (0, 1, NUMBER)

        async def over() -> bool:
            now = await self.shop.call("GET", f"/campaigns/{self.campaign}")
            return bool(now["TotalDelivered"] == self.sendable - 2 and now["StatusName"] == "Finished")

        await self.installation.until(over, SECONDS, "the campaign to be delivered")

    async def everybody_gets_his_own_text(self) -> None:
        """Each person one message, with his name and a link of his own."""
        centre = self.installation.simulator.centre
        assert centre.ledger is not None
        entries = centre.ledger.entries()
        assert set(entries.values()) == {1}
        self.texts = {entry.destination: entry.key for entry in entries}
        # What the carrier refuses it has not taken.
        assert (len(self.texts), centre.ledger.refused) == (self.sendable - 1, 1)
        spared = {self.phone(number) for number in (1, 2, 3, 4, 5)}
        names = {person["MobileNumber"][1:]: person["FirstName"] for person in self.people}
        expected = {phone: name for phone, name in names.items() if phone not in spared}
        expected |= {UNDELIVERED: "", STRANGER: ""}
        links = {}
        for phone, text in self.texts.items():
            words = WORDS.match(text)
            assert words, text
            assert words[1] == expected[phone]
            links[words[3]] = phone
        assert len(links) == len(self.texts)

    def link(self, number: int) -> str:
        words = WORDS.match(self.texts[self.phone(number)])
        assert words
        return words[2]

    async def links_are_followed(self) -> None:
        """By two people, one of them three times; by a preview and then a person; by a preview alone; and
        looked at with HEAD."""
        await settled()
        follow = [(10, PERSON), (10, PERSON), (10, PERSON), (11, PERSON), (12, PREVIEW_BOT), (12, PERSON)]
        for number, agent in [*follow, (13, PREVIEW_BOT)]:
            assert await self.shop.visit(self.link(number), agent) == (302, TARGET)
        assert await self.shop.visit(self.link(13), PERSON, "HEAD") == (302, TARGET)
        guessed = self.link(10)[:-1] + ("A" if self.link(10)[-1] != "A" else "B")
        assert await self.shop.visit(guessed, PERSON) == (404, "")

    async def guests_answer(self) -> None:
        """One twice, one with STOP and again, one with STOP and START, and somebody whom nobody knows."""
        self.shop.write(self.phone(20), "A table for two, please")
        await self.told("in", 1)
        self.shop.write(self.phone(20), "At seven")
        await self.told("in", 2)
        for number, word in ((21, "Stop"), (22, "STOP")):
            self.shop.write(self.phone(number), word)
            await self.answered(number, 1)
        self.shop.write(self.phone(21), "STOP")
        await self.told("in", 5)
        self.shop.write(self.phone(22), "START")
        await self.told("in", 6)
        self.shop.write(NEWCOMER, "Do you have vegan food?")
        await self.told("in", 7)
        # Who is out gets nothing more; who came back does. This call is no flow's.
        for number, status, error in ((21, 5, 21610), (22, 0, 0)):
            body = {"From": f"+{NUMBER}", "To": f"+{self.phone(number)}", "Message": "Thank you!"}
            [sms] = await self.shop.call("POST", "/sms/send", body)
            assert (sms["Status"], sms["ErrorCode"]) == (status, error)
        await self.told("out", 1)

    async def told(self, trigger: str, number: int) -> None:
        async def so_many() -> bool:
            return len(self.shop.told[trigger]) >= number

        await self.installation.until(so_many, SECONDS, f"flow '{trigger}' to be called {number} times")

    async def answered(self, number: int, times: int) -> None:
        async def so_often() -> bool:
            return [one.text for one in self.shop.on_phone(self.phone(number))].count(STOPPED) == times

        await self.installation.until(so_often, SECONDS, "STOP to be answered")

    async def the_report(self) -> None:
        report = await self.shop.call("GET", f"/campaigns/{self.campaign}/report")
        counts = {
            "StatusName": "Finished",
            "PercentComplete": 100,
            "TotalSendableContacts": self.sendable,
            "TotalOptedOut": 3,
            "TotalDuplicates": 1,
            "TotalUnsubscribed": 2,
            "TotalWithoutNumber": 0,
            "TotalRefused": 0,
            "TotalWaiting": 0,
            "TotalQueued": 0,
            "TotalPending": 0,
            "TotalSent": 0,
            "TotalDelivered": self.sendable - 2,
            "TotalUndelivered": 1,
            "TotalFailed": 1,
            "TotalFrozen": 0,
            "TotalCancelled": 0,
            "TotalSegments": self.sendable,
            "TotalOpenedLinks": 8,
            "TotalDistinctOpenedLinks": 3,
            "TotalPersonClicks": 5,
            "TotalMachineClicks": 3,
            "TotalContactsClicked": 3,
            "TotalReplies": 4,  # what follows an answer of the shop's is none to the campaign
            "TotalContactsReplied": 3,
            "TotalOptOuts": 2,
        }
        assert {name: report[name] for name in counts} == counts
        assert Decimal(str(report["CostLocal"])) == PRICE * (self.sendable - 1)
        assert Decimal(str(report["CostGBP"])) == GBP * (self.sendable - 1)
        assert {each["Reason"]: each["Count"] for each in report["Skipped"]} == {
            "OptedOut": 3, "Duplicate": 1, "Unsubscribed": 2,
        }  # fmt: skip

    async def the_contacts(self) -> None:
        """Counters follow within seconds. In, out, failed, links sent, distinct clicks, and whether he may be
        written to."""
        expected = {
            "crm/1": (0, 0, 0, 0, 0, False),
            "crm/4": (0, 0, 0, 0, 0, True),
            "crm/6": (0, 1, 0, 1, 0, True),
            "crm/10": (0, 1, 0, 1, 1, True),
            "crm/12": (0, 1, 0, 1, 1, True),
            "crm/13": (0, 1, 0, 1, 0, True),
            "crm/20": (2, 1, 0, 1, 0, True),
            "crm/21": (2, 2, 0, 1, 0, False),
            "crm/22": (2, 3, 0, 1, 0, True),
            "crm/undelivered": (0, 1, 1, 1, 0, True),
            "crm/refused": (0, 1, 1, 1, 0, True),
        }
        seen: dict[str, Any] = {}

        async def right() -> bool:
            for reference in expected:
                seen[reference] = await self.shop.contact(reference.replace("/", "%2F"))
            return {name: _counters(contact) for name, contact in seen.items()} == expected

        try:
            await self.installation.until(right, 20, "the counters of the contacts")
        finally:
            found = {name: _counters(contact) for name, contact in seen.items()}
            assert found == expected
        assert seen["crm/10"]["OverallRating"] > seen["crm/6"]["OverallRating"]
        assert seen["crm/6"]["OverallRating"] > seen["crm/refused"]["OverallRating"]
        assert seen["crm/6"]["LastCommunicationDate"] != "" == seen["crm/1"]["LastCommunicationDate"]
        [newcomer] = await self.shop.call("GET", f"/contacts?searchNumber={NEWCOMER}")
        assert _counters(newcomer) == (1, 0, 0, 0, 0, True)
        assert await self.shop.call("GET", f"/contacts?searchNumber={STRANGER}") == []

    async def the_flows_were_told(self) -> None:
        inbound, outbound = self.shop.told["in"], self.shop.told["out"]
        assert [one["Content"]["SMS"]["Message"] for one in inbound[:2]] == [
            "A table for two, please",
            "At seven",
        ]
        [sent] = await self.shop.call("GET", f"/sms?number={self.phone(20)}&direction=0")
        first = inbound[0]["Content"]
        contact = await self.shop.contact("crm%2F20")
        assert first["Contact"] == {"ExternalReference": "crm/20"}
        assert first["SMS"] | {"DeliveredDate": "", "SMSID": 0} == {
            "ContactID": contact["ContactID"],
            "ContactName": contact["FullName"],
            "DeliveredDate": "",
            "FromNumber": self.phone(20),
            "Message": "A table for two, please",
            "SMSID": 0,
            "ToNumber": NUMBER,
        }
        assert first["LastSMSOutbound"] == {
            "ContactID": contact["ContactID"],
            "ContactName": contact["FullName"],
            "DeliveredDate": sent["DeliveredDate"],
            "FromNumber": NUMBER,
            "Message": self.texts[self.phone(20)],
            "SMSID": sent["SMSID"],
            "ToNumber": self.phone(20),
        }
        # Of the campaign, which a flow asked for, and to who is out no flow is told.
        assert [one["Content"]["SMS"]["Message"] for one in outbound] == ["Thank you!"]
        assert outbound[0]["Content"]["Contact"] == {"ExternalReference": "crm/22"}
        newcomer = inbound[6]["Content"]
        assert (newcomer["SMS"]["FromNumber"], newcomer["Contact"]["ExternalReference"]) == (NEWCOMER, "")
        assert "LastSMSOutbound" not in newcomer

    async def the_money(self) -> None:
        """All but what the carrier never took, the message after START, and the two answers to STOP."""
        answers = 2
        spent = PRICE * (self.sendable - 1 + 1 + answers)

        async def right() -> bool:
            report = await self.shop.call("GET", "/system/report")
            return Decimal(str(report["balanceLocal"])) == self.paid - spent

        await self.installation.until(right, 20, f"the balance to be {self.paid - spent}")
        [row] = await self.installation.query(
            "select sum(cost) as cost from recipients where customer_id = (select id from customers"
            " where key = 'shop')"
        )
        assert row["cost"] == spent
        report = await self.shop.call("GET", "/system/report")
        counts = {
            "currencyCode": "EUR",
            "totalFrozenOutboundMessages": 0,
            "totalContacts": PEOPLE + 1,  # with the newcomer
            "optedIn": PEOPLE + 1 - 4,
            "optedOut": 4,
        }
        assert {name: report[name] for name in counts} == counts
        assert Decimal(str(report["balanceGBP"])) == (self.paid - spent) * GBP / PRICE

    async def the_books(self) -> None:
        """What is listed of one guest, newest first, and the details of her link."""
        listed = await self.shop.call("GET", f"/sms?number={self.phone(10)}")
        [sms] = listed
        [link] = json.loads(sms["LinkDetails"])
        assert (link["Url"], link["ShortUrl"]) == (TARGET, self.link(10))
        assert (link["TotalClicks"], link["TotalDistinctClicks"]) == (3, 1)
        assert (sms["CampaignID"], sms["Status"], sms["Segments"]) == (self.campaign, 3, 1)
        assert (sms["ContactName"], sms["Message"]) == ("Guest10 Mäkelä", self.texts[self.phone(10)])
        for phone, status, error in ((UNDELIVERED, 4, 30008), (REFUSED, 5, 30005)):
            [sms] = await self.shop.call("GET", f"/sms?number={phone}")
            assert (sms["Status"], bool(sms["ErrorCode"])) == (status, bool(error))


def _counters(contact: dict[str, Any]) -> tuple[int, int, int, int, int, bool]:
    names = (
        "TotalInboundSMS",
        "TotalOutboundSMS",
        "TotalFailedSMS",
        "TotalLinksSent",
        "TotalDistinctLinkClicks",
    )
    return *(contact[name] for name in names), contact["AllowSMS"]
