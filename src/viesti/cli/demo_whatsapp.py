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
GUEST = ("+358401234567", "Ada")
ABSENT = ("+358407659001", "Cai")  # by the number's ending nobody there has WhatsApp
BODY = "Hello {{1}}, your table at Harbour Café is ready. Will you come?"
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
            "Examples": ["Ada"],
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
        for phone, name in (GUEST, ABSENT):
            text = BODY.replace("{{1}}", name)
            sent = await self.dialog.send_template(
                {
                    "TemplateName": f"table_ready_{self.run}",
                    "BodyParameters": [name],
                    "Recipients": [{"Address": phone}],
                    "UseSmsFallback": True,
                    "DlrUrl": f"{self.receiver_url}/dlr?whatsapp={self.run}",
                }
            )
            [recipient] = sent["recipients"]
            if phone == GUEST[0]:
                message = await self._shown(phone, text)
                labels = " and ".join(f"[{label}]" for _, label, _ in message.buttons)
                facts.add(f'{phone} on WhatsApp: "{message.text}" {labels}')
            else:
                shown = await self.on_phone(phone, lambda one, text=text: one.text.startswith(text))  # type: ignore[misc]
                facts.add(f'{phone} is not there, and got an SMS from {shown.party}: "{shown.text}"')
            known = recipient["id"]
            call = await self.called(lambda one, known=known: one.values.get("recipientId") == known)  # type: ignore[misc]
            status = call.values.get("status")
            demand(status == "delivered", f"The report of {known} says {status!r}.")
            demand(call.signed, "The report's signature is wrong.")
            facts.add(f"reported as {status}")

    async def answer(self, facts: Facts) -> None:
        """A button is pressed, which opens the window for a text."""
        phone, name = GUEST
        handset = self.whatsapp.handset(phone.removeprefix("+"))
        asked = await self._shown(phone, BODY.replace("{{1}}", name))
        handset.press(asked)
        facts.add(f"{phone} presses [{PRESSED}]")
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
            "Recipients": [{"Address": phone}],
        }
        await self.dialog.send(body)
        await self._shown(phone, text)
        facts.add(f'SendMessage with Protocol WhatsApp: "{text}"')

    async def _shown(self, phone: str, text: str) -> Message:
        """The newest WhatsApp message of these words, once it is on the phone."""
        number = phone.removeprefix("+")

        def look() -> Message | None:
            found = self.whatsapp.messages(number)
            return next(
                (one for one in reversed(found) if one.text == text and one.state in ("delivered", "read")),
                None,
            )

        return await until(lambda: done(look()), f"The WhatsApp message did not reach the phone {phone}")
