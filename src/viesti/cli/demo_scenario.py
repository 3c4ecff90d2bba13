"""The demo's short play: messages out and in, each step waiting for what really happened.

Rule: it looks where a stranger could look - the API, the phones, the customer's receiver - and never into
the engine; a step that waits in vain says what did not come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from viesti.cli.api_client import ApiClient
from viesti.cli.demo_receiver import Call, Receiver
from viesti.cli.demo_screen import Facts, Screen, shortened
from viesti.cli.demo_smartdialog import SmartDialog
from viesti.cli.demo_txtsync import INVITATION, MENU, TAG, follow, invite, keep_contact, report
from viesti.cli.demo_wait import demand, done, until
from viesti.cli.demo_whatsapp import WhatsAppPlay
from viesti.cli.wiring import Problem
from viesti.simulator.centre import MessageCentre
from viesti.simulator.handset import Shown
from viesti.simulator.whatsapp.run import WhatsApp

NAME, NUMBER, SHORT_CODE = "Harbour", "+358457390000", "16400"
PHONE, OTHER_PHONE = "+358401234567", "+358407654321"
HUMAN_SECONDS = 1.1  # before which nobody has read a message and followed its link

SHORT = "Your table at Harbour Café is ready at 18:30. See you!"
LONG = (
    "Good morning! ☕ Today at Harbour Café: salmon soup with rye bread, a blueberry pie fresh from the "
    "oven, and live music on the pier from seven. Shall we keep a table for you? 🎶"
)
QUESTION = "Yes please, a table for four at seven 🙂"
SERVICE = "Notices"
GREETING = "Good evening $(name), your table is by the window."
GUESTS = ((PHONE, "Ada"), (OTHER_PHONE, "Bo"))


class Scenario:
    """The steps in order; `play` shows them."""

    def __init__(
        self,
        api: ApiClient,
        dialog: SmartDialog,
        centre: MessageCentre,
        whatsapp: WhatsApp,
        receiver: Receiver,
        receiver_url: str,
        run: str,
    ) -> None:
        """`run` tells this run's messages from those of earlier ones."""
        self._api = api
        self._dialog = dialog
        self._centre = centre
        self._receiver = receiver
        self._receiver_url = receiver_url
        self._order = f"order-{run}"
        self._whatsapp = WhatsAppPlay(dialog, whatsapp, receiver_url, run, self._on_phone, self._called)
        self._sms: dict[str, Any] = {}

    async def play(self, screen: Screen) -> None:
        """Play every step. Raises Problem at the first that fails, after showing it."""
        steps: tuple[tuple[str, Callable[[Facts], Awaitable[None]]], ...] = (
            ("A short message is accepted", self._short),
            ("It is delivered; the carrier's receipt says so", self._delivered),
            ("The delivery report reaches the customer's server", self._reported),
            ("A long message with emoji", self._long),
            ("The phone answers; the answer is posted to a webhook", self._answered),
            ("A keyword is answered by itself", self._keyword),
            ("STOP is obeyed, START ends it", self._stop),
            ("As a flow does it: the SmartDialog API", self._flow),
            ("To all with a tag, and who follows the link: the TxtSync API", self._bulk),
            ("WhatsApp: a template is made and approved", self._whatsapp.template),
            ("It goes to two; who has no WhatsApp gets an SMS", self._whatsapp.send),
            ("A button is pressed, and a text may follow", self._whatsapp.answer),
        )
        for number, (title, act) in enumerate(steps, 1):
            with screen.step(f"{number}. {title}") as facts:
                await act(facts)

    async def _short(self, facts: Facts) -> None:
        body = {
            "From": NAME,
            "To": PHONE,
            "Message": SHORT,
            "DlrUrl": f"{self._receiver_url}/dlr?order={self._order}",
        }
        [self._sms] = await self._api.send(body)
        facts.add(f'from {NAME} to {PHONE}: "{SHORT}"')
        facts.add(_price(self._sms))

    async def _delivered(self, facts: Facts) -> None:
        shown = await self._on_phone(PHONE, lambda one: one.text == SHORT)
        recipient = await self._final(self._sms["SMSID"], "delivered")
        [part] = recipient["parts"]
        facts.add(f"on the phone as {shown.encoding}; the carrier calls it {part['reference']}")

    async def _reported(self, facts: Facts) -> None:
        call = await self._called(lambda one: parse_qs(one.query).get("order") == [self._order])
        demand(call.values.get("status") == "delivered", f"The report says {call.values.get('status')!r}.")
        demand(call.signed, "The report's signature is wrong.")
        facts.add(f"GET {call.path}?order={self._order}&…&status={call.values['status']}, signed")

    async def _long(self, facts: Facts) -> None:
        before = self._centre.handsets.received(PHONE.removeprefix("+"))
        [sms] = await self._api.send({"From": NUMBER, "To": PHONE, "Message": LONG})
        facts.add(f'{len(LONG)} characters: "{shortened(LONG, 48)}"')
        facts.add(f"{_price(sms)} - emoji make it UCS-2")
        await self._final(sms["SMSID"], "delivered")
        shown = await self._on_phone(PHONE, lambda one: one.text == LONG)
        demand(shown.parts == sms["Segments"], f"The phone got {shown.parts} parts.")
        now = self._centre.handsets.received(PHONE.removeprefix("+"))
        demand(now == before + 1, f"The phone shows {now - before} messages instead of one.")
        facts.add(f"delivered, and whole again on the phone from its {shown.parts} parts")

    async def _answered(self, facts: Facts) -> None:
        known = await self._newest_inbound()
        self._write(PHONE, NUMBER, QUESTION)
        facts.add(f'the phone to {NUMBER}: "{QUESTION}"')
        inbound = await self._stored(known, QUESTION)
        call = await self._called(lambda one: str(one.values.get("messageId")) == str(inbound["id"]))
        demand(call.values.get("content") == QUESTION, "The webhook brought another text.")
        demand(call.signed, "The webhook's signature is wrong.")
        facts.add(f"stored as {inbound['id']} in thread {inbound['threadId']}; POST {call.path}, signed")

    async def _keyword(self, facts: Facts) -> None:
        seen = len(self._texts(PHONE, SHORT_CODE))
        self._write(PHONE, SHORT_CODE, "Hours please")
        answer = await until(
            lambda: done(self._texts(PHONE, SHORT_CODE)[seen:]), "No answer to the keyword came back"
        )
        facts.add(f'"Hours please" to {SHORT_CODE}')
        facts.add(f'"{answer[0]}"')

    async def _stop(self, facts: Facts) -> None:
        # A phone of its own: whatever happens here, the others may be written to.
        for word, allowed in (("STOP", False), ("START", True)):
            seen = len(self._texts(OTHER_PHONE, NUMBER))
            self._write(OTHER_PHONE, NUMBER, word)
            confirmed = await until(
                lambda seen=seen: done(self._texts(OTHER_PHONE, NUMBER)[seen:]),  # type: ignore[misc]
                f"No confirmation of {word} came back",
            )
            [sms] = await self._api.send({"From": NUMBER, "To": OTHER_PHONE, "Message": "Soup today!"})
            recipient = await self._final(sms["SMSID"], "delivered" if allowed else "failed")
            facts.add(f'{word}: "{confirmed[0]}"')
            facts.add(f"then a message to it: {recipient.get('failureText') or recipient['status']}")

    async def _flow(self, facts: Facts) -> None:
        customer, service = await self._dialog.find(SERVICE)
        facts.add(f"GetUserCustomers: {customer}")
        facts.add(f"GetCustomerServices: {service}")
        people = [{"Address": phone, "Personalization": {"name": guest}} for phone, guest in GUESTS]
        body = {"Sender": NAME, "Content": GREETING, "Protocol": "SMS", "Recipients": people}
        sent = await self._dialog.send(body | {"DlrUrl": f"{self._receiver_url}/dlr?flow={self._order}"})
        facts.add(f'SendMessage: "{GREETING}"')
        facts.add(f"id {sent['MessageId']}, MessagePartCount {sent['MessagePartCount']}")
        for (phone, guest), recipient in zip(GUESTS, sent["Recipients"], strict=True):
            text, known = GREETING.replace("$(name)", guest), recipient["Id"]
            await self._on_phone(phone, lambda one, text=text: one.text == text)  # type: ignore[misc]
            call = await self._called(lambda one, known=known: one.values.get("recipientId") == known)  # type: ignore[misc]
            status = call.values.get("status")
            demand(status == "delivered", f"The report of {known} says {status!r}.")
            demand(call.signed, "The report's signature is wrong.")
            facts.add(f'{phone}: "{text}" {status}, id {known}')

    async def _bulk(self, facts: Facts) -> None:
        for phone, guest in GUESTS:
            await keep_contact(self._api, phone, guest)
        made = await invite(self._api, NUMBER)
        facts.add(f'SendBulkSMS to "{TAG}": "{INVITATION}"')
        links = []
        for phone, guest in GUESTS:
            begins = INVITATION.replace("$(FirstName)", guest).removesuffix(MENU)
            shown = await self._on_phone(phone, lambda one, begins=begins: one.text.startswith(begins))  # type: ignore[misc]
            links.append(shown.text.removeprefix(begins))
            facts.add(f'{phone}: "{shown.text}"')
        await asyncio.sleep(HUMAN_SECONDS)
        target = await follow(links[0])
        demand(target == MENU, f"The short link leads to {target!r}.")
        facts.add(f"{GUESTS[0][1]} follows her link to {target}")

        async def over() -> dict[str, Any] | None:
            seen = await report(self._api, made["CampaignID"])
            return seen if seen["TotalDelivered"] == len(GUESTS) else None

        seen = await until(over, "The campaign was not delivered")
        demand(seen["TotalContactsClicked"] == 1, "The report does not tell of the click.")
        facts.add(
            f"report of campaign {made['CampaignID']}: {seen['TotalDelivered']} delivered,"
            f" {seen['TotalContactsClicked']} followed the link, {seen['CostLocal']} {seen['CurrencyCode']}"
        )

    # -- looking

    async def _final(self, identifier: int, wanted: str) -> dict[str, Any]:
        """The recipient when it has come to its end, which must be `wanted`."""

        async def look() -> dict[str, Any] | None:
            [recipient] = (await self._api.message(identifier))["recipients"]
            return recipient if recipient["finished"] else None

        recipient = await until(look, f"Message {identifier} did not come to its end")
        status = recipient["status"]
        reason = recipient.get("failureText", "")
        demand(status == wanted, f"Message {identifier} is {status}, not {wanted}. {reason}".rstrip())
        return recipient

    async def _on_phone(self, phone: str, fits: Callable[[Shown], bool]) -> Shown:
        number = phone.removeprefix("+")

        async def look() -> Shown | None:
            shown = self._centre.handsets.conversation(number)
            return next((one for one in reversed(shown) if one.direction == "received" and fits(one)), None)

        return await until(look, f"The message did not reach the phone {phone}")

    async def _called(self, fits: Callable[[Call], bool]) -> Call:
        return await until(
            lambda: done(next((call for call in self._receiver.calls if fits(call)), None)),
            f"The callback did not reach {self._receiver_url}",
        )

    async def _newest_inbound(self) -> int:
        newest = await self._api.inbound(1)
        return int(newest[0]["id"]) if newest else 0

    async def _stored(self, after: int, text: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            rows = await self._api.inbound(5)
            return next((row for row in rows if row["id"] > after and row["text"] == text), None)

        return await until(look, "The answer was not stored")

    def _texts(self, phone: str, party: str) -> list[str]:
        """What the phone has received from `party`, oldest first."""
        shown = self._centre.handsets.conversation(phone.removeprefix("+"))
        wanted = party.removeprefix("+")
        return [
            one.text for one in shown if one.direction == "received" and one.party.removeprefix("+") == wanted
        ]

    def _write(self, phone: str, to: str, text: str) -> None:
        reply = self._centre.reply(phone.removeprefix("+"), to.removeprefix("+"), text)
        if isinstance(reply, str):
            raise Problem(reply)


def _price(sms: dict[str, Any]) -> str:
    parts = sms["Segments"]
    return (
        f"id {sms['SMSID']}, {parts} part{'s' if parts > 1 else ''}, {sms['CostLocal']} {sms['CurrencyCode']}"
    )
