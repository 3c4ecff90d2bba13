"""The SMPP channel: a line of parts, urgent ones first, any number of sessions, each recipient reported
once.

Rule: a part is in exactly one place (the queue, held by a session, or written and unanswered) until it has
its outcome. Written and unanswered when its session dies means `Unknown`, never a quiet second try. What is
written and not known to be recorded is never more than the windows hold, but for what was answered of a
message whose other parts still wait.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, Final

from viesti.channels.options import OptionError
from viesti.channels.smpp.deliver import deliver
from viesti.channels.smpp.flight import Flight, Line, Part
from viesti.channels.smpp.late import LatePart
from viesti.channels.smpp.link import Link
from viesti.channels.smpp.options import BindMode, SmppOptions, ssl_context
from viesti.channels.smpp.outcomes import classify_answer, outcome_of, refusal_of
from viesti.channels.smpp.submit import SubmitMapper
from viesti.domain.channel import (
    CarrierReceipt,
    ChannelSink,
    LateAnswer,
    NotStored,
    Outgoing,
    PartReport,
    SendReport,
    SessionState,
)
from viesti.domain.failure import Failure
from viesti.domain.outcome import Deferred, Outcome, Refused, Unknown
from viesti.net.client import OutgoingClient
from viesti.protocols.smpp.pdu import BuildError, Pdu
from viesti.protocols.smpp.spec import Command
from viesti.protocols.smpp.status import StatusClass

_UNBIND_PATIENCE: Final = 2.0
_BINDS: Final[dict[BindMode, tuple[tuple[str, Command], ...]]] = {
    BindMode.TRANSCEIVER: (("trx", Command.BIND_TRANSCEIVER),),
    BindMode.TRANSMITTER: (("tx", Command.BIND_TRANSMITTER),),
    BindMode.RECEIVER: (("rx", Command.BIND_RECEIVER),),
    BindMode.PAIR: (("tx", Command.BIND_TRANSMITTER), ("rx", Command.BIND_RECEIVER)),
}


class SmppChannel:
    """A `Channel` over SMPP 3.4. `clock` gives UTC, `monotonic` seconds, `jitter` a number from 0 to 1."""

    def __init__(
        self,
        channel_id: int,
        options: SmppOptions,
        sink: ChannelSink,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        jitter: Callable[[], float],
    ) -> None:
        self.channel_id = channel_id
        self._options = options
        self._sink = sink
        self._clock = clock
        self._monotonic = monotonic
        self._mapper = SubmitMapper(options)
        self._queue = Line()
        self._order = count()
        self._unrecorded = 0  # parts of reports that are not known to be stored
        self._told = True  # whether the engine knows of the room there is
        self._stopping = False
        self._idle = asyncio.Event()
        tls = _tls(options)
        self._links = [
            Link(f"{prefix}{number}", command, options, tls, self, monotonic, jitter)
            for number in range(1, options.sessions + 1)
            for prefix, command in _BINDS[options.bind]
        ]
        self._senders = [link for link in self._links if link.sends]

    # The contract

    async def start(self) -> None:
        """Begins connecting every session."""
        for link in self._links:
            link.start()

    async def stop(self, grace: float) -> None:
        """Ends as the contract says: unwritten parts come back at once, answers are awaited for `grace`
        seconds."""
        self._stopping = True
        self._return_unwritten(Deferred(Failure.CHANNEL_STOPPED))
        started = self._monotonic()
        if self._outstanding():
            try:
                async with asyncio.timeout(grace):
                    await self._idle.wait()
            except TimeoutError:
                pass  # what is left becomes Unknown when its link closes
        left = max(0.1, min(_UNBIND_PATIENCE, grace - (self._monotonic() - started)))
        await asyncio.gather(*(link.stop(left) for link in self._links))

    def capacity(self) -> int:
        """Parts that could be taken now."""
        if self._stopping:
            return 0
        now = self._monotonic()
        room = sum(link.capacity(now) for link in self._senders)
        return max(0, room + self._options.ahead - len(self._queue)) if room else 0

    def window(self) -> int:
        """The windows of all sessions that send, and what may be taken ahead of them."""
        return len(self._senders) * self._options.session.window + self._options.ahead

    def send(self, batch: Sequence[Outgoing]) -> None:
        """Queues the parts of these messages and writes what can be written."""
        self._told = False
        sendable = not self._stopping and any(link.bound for link in self._senders)
        for outgoing in batch:
            planned = self._mapper.submits(outgoing)
            if isinstance(planned, Refused):
                report = PartReport(1, planned, self._clock())
                self._report(SendReport(outgoing.recipient_id, outgoing.attempt, 1, (report,)))
                continue
            total, submits = planned
            flight = Flight(outgoing, total, len(submits))
            if not submits:
                self._report(flight.report())
            for submit in submits:
                part = Part(flight, submit.number, submit.pdu, next(self._order))
                if sendable:
                    self._queue.put(part)
                else:
                    self._settle_or_leave(part, self._unsendable())
        self._pump()

    def recorded(self, reports: Sequence[SendReport]) -> None:
        """What they tell of leaves the windows; others may follow."""
        self._unrecorded -= sum(len(report.parts) for report in reports)
        if self._queue or any(link.gate.holds for link in self._senders):
            self.settled()
            for link in self._senders:
                link.flush(self._monotonic())

    def awaits_recording(self) -> bool:
        """Whether parts wait, and windows have room, but a crash could send too much again."""
        return bool(self._queue) and self._unrecorded > 0 and self.spare() <= 0

    def parts_of(self, outgoing: Outgoing) -> int:
        """How many submit_sm it would be."""
        return self._mapper.parts_of(outgoing)

    # What the links tell

    def link_state(self, link: Link, state: SessionState, detail: str) -> None:
        """A session changed."""
        self._sink.session(self.channel_id, link.name, state, detail)
        if state is SessionState.BOUND:
            self._told = False

    def answered(self, link: Link, part: Part, response: Pdu, now: float) -> None:
        """The carrier answered a part."""
        options = self._options
        meaning = classify_answer(response, options.status_classes)
        if meaning is StatusClass.THROTTLE and not self._stopping and not part.flight.doomed:
            first = now if part.first_try is None else part.first_try
            if now - first < options.throttle_limit:
                link.gate.hold(part, now)
                self._told = False
                return
        self._settle(part, outcome_of(response, meaning, options.receipts.answer_base))
        if meaning is StatusClass.SESSION:
            link.drop("the carrier says the session is not bound for this")

    def unanswered(self, part: Part, detail: str) -> None:
        """A part was written and nobody knows what became of it."""
        self._settle(part, Unknown(detail))

    def answered_late(self, part: LatePart, response: Pdu) -> None:
        """The carrier answered a part that was unanswered in time."""
        options = self._options
        meaning = classify_answer(response, options.status_classes)
        outcome = outcome_of(response, meaning, options.receipts.answer_base)
        report = PartReport(part.number, outcome, self._clock())
        self._sink.late(LateAnswer(part.recipient_id, part.attempt, part.total, report))

    def given_back(self, link: Link, parts: list[Part]) -> None:
        """A link is down and gives back what it had not written."""
        self._queue.put_back(parts)
        if not any(other.bound for other in self._senders):
            self._return_unwritten(self._unsendable())

    def delivered(self, link: Link, pdu: Pdu) -> asyncio.Future[None]:
        """The carrier gave us a receipt or a message; done when it is stored."""
        item = deliver(pdu, self.channel_id, self._options, self._clock())
        try:
            stored: Awaitable[None]
            stored = (
                self._sink.receipt(item) if isinstance(item, CarrierReceipt) else self._sink.inbound(item)
            )
            return asyncio.ensure_future(stored)
        except NotStored as error:
            failed = asyncio.get_running_loop().create_future()
            failed.set_exception(error)
            return failed

    def waiting(self) -> bool:
        """Whether parts wait to be written."""
        return bool(self._queue)

    def spare(self) -> int:
        """Parts that may be written now as far as a crash goes: it would send again whatever is written and
        not recorded."""
        windows = len(self._senders) * self._options.session.window
        return windows - self._outstanding() - self._unrecorded

    def settled(self) -> None:
        """Something changed: write what can be written, and tell the engine of room worth its while."""
        self._pump()
        if self._stopping and not self._outstanding():
            self._idle.set()

    # Inside

    def _pump(self) -> None:
        now = self._monotonic()
        for urgent in (True, False):
            for link in self._senders:
                for part in link.take_ready(now, urgent):
                    self._write(link, part, now)
            self._distribute(urgent, now)
        for link in self._senders:
            link.flush(now)
        self._tell()

    def _distribute(self, urgent: bool, now: float) -> None:
        """Writes new parts of one kind, shared evenly among the links that have room."""
        queue, links = self._queue.of(urgent), self._senders
        while queue:
            links = [link for link in links if link.room(now, urgent) > 0]
            if not links:
                break
            share = -(-len(queue) // len(links))
            for link in links:
                for _ in range(min(share, link.room(now, urgent), len(queue))):
                    self._write(link, queue.popleft(), now)

    def _write(self, link: Link, part: Part, now: float) -> None:
        if part.flight.doomed:
            self._report(part.flight.leave())
            return
        try:
            link.send(part, now)
        except BuildError as error:
            self._settle(part, refusal_of(error))

    def _tell(self) -> None:
        """Calls `room` once there is enough of it: half of what there could be, so that batches stay
        large."""
        if self._told or self._stopping:
            return
        most = sum(link.most() for link in self._senders if link.bound)
        if most and self.capacity() * 2 >= most:
            self._told = True
            self._sink.room()

    def _settle(self, part: Part, outcome: Outcome) -> None:
        self._report(part.flight.settle(part.number, outcome, self._clock()))

    def _settle_or_leave(self, part: Part, outcome: Outcome) -> None:
        """For a part that was never written: one outcome of the kind is enough for its flight."""
        if part.flight.doomed:
            self._report(part.flight.leave())
        else:
            self._settle(part, outcome)

    def _report(self, report: SendReport | None) -> None:
        if report is not None:
            self._unrecorded += len(report.parts)
            self._sink.report(report)

    def _unsendable(self) -> Deferred:
        return Deferred(Failure.CHANNEL_STOPPED if self._stopping else Failure.LINK_DOWN)

    def _return_unwritten(self, outcome: Deferred) -> None:
        parts = [part for link in self._senders for part in link.gate.take_held()]
        parts += self._queue.take_all()
        for part in parts:
            self._settle_or_leave(part, outcome)

    def _outstanding(self) -> int:
        return sum(link.outstanding() for link in self._links)


def _tls(options: SmppOptions) -> ssl.SSLContext | None:
    if options.tls is None:
        return None
    try:
        return ssl_context(options.tls)
    except OSError as error:
        raise OptionError("tls.ca", f"can't be read: {error}") from error


def create(
    channel_id: int,
    options: Mapping[str, Any],
    sink: ChannelSink,
    *,
    client: OutgoingClient | None = None,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
    jitter: Callable[[], float],
) -> SmppChannel:
    """An SMPP channel from plain options. Raises `OptionError`."""
    del client  # it makes no calls
    return SmppChannel(
        channel_id, SmppOptions.read(options), sink, clock=clock, monotonic=monotonic, jitter=jitter
    )
