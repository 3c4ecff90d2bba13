"""The part of the demo's play that is WhatsApp: a template, a fallback to SMS, a button, and a text.

Rule: as in the rest of the play, it looks at the API, the phones and the customer's receiver alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from viesti.cli.demo_receiver import Call
from viesti.cli.demo_screen import Facts
from viesti.cli.demo_smartdialog import SmartDialog
from viesti.cli.demo_wait import demand, done, until
from viesti.simulator.handset import Shown
from viesti.simulator.whatsapp.record import Message
from viesti.simulator.whatsapp.run import WhatsApp

SERVICE = "The desk: people ask, people answer"
GUEST = "+358401234567"
ABSENT = "+358407659001"  # by its ending nobody there has WhatsApp
BODY = "Your table at Harbour Café is ready at {{1}}. Will you come?"
TIME = "18:30"
ASKED = BODY.replace("{{1}}", TIME)
ON_PHONE = ("delivered", "read")
PRESSED = "We are coming"
TEXT = "Good! The soup is on the house today 🍲"


@dataclass(slots=True)
class WhatsAppPlay:
    """Its steps. `on_phone` and `called` wait for an SMS on a phone, and for a callback."""

    dialog: SmartDialog
    whatsapp: WhatsApp
    receiver_url: str
    run: str
    on_phone: Callable[[str, Callable[[Shown], bool]], Awaitable[Shown]]
    called: Callable[[Callable[[Call], bool]], Awaitable[Call]]

    @property
    def number(self) -> str:
        """The business's number."""
        return self.whatsapp.number.display_number

    async def template(self, facts: Facts) -> None:
        """A template is made, and approved by a webhook."""
        await self.dialog.find(SERVICE, "TwoWay")
        name = f"table_ready_{self.run}"
        buttons = [{"Type": "QuickReply", "Label": PRESSED}, {"Type": "QuickReply", "Label": "Not today"}]
        body = {
            "DisplayName": name,
            "Category": "UTILITY",
            "Language": "en",
            "RawContent": BODY,
            "Examples": [TIME],
            "Buttons": buttons,
        }
        await self.dialog.create_template(self.number, body)
        facts.add(f'CreateWhatsappTemplate: "{BODY}"')

        async def approved() -> dict[str, Any] | None:
            shown = await self.dialog.template(name)
            return shown if shown and shown["extensionParameters"]["status"] == "APPROVED" else None

        await until(approved, f"The template {name} was not approved")
        facts.add(f"{name} is APPROVED, told by a signed webhook")

    async def send(self, facts: Facts) -> None:
        """It goes to two, of whom one gets an SMS instead."""
        sent = await self.dialog.send_template(
            {
                "TemplateName": f"table_ready_{self.run}",
                "BodyParameters": [TIME],
                "Recipients": [{"Address": GUEST}, {"Address": ABSENT}],
                "UseSmsFallback": True,
                "DlrUrl": f"{self.receiver_url}/dlr?whatsapp={self.run}",
            }
        )
        facts.add(f"SendWhatsappTemplateMessage: id {sent['messageId']}")
        guest, absent = (recipient["id"] for recipient in sent["recipients"])
        message = await self._shown(ASKED)
        labels = " and ".join(f"[{label}]" for _, label, _ in message.buttons)
        facts.add(f'{GUEST} on WhatsApp: "{message.text}" {labels}, {await self._reported(guest)}')
        shown = await self.on_phone(ABSENT, lambda one: one.text.startswith(ASKED))
        facts.add(f'{ABSENT} is not there; by SMS from +{shown.party}: "{shown.text}"')
        facts.add(f"and reported as {await self._reported(absent)}")

    async def answer(self, facts: Facts) -> None:
        """A button is pressed, which opens the window for a text."""
        asked = await self._shown(ASKED)
        self.whatsapp.handset(GUEST.removeprefix("+")).press(asked)
        facts.add(f"{GUEST} presses [{PRESSED}]")
        call = await self.called(
            lambda one: one.values.get("content") == PRESSED and one.values.get("protocol") == "WhatsApp"
        )
        demand(call.signed, "The webhook's signature is wrong.")
        facts.add(f"POST {call.path}, signed: the window is open for 24 hours")
        text = f"{TEXT} ({self.run})"
        body = {
            "Sender": self.number,
            "Content": text,
            "Protocol": "WhatsApp",
            "Recipients": [{"Address": GUEST}],
        }
        await self.dialog.send(body)
        await self._shown(text)
        facts.add(f'SendMessage with Protocol WhatsApp: "{text}"')

    async def _reported(self, recipient: str) -> str:
        """The status in a recipient's report, which must be that it was delivered."""
        call = await self.called(lambda one: one.values.get("recipientId") == recipient)
        status = str(call.values.get("status"))
        demand(status == "delivered", f"The report of {recipient} says {status!r}.")
        demand(call.signed, "The report's signature is wrong.")
        return status

    async def _shown(self, text: str) -> Message:
        """The newest WhatsApp message of these words, once it is on the guest's phone."""

        def look() -> Message | None:
            found = reversed(self.whatsapp.messages(GUEST.removeprefix("+")))
            return next((one for one in found if one.text == text and one.state in ON_PHONE), None)

        return await until(lambda: done(look()), f"The WhatsApp message did not reach the phone {GUEST}")
