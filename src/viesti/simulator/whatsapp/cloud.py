"""The Cloud API's inside: takes sends, moves them to people, lets people write, and tells it all by webhook.

Rule: no socket and no clock of its own. What must happen later is given to `later`, what must be told to
`tell`; so a test may hold both in its hands.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from viesti.simulator.ledger import Ledger
from viesti.simulator.whatsapp import checks, payloads, reading
from viesti.simulator.whatsapp.behaviour import CloudBehaviour, Course, Fortune
from viesti.simulator.whatsapp.content import content_of
from viesti.simulator.whatsapp.fit import Filled
from viesti.simulator.whatsapp.judging import Templates
from viesti.simulator.whatsapp.limits import Limits
from viesti.simulator.whatsapp.media import File, Files
from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.simulator.whatsapp.payloads import Change
from viesti.simulator.whatsapp.people import People, Person
from viesti.simulator.whatsapp.problem import Problem
from viesti.simulator.whatsapp.progress import Later, Progress
from viesti.simulator.whatsapp.record import Message, Record
from viesti.simulator.whatsapp.shapes import without_nulls
from viesti.simulator.whatsapp.templates import Template

CLOSED_TO = ("reaction", "edit", "revoke")  # what a person does without opening the window


@dataclass(frozen=True, slots=True)
class Taken:
    """A send that was taken: what it is answered with, and how the answer goes."""

    answer: dict[str, Any]
    course: Course


class Cloud:
    """The state of all numbers. `clock` is the time of day, `random` decides every chance."""

    def __init__(
        self,
        numbers: tuple[CloudNumber, ...],
        behaviour: CloudBehaviour,
        random: Random,
        clock: Callable[[], datetime],
        later: Later,
        tell: Callable[[Change], None],
    ) -> None:
        self.numbers = {number.phone_number_id: number for number in numbers}
        self.fortune = Fortune(behaviour, random)
        self.people, self.record, self.files = People(), Record(), Files()
        self.ledger = Ledger()
        self.on_change: Callable[[str], None] = lambda _: None
        self._clock, self._tell = clock, tell
        self._limits = Limits()
        # No id of an earlier run comes again, whatever chance it had.
        self._last_id = int(clock().timestamp() * 1_000_000)
        self.templates = Templates(self.next_id, self.now, later, tell)
        self.progress = Progress(
            random, lambda: self.behaviour, self.now, later, tell, lambda phone: self.on_change(phone)
        )

    @property
    def behaviour(self) -> CloudBehaviour:
        """How messages are treated; may be replaced while running."""
        return self.fortune.behaviour

    @behaviour.setter
    def behaviour(self, behaviour: CloudBehaviour) -> None:
        self.fortune.behaviour = behaviour

    def now(self) -> float:
        """The time of day in seconds."""
        return self._clock().timestamp()

    def next_id(self) -> str:
        """A new id of a template, file or upload."""
        self._last_id += 1
        return str(self._last_id)

    def wamid(self, digits: str) -> str:
        """A new id of a message."""
        self._last_id += 1
        inner = b"\x1d\x18" + bytes([len(digits)]) + digits.encode() + self._last_id.to_bytes(10)
        return f"wamid.{base64.b64encode(inner).decode()}"

    # ---- the business sends

    def send(self, number: CloudNumber, body: dict[str, Any]) -> Taken | Problem:
        """Do what the body of a call to `/messages` asks."""
        result = self._send(number, body)
        if isinstance(result, Problem):
            self.record.refused += 1
            self.ledger.refuse()
            self.on_change("")
        return result

    def _send(self, number: CloudNumber, body: dict[str, Any]) -> Taken | Problem:
        refused = self.behaviour.refuse_with
        asked = Problem(refused) if refused else checks.read(without_nulls(body))
        if isinstance(asked, Problem):
            return asked
        if isinstance(asked, checks.MarkRead):
            return self._mark_read(asked)
        person = self._person(number, asked)
        if isinstance(person, Problem):
            return person
        content = content_of(number, asked, self.templates, self.files)
        if isinstance(content, Problem):
            return content
        return self._judge(number, asked, person, *content)

    def _person(self, number: CloudNumber, send: checks.Send) -> Person | Problem:
        if send.digits == number.display_number:
            return Problem(131021, "The recipient's number is the sender's.")
        if send.digits:
            return self.people.by_phone(send.digits)
        known = self.people.by_user_id(send.user_id)
        return known or Problem(131026, f"Nobody has the id {send.user_id} for this business.")

    def _judge(
        self,
        number: CloudNumber,
        send: checks.Send,
        person: Person,
        template: Template | None,
        filled: Filled | None,
    ) -> Taken | Problem:
        code = self._limits.refusal(self.behaviour, number.phone_number_id, person.phone, self.now())
        if code:
            return Problem(
                code, "Message failed to send because there were too many messages in a short time."
            )
        course = self.fortune.course(person.phone)
        if course.refusal:
            return Problem(course.refusal)
        failure = self._failure(number, person, template, course)
        if failure and not self.behaviour.late_refusals and not course.failure:
            return Problem(failure)
        return self._take(number, send, person, course, failure, template, filled)

    def _failure(self, number: CloudNumber, person: Person, template: Template | None, course: Course) -> int:
        if course.failure:
            return course.failure
        if template is None:
            wrote = person.wrote_at.get(number.phone_number_id)
            return 0 if wrote is not None and self.now() < wrote + self.behaviour.window else 131047
        if template.category != "MARKETING":
            return 0
        return 131050 if person.stopped else course.marketing_failure

    def _take(
        self,
        number: CloudNumber,
        send: checks.Send,
        person: Person,
        course: Course,
        failure: int,
        template: Template | None,
        filled: Filled | None,
    ) -> Taken:
        person.hidden = person.hidden or course.no_phone
        if course.no_phone and not person.username:
            person.username = f"{person.name.split()[0].lower()}.{person.phone[-4:]}"
        message = Message(
            self.wamid(person.phone), number, person, send.kind, send.payload, "", self._clock(),
            failure=failure, reply_to=send.reply_to, callback_data=send.callback_data,
            category=template.category.lower() if template else "service",
        )  # fmt: skip
        reading.show(message, send, filled)
        self.ledger.take(number.display_number, person.phone, message.text)
        if send.kind == "reaction":
            self._react(message, send.payload, "business")
        self.record.add(message)
        self.progress.plan(message, course)
        self.on_change(person.phone)
        contact = {"input": send.given}
        contact |= {"wa_id": person.phone} if send.digits else {}
        contact |= {"user_id": person.user_id} if not course.absent else {}
        told = {"id": message.id} | ({"message_status": "accepted"} if template else {})
        return Taken({"messaging_product": "whatsapp", "contacts": [contact], "messages": [told]}, course)

    def _mark_read(self, read: checks.MarkRead) -> Taken | Problem:
        message = self.record.get(read.message_id)
        if message is None or not message.sent:
            return Problem(131009, f"There is no message {read.message_id} to be read.")
        message.state = "read"
        self.on_change(message.person.phone)
        return Taken({"success": True}, Course())

    # ---- people write

    def write(
        self,
        person: Person,
        number: CloudNumber,
        kind: str,
        payload: Any,
        text: str = "",
        reply_to: str = "",
        **more: Any,
    ) -> Message:
        """A person writes a message of any type: `payload` stands under its type, `more` beside it."""
        now = self.now()
        if kind not in CLOSED_TO:
            person.wrote_at[number.phone_number_id] = now
        self._limits.incoming(self.behaviour, number.phone_number_id, now)
        message = Message(
            self.wamid(person.phone), number, person, kind, payload, text, self._clock(),
            sent=True, state="told", reply_to=reply_to,
        )  # fmt: skip
        if kind in checks.MEDIA:
            message.media = (kind, payload)
        if kind == "reaction":
            self._react(message, payload, "person")
        self.record.add(message)
        told: dict[str, Any] = {"id": message.id, "timestamp": str(int(now)), "type": kind}
        if payload is not None:
            told[kind] = payload
        if reply_to:
            told["context"] = {"from": number.display_number, "id": reply_to}
        self._tell(payloads.messages(number, person, told | more))
        self.on_change(person.phone)
        return message

    def prefer(self, person: Person, number: CloudNumber, stopped: bool) -> None:
        """A person stops marketing of the business, or takes it again."""
        person.stopped = stopped
        value = "stop" if stopped else "resume"
        self._tell(payloads.preference(number, person, value, int(self.now())))
        self.on_change(person.phone)

    def move(self, person: Person, number: CloudNumber, digits: str) -> None:
        """A person's phone number changes, and with it the business-scoped id."""
        before = person.phone
        lane = self.people.move(person, digits)
        said = {
            "type": "user_changed_number",
            "body": f"User {person.name} changed from {before} to {digits}",
            "wa_id": digits,
            "user_id": person.user_id,
        }
        ids = (self.wamid(digits), int(self.now()))
        self._tell(payloads.system(number, lane, before, said, ids))

    def tell_account(self, number: CloudNumber, field: str, value: dict[str, Any]) -> None:
        """Tell anything about the account or number: account_update, phone_number_quality_update ..."""
        self._tell(Change(number.waba_id, field, value, "account"))

    def add_file(self, number: CloudNumber, mime_type: str, octets: bytes, name: str = "") -> File:
        """Keep a file, as uploaded or as a person's."""
        file = File(self.next_id(), number.waba_id, mime_type, octets, name)
        self.files.keep(file)
        return file

    def _react(self, message: Message, payload: dict[str, Any], who: str) -> None:
        to = self.record.get(str(payload.get("message_id")))
        if to is not None:
            to.reactions.pop(who, None)
            if payload.get("emoji"):
                to.reactions[who] = payload["emoji"]
            message.reply_to = to.id
