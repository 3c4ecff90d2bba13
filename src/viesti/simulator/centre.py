"""The message centre without sockets: takes messages, makes receipts when due, keeps deliveries until
acknowledged.

Rule: everything that is to happen later is on the timeline. `now` is any steady clock in seconds and
always an argument.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from random import Random

from viesti.domain.status import PartState
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import Command
from viesti.protocols.smpp.status import Status
from viesti.simulator.behaviour import Behaviour, Carrier
from viesti.simulator.handset import Handsets
from viesti.simulator.identity import Account, IdForm, MessageIds
from viesti.simulator.ledger import Ledger
from viesti.simulator.mail import Mail
from viesti.simulator.message import Delivery, ReceiptProgress, Reply, Submission
from viesti.simulator.reading import read
from viesti.simulator.receipt import Quirk, Style, style_of
from viesti.simulator.timeline import Timeline
from viesti.simulator.treatment import STATES, Answer, Fate, Treatment
from viesti.simulator.writing import receipt_delivery, reply_deliveries

INTERMEDIATE_SHARE = 0.3  # of the receipt delay, after which an intermediate receipt leaves
REPLY_PAUSE = 1.0  # seconds a handset that answers by itself takes after delivery
AHEAD_OF_ANSWER = 0.05  # seconds an answer waits so that a receipt really comes before it

STATUSES: dict[Answer, Status] = {
    Answer.OK: Status.ROK,
    Answer.THROTTLED: Status.RTHROTTLED,
    Answer.QUEUE_FULL: Status.RMSGQFUL,
    Answer.SYSTEM_ERROR: Status.RSYSERR,
    Answer.INVALID_DESTINATION: Status.RINVDSTADR,
    Answer.SUBMIT_FAILED: Status.RSUBMITFAIL,
}


@dataclass(frozen=True, slots=True)
class CentreOptions:
    """What stays the same while the centre runs."""

    accounts: tuple[Account, ...] = ()  # none: anybody may bind
    id_form: IdForm = IdForm.DECIMAL
    id_width: int = 0
    first_id: int = 1
    retry_delay: float = 5.0  # seconds before a delivery that was refused is tried again
    remembered: int = 20_000  # messages query_sm and cancel_sm can find


@dataclass(frozen=True, slots=True)
class Taken:
    """What a submit came to. `status` answers it with `message_id` ('' when refused)."""

    status: Status
    message_id: str
    treatment: Treatment


@dataclass(slots=True)
class Counts:
    """Totals since the start."""

    taken: int = 0
    refused: int = 0


class MessageCentre:
    """All state of the simulated carrier. `clock` gives the aware time of day, for receipts and handsets."""

    def __init__(
        self, options: CentreOptions, behaviour: Behaviour, random: Random, clock: Callable[[], datetime]
    ) -> None:
        self.options = options
        self.carrier = Carrier(behaviour, random)
        self.handsets = Handsets()
        self.ledger: Ledger | None = None
        self.counts = Counts()
        self.timeline = Timeline()
        self.mail = Mail(self.timeline, options.retry_delay, self._delivery_moved)
        self.on_change: Callable[[str], None] = _ignore  # told the handset whose conversation changed
        self._clock = clock
        self._ids = MessageIds(options.id_form, options.first_id, options.id_width, random)
        self._messages: dict[str, list[Submission]] = {}
        self._senders: dict[str, str] = {}
        self._references = itertools.count(random.randrange(256))

    @property
    def behaviour(self) -> Behaviour:
        """What happens to messages from now on; may be replaced at any time."""
        return self.carrier.behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        self.carrier.behaviour = behaviour

    # -- messages from accounts

    def submit(self, account: str, pdu: Pdu, now: float) -> Taken:
        """Take or refuse a submit_sm or data_sm."""
        destination = pdu.text("destination_addr")
        if not destination:
            return self._refuse(Status.RINVDSTADR, Treatment(answer=Answer.INVALID_DESTINATION))
        treatment = self.carrier.treat(account, destination, now)
        if not treatment.taken:
            return self._refuse(STATUSES[treatment.answer], treatment)
        message_id = self._ids.next()
        self._keep(account, message_id, destination, pdu, treatment, now)
        if treatment.receipt_first and not treatment.answer_delay:
            treatment = replace(treatment, answer_delay=AHEAD_OF_ANSWER)
        return Taken(Status.ROK, message_id, treatment)

    def submit_multi(
        self, account: str, pdu: Pdu, destinations: list[tuple[int, int, str]], now: float
    ) -> tuple[Taken, list[tuple[int, int, str, Status]]]:
        """Take a message for several destinations (ton, npi, address) under one id.

        Gives the answer and those not taken. It is refused as a whole when none was taken.
        """
        failed: list[tuple[int, int, str, Status]] = []
        message_id = ""
        last = Treatment()
        for ton, npi, address in destinations:
            treatment = self.carrier.treat(account, address, now)
            if not treatment.taken:
                failed.append((ton, npi, address, STATUSES[treatment.answer]))
                self._refuse(STATUSES[treatment.answer], treatment)
                continue
            last = treatment
            message_id = message_id or self._ids.next()
            fields = pdu.fields | {
                "dest_addr_ton": ton,
                "dest_addr_npi": npi,
                "destination_addr": address,
            }
            del fields["dest_addresses"]
            one = Pdu(Command.SUBMIT_SM, fields=fields, tlvs=pdu.tlvs)
            self._keep(account, message_id, address, one, treatment, now)
        if not message_id:
            return Taken(failed[0][3] if failed else Status.RINVNUMDESTS, "", last), failed
        return Taken(Status.ROK, message_id, last), failed

    def query(self, account: str, message_id: str) -> Submission | None:
        """The message of this account with that id; of several destinations, the first."""
        found = self._messages.get(message_id)
        return found[0] if found and found[0].account == account else None

    def cancel(self, account: str, message_id: str) -> bool:
        """Delete what has not come to an end yet; False when there is nothing to delete."""
        found = self._messages.get(message_id)
        if not found or found[0].account != account:
            return False
        waiting = [one for one in found if one.state is PartState.ENROUTE]
        for submission in waiting:
            submission.state = PartState.DELETED
            submission.done_at = self._clock()
            self.on_change(submission.destination)
        return bool(waiting)

    # -- messages from handsets

    def reply(self, handset: str, to: str, text: str, account: str = "") -> Reply | str:
        """Write `text` on a handset, to a short code or number. Gives the reply, or why it can't be sent."""
        if not to.isdecimal():
            return f"A handset can't answer '{to}': only numbers and short codes take messages."
        account = account or self._account_of(to)
        if not account:
            return f"No account takes messages for {to}: nobody is bound as a receiver."
        try:
            reply, deliveries = reply_deliveries(
                account, handset, to, text, next(self._references), self._clock()
            )
        except ValueError as problem:
            return str(problem).capitalize() + "."
        self.handsets.write(reply)
        self.on_change(handset)
        for delivery in deliveries:
            self.mail.put(delivery)
        return reply

    # -- inside

    def _refuse(self, status: Status, treatment: Treatment) -> Taken:
        self.counts.refused += 1
        if self.ledger is not None:
            self.ledger.refuse()
        return Taken(status, "", treatment)

    def _keep(
        self, account: str, message_id: str, destination: str, pdu: Pdu, treatment: Treatment, now: float
    ) -> None:
        submission = Submission(message_id, account, destination, pdu, self._clock(), treatment)
        source = submission.source
        self.counts.taken += 1
        if self._senders.get(source) != account:
            self._senders[source] = account
        if self.ledger is not None:
            self.ledger.take(source, destination, read(pdu).text)
        self._messages.setdefault(message_id, []).append(submission)
        if len(self._messages) > self.options.remembered:
            del self._messages[next(iter(self._messages))]
        self.handsets.take(submission)
        self._plan(submission, now)
        self.on_change(destination)

    def _plan(self, submission: Submission, now: float) -> None:
        treatment, behaviour = submission.treatment, self.behaviour
        wanted = submission.pdu.number("registered_delivery") & 0x03  # 5.2.17
        failure = STATES[treatment.fate] not in (PartState.DELIVERED, PartState.ACCEPTED)
        if wanted == 1 or (wanted == 2 and failure) or (wanted == 3 and not failure):
            withheld = treatment.fate is Fate.NONE or not behaviour.receipts
            submission.receipt = ReceiptProgress.WITHHELD if withheld else ReceiptProgress.WAITING
        if submission.receipt is ReceiptProgress.WAITING:
            self.mail.receipts_pending += treatment.copies
        if treatment.receipt_first:
            self._end(submission, now)
            return
        delay = self.carrier.receipt_delay(treatment)
        if behaviour.quirks and submission.receipt is ReceiptProgress.WAITING:
            for quirk, state in _INTERMEDIATE:
                if quirk in behaviour.quirks:
                    due = now + delay * INTERMEDIATE_SHARE
                    self.timeline.at(due, partial(self._intermediate, submission, state))
        self.timeline.at(now + delay, partial(self._end, submission))

    def _intermediate(self, submission: Submission, state: PartState, _: float) -> None:
        if submission.state is PartState.ENROUTE:
            style = self._style()
            self.mail.put(receipt_delivery(submission, state, self._clock(), style, final=False))

    def _end(self, submission: Submission, now: float) -> None:
        """The message comes to its fate; its receipt is put in the mail."""
        treatment = submission.treatment
        if submission.state is PartState.ENROUTE:
            submission.state = STATES[treatment.fate]
            submission.done_at = self._clock()
        done_at = submission.done_at or self._clock()
        if submission.receipt is ReceiptProgress.WAITING:
            style = self._style()
            for _ in range(treatment.copies):
                self.mail.put(receipt_delivery(submission, submission.state, done_at, style, final=True))
        if treatment.reply and submission.state is PartState.DELIVERED:
            self.timeline.at(now + REPLY_PAUSE, lambda _: self._answer_by_itself(submission))
        self.on_change(submission.destination)

    def _style(self) -> Style:
        return style_of(self.behaviour.quirks - _MEANINGLESS[self.options.id_form])

    def _delivery_moved(self, delivery: Delivery) -> None:
        if delivery.submission is not None:
            self.on_change(delivery.submission.destination)
        elif delivery.reply is not None:
            self.on_change(delivery.reply.handset)

    def _answer_by_itself(self, submission: Submission) -> None:
        self.reply(submission.destination, submission.source, submission.treatment.reply, submission.account)

    def _account_of(self, address: str) -> str:
        for account in self.options.accounts:
            if address in account.addresses:
                return account.system_id
        known = self._senders.get(address)
        if known is not None:
            return known
        return self.mail.any_account()


_INTERMEDIATE = (
    (Quirk.ENROUTE_FIRST, PartState.ENROUTE),
    (Quirk.ACCEPTED_FIRST, PartState.ACCEPTED),
)
# Quirks about the base of an id, where ids are not in the other base to begin with.
_MEANINGLESS: dict[IdForm, frozenset[Quirk]] = {
    IdForm.DECIMAL: frozenset({Quirk.DECIMAL_ID}),
    IdForm.HEX: frozenset({Quirk.HEX_ID}),
    IdForm.UUID: frozenset({Quirk.DECIMAL_ID, Quirk.HEX_ID}),
}


def _ignore(_: str) -> None:
    """Nobody listens."""
