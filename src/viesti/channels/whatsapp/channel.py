"""The WhatsApp channel: one phone number at the Cloud API, at its rate, each recipient reported once.

Rule: a message is in exactly one place (its file being moved, the line, or written and unanswered) until it
has its outcome. Written and unanswered means `Unknown`, never a quiet second try. What is written and not
known to be recorded is never more than `connections`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog

from viesti.channels.pace import Pace
from viesti.channels.whatsapp.files import COMES_AGAIN, Files
from viesti.channels.whatsapp.graph import Graph, client_of
from viesti.channels.whatsapp.line import Item, Line
from viesti.channels.whatsapp.number import NAME, Number, Usable
from viesti.channels.whatsapp.options import WhatsappOptions
from viesti.channels.whatsapp.outcomes import Ask, Verdict, verdict_of
from viesti.channels.whatsapp.pairs import Pairs
from viesti.channels.whatsapp.payload import content_of, send_body
from viesti.domain.channel import AddressKind, ChannelSink, Outgoing, PartReport, SendReport, SessionState
from viesti.domain.failure import Failure
from viesti.domain.outcome import Deferred, Outcome, Refused, Unknown
from viesti.domain.whatsapp_content import Content
from viesti.net.client import OutgoingClient
from viesti.protocols.whatsapp import callback_data
from viesti.protocols.whatsapp.requests import Body

AHEAD: Final = (
    0.5  # seconds of the rate that may be taken before their moment; what is urgent waits no longer
)
SHARE: Final = 2  # of so many connections, one message may be held for its pair, and one wait for its file
_TICK: Final = 0.001  # seconds; a timer set for less rings at once, again and again
LONGEST_HOLD: Final = 15.0  # seconds a message waits here for its pair; one that must wait longer comes again

_log = structlog.get_logger()
_T = TypeVar("_T")


class WhatsappChannel:
    """A `Channel` over the Cloud API. `client` fetches the files that users name; `clock` gives UTC,
    `monotonic` seconds, `jitter` a number from 0 to 1."""

    def __init__(
        self,
        channel_id: int,
        options: WhatsappOptions,
        sink: ChannelSink,
        *,
        client: OutgoingClient,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        jitter: Callable[[], float],
    ) -> None:
        self.channel_id = channel_id
        self._options = options
        self._sink = sink
        self._clock = clock
        self._monotonic = monotonic
        self._client = client_of(options)
        self._graph = Graph(options, self._client)
        self._files = Files(self._graph, client, monotonic)
        self._number = Number(
            self._graph.look,
            self._tell_state,
            self._changed,
            look_seconds=options.look_seconds,
            reconnect_first=options.reconnect_first,
            reconnect_longest=options.reconnect_longest,
            jitter=jitter,
        )
        now = monotonic()
        self._pace = Pace(options.messages_per_second, now)
        self._pairs = Pairs(options.pair_seconds, options.pair_burst)
        self._paused_until = now
        self._line = Line()
        self._preparing: dict[asyncio.Task[Content | Deferred | Refused], Outgoing] = {}
        self._written: dict[asyncio.Task[Verdict], Item] = {}
        self._trials: set[asyncio.Task[Verdict]] = set()  # of the written ones, to see whether it works again
        self._unrecorded = 0  # messages of reports that are not known to be stored
        self._most_waiting = max(1, options.connections // SHARE)
        self._told = False  # whether the engine knows of the room there is
        self._stopping = False
        self._timer: asyncio.TimerHandle | None = None

    # The contract

    async def start(self) -> None:
        """Begins to look at the number."""
        await self._client.start()
        self._number.start()

    async def stop(self, grace: float) -> None:
        """Ends as the contract says: what is unwritten comes back at once, answers are awaited for `grace`
        seconds."""
        self._stopping = True
        for task in list(self._preparing):
            task.cancel()
        self._give_back(self._unsendable())
        if self._written:
            await asyncio.wait(self._written, timeout=grace)
        await self._number.stop()  # which would look with a client that is closed
        await self._client.close()  # calls under way end now, and say whether they were written
        await asyncio.gather(*self._written, *self._preparing, return_exceptions=True)
        await self._files.close()
        if self._timer is not None:
            self._timer.cancel()

    def capacity(self) -> int:
        """Messages that could be taken now; those the rate lets out soon count."""
        now = self._monotonic()
        if self._stopping or now < self._paused_until:
            return 0
        room = min(self._spare(), self._pace.room(now, AHEAD))
        return max(0, room - (len(self._line) - self._line.held))

    def window(self) -> int:
        """The connections: each has one message on its way."""
        return self._options.connections

    def send(self, batch: Sequence[Outgoing]) -> None:
        """Queues these and writes what may go."""
        self._told = False
        for outgoing in batch:
            if 1 in outgoing.parts_done:
                self._report(outgoing)
            elif self._stopping or self._number.usable is Usable.NONE:
                self._report(outgoing, self._unsendable())
            else:
                self._accept(outgoing)
        self._pump()

    def recorded(self, reports: Sequence[SendReport]) -> None:
        """What they tell of leaves the window; others may follow."""
        self._unrecorded -= sum(len(report.parts) for report in reports)
        self._pump()

    def awaits_recording(self) -> bool:
        """Whether messages wait, and there are connections, but a crash could send too much again."""
        return len(self._line) > 0 and self._unrecorded > 0 and self._spare() <= 0

    def parts_of(self, outgoing: Outgoing) -> int:
        """One: there are no parts here."""
        return 1

    # Before the wire

    def _accept(self, outgoing: Outgoing) -> None:
        content = content_of(outgoing)
        if isinstance(content, Refused):
            self._report(outgoing, content)
            return
        ready = self._files.ready(content)
        if ready is not None:
            self._line.put(Item(outgoing, ready))
            return
        if len(self._preparing) >= self._most_waiting:
            detail = "too many others wait for their files"
            self._report(outgoing, Deferred(Failure.CARRIER_BUSY, COMES_AGAIN, detail))
            return
        task = asyncio.get_running_loop().create_task(self._files.prepare(content))
        self._preparing[task] = outgoing
        task.add_done_callback(self._prepared)

    def _prepared(self, task: asyncio.Task[Content | Deferred | Refused]) -> None:
        outgoing = self._preparing.pop(task)
        content = self._unsendable() if task.cancelled() else _result(task)
        if isinstance(content, Unknown):  # nothing of it was sent
            content = Deferred(Failure.CARRIER_ERROR, detail=content.detail)
        if isinstance(content, Deferred | Refused):
            self._report(outgoing, content)
        elif self._stopping or self._number.usable is Usable.NONE:
            self._report(outgoing, self._unsendable())
        else:
            self._line.put(Item(outgoing, content))
        self._pump()

    def _pump(self) -> None:
        now = self._monotonic()
        while self._may_write(now):
            item = self._line.take(now)
            if item is None:
                break
            address = item.outgoing.destination
            wait = self._pairs.wait(address, now)
            if wait > 0:
                self._hold(item, wait if item.held else self._pairs.reserve(address, now), now)
            else:
                self._pace.sent(now)
                self._pairs.sent(address, now)
                self._write(item)
        self._set_timer(now)
        self._tell_room()

    def _hold(self, item: Item, wait: float, now: float) -> None:
        """Its person was written to just now: it waits aside when that is short, and else comes again."""
        if wait <= LONGEST_HOLD and self._line.held < self._most_waiting:
            self._line.hold(item, now + wait)
        else:
            detail = "too soon after others to the same person"
            self._report(item.outgoing, Deferred(Failure.CARRIER_BUSY, wait, detail))

    def _may_write(self, now: float) -> bool:
        return now >= self._paused_until and self._spare() > 0 and self._pace.room(now) > 0

    def _spare(self) -> int:
        """Messages that may be written now, as far as the number is known to work and a crash goes: it would
        send again whatever is written and not recorded."""
        spare = self._options.connections - len(self._written) - self._unrecorded
        match self._number.usable:
            case Usable.ALL:
                return spare
            case Usable.ONE:  # what hangs since before the trouble says nothing of now
                return min(spare, 1 - len(self._trials))
            case _:
                return 0

    # On the wire

    def _write(self, item: Item) -> None:
        outgoing = item.outgoing
        to = outgoing.destination
        by_id = outgoing.destination_kind is AddressKind.WHATSAPP_USER
        body = send_body(
            item.content,
            to="" if by_id else to,
            user_id=to if by_id else "",
            callback_data=callback_data.write(outgoing.recipient_id, outgoing.attempt),
        )
        task = asyncio.get_running_loop().create_task(self._call(body))
        self._written[task] = item
        if self._number.usable is Usable.ONE:
            self._trials.add(task)
        task.add_done_callback(self._answered)

    async def _call(self, body: Body) -> Verdict:
        return verdict_of(await self._graph.send(body), self._clock())

    def _answered(self, task: asyncio.Task[Verdict]) -> None:
        item = self._written.pop(task)
        self._trials.discard(task)
        verdict = _result(task)
        if isinstance(verdict, Unknown):
            verdict = Verdict(verdict, Ask.LOOK)
        if self._stopping:
            unsent = isinstance(verdict.outcome, Deferred)
            self._report(item.outgoing, self._unsendable() if unsent else verdict.outcome)
            return
        self._report(item.outgoing, verdict.outcome)
        self._heed(verdict, item)
        self._pump()

    def _heed(self, verdict: Verdict, item: Item) -> None:
        """Do what the answer asks of the number."""
        now = self._monotonic()
        match verdict.ask:
            case Ask.LOOK:
                self._number.lost(_detail(verdict.outcome))
            case Ask.STOP:
                self._number.refused(_detail(verdict.outcome))
            case Ask.PAUSE:
                self._pause(verdict.seconds or self._options.throttle_pause, now)
            case works:
                self._number.works()
                if works is Ask.SLOWER:
                    self._pace.throttled(now)
                elif works is Ask.WAIT_FOR_PAIR:
                    self._pairs.throttled(item.outgoing.destination, now)
                elif works is Ask.FILE:
                    self._files.forget(item.outgoing)

    def _pause(self, seconds: float, now: float) -> None:
        self._told = False
        if now >= self._paused_until:  # one cut for all the answers of one burst
            self._pace.throttled(now)
        self._paused_until = max(self._paused_until, now + seconds)
        if seconds > LONGEST_HOLD:
            self._give_back(Deferred(Failure.CARRIER_BUSY, seconds))

    # Changes

    def _changed(self) -> None:
        """The number can be used otherwise than before."""
        self._told = False
        if self._number.usable is Usable.NONE:
            self._give_back(self._unsendable())
        self._pump()

    def _give_back(self, outcome: Deferred) -> None:
        for item in self._line.take_all():
            self._report(item.outgoing, outcome)

    def _unsendable(self) -> Deferred:
        return Deferred(Failure.CHANNEL_STOPPED if self._stopping else Failure.LINK_DOWN)

    def _report(self, outgoing: Outgoing, outcome: Outcome | None = None) -> None:
        parts = () if outcome is None else (PartReport(1, outcome, self._clock()),)
        self._unrecorded += len(parts)
        self._sink.report(SendReport(outgoing.recipient_id, outgoing.attempt, 1, parts))

    def _tell_state(self, state: SessionState, detail: str) -> None:
        self._sink.session(self.channel_id, NAME, state, detail)

    def _tell_room(self) -> None:
        """Calls `room` once there is half of what there could be, so that batches stay large."""
        if self._told or self._stopping:
            return
        capacity = self.capacity()
        rate = self._pace.rate or 0.0
        most = min(self._options.connections, max(1, int(rate * AHEAD)))
        if self._number.usable is Usable.ONE:
            most = 1
        if capacity > 0 and capacity * 2 >= most:
            self._told = True
            self._sink.room()

    def _set_timer(self, now: float) -> None:
        """Ring when time alone lets something go, or more be taken."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._stopping or self._number.usable is Usable.NONE:
            return
        at = self._line.opens_at(now)
        if at is not None and self._spare() > 0:
            at = max(at, self._pace.ready_at())
        elif not self._told and self._spare() > 0:
            at = self._pace.ready_at() - AHEAD
        else:
            return
        at = max(at, self._paused_until)
        if at <= now and not self._line:
            return  # there is room, only not enough of it to tell: what is under way will change that
        self._timer = asyncio.get_running_loop().call_later(max(_TICK, at - now), self._pump)


def _result(task: asyncio.Task[_T]) -> _T | Unknown:
    """What it came to. A defect of ours must not leave a message without an outcome."""
    error = task.exception()
    if error is None:
        return task.result()
    _log.error("a message could not be handled", exc_info=error)
    return Unknown(f"it could not be handled: {type(error).__name__}")


def _detail(outcome: Outcome) -> str:
    return outcome.detail if isinstance(outcome, Deferred | Refused | Unknown) else ""


def create(
    channel_id: int,
    options: Mapping[str, Any],
    sink: ChannelSink,
    *,
    client: OutgoingClient,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
    jitter: Callable[[], float],
) -> WhatsappChannel:
    """A WhatsApp channel from plain options. Raises `OptionError`."""
    return WhatsappChannel(
        channel_id,
        WhatsappOptions.read(options),
        sink,
        client=client,
        clock=clock,
        monotonic=monotonic,
        jitter=jitter,
    )
