"""One SMPP session of a channel on its socket: connects, binds, carries bytes, comes back after a loss.

Rule: the link decides when it may send and what a dead connection means for what it carried; what the parts
are for is its owner's business. Reading the clock and chance are functions given to it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol, cast

import structlog

from viesti.channels.smpp.flight import Part
from viesti.channels.smpp.gate import Gate
from viesti.channels.smpp.late import LatePart, LateParts
from viesti.channels.smpp.options import SmppOptions
from viesti.channels.smpp.storing import Storing
from viesti.domain.channel import SessionState
from viesti.protocols.smpp.events import (
    Answered,
    BindRefused,
    Bound,
    Closed,
    Event,
    PeerUnbound,
    Rejected,
    RequestReceived,
    TimedOut,
    Unmatched,
)
from viesti.protocols.smpp.matrix import Role
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.session import Session
from viesti.protocols.smpp.spec import UNANSWERED, Command

_log = structlog.get_logger()

_FAREWELL: Final = 5.0  # seconds a closing connection may take to flush


class LinkOwner(Protocol):
    """What a link needs of the channel it belongs to."""

    def link_state(self, link: Link, state: SessionState, detail: str) -> None: ...
    def answered(self, link: Link, part: Part, response: Pdu, now: float) -> None: ...
    def unanswered(self, part: Part, detail: str) -> None: ...
    def answered_late(self, part: LatePart, response: Pdu) -> None: ...
    def given_back(self, link: Link, parts: list[Part]) -> None:
        """The link is down; these were never written, or were answered with 'too fast'."""
        ...

    def delivered(self, link: Link, pdu: Pdu) -> asyncio.Future[None]: ...
    def waiting(self) -> bool:
        """Whether there is anything a link could send."""
        ...

    def spare(self) -> int:
        """Parts that may be written now, over all links."""
        ...

    def settled(self) -> None:
        """A batch of events is dealt with; room may have changed."""
        ...


class Link(asyncio.Protocol):
    """A session kept alive. `room` and `send` may be called at any time; without a bound session there is
    none."""

    def __init__(
        self,
        name: str,
        command_id: Command,
        options: SmppOptions,
        tls: ssl.SSLContext | None,
        owner: LinkOwner,
        monotonic: Callable[[], float],
        jitter: Callable[[], float],
    ) -> None:
        self.name = name
        self.sends = command_id is not Command.BIND_RECEIVER
        self._command_id = command_id
        self._options = options
        self._tls = tls
        self._owner = owner
        self._monotonic = monotonic
        self._jitter = jitter
        self.gate = Gate(options.rate, options.throttle_pause, monotonic())
        self._session: Session | None = None
        self._late = LateParts()
        self._transport: asyncio.Transport | None = None
        self._over: asyncio.Future[str] | None = None
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._writable = True
        self._storing = Storing(options.deliveries, self._read_on, self._flush)
        self._reason = ""
        self._was_bound = False
        self._stopping = False
        self._needs_person = False
        self._reading = True

    # For the owner

    def start(self) -> None:
        """Begins connecting."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"smpp link {self.name}")

    async def stop(self, timeout: float) -> None:
        """Unbinds, waits for the answer up to `timeout` seconds, and closes whatever happened."""
        self._stopping = True
        if self._session is not None and self._over is not None and self._transport is not None:
            transport = self._transport
            if self._session.bound:
                self._session.unbind(self._monotonic())
                self._flush()
                await asyncio.wait({self._over}, timeout=timeout)
            transport.abort()
            await self._over
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._owner.link_state(self, SessionState.STOPPED, "stopped")

    @property
    def bound(self) -> bool:
        """Whether the session is bound."""
        return self._session is not None and self._session.bound

    def outstanding(self) -> int:
        """Parts written and not answered."""
        return self._session.outstanding() if self._session is not None else 0

    def capacity(self, now: float) -> int:
        """Parts it could take now; those a limited rate lets out within a second count."""
        return self.gate.capacity(self._free(), now)

    def most(self) -> int:
        """Parts it could take at best, which is when all is answered."""
        return self.gate.most(self._options.session.window)

    def room(self, now: float, urgent: bool) -> int:
        """Parts of a kind that can be written this instant, after those held back that go before them."""
        return self.gate.room(self._writable_parts(), now, urgent)

    def take_ready(self, now: float, urgent: bool) -> list[Part]:
        """The held parts to be written now, in order, only urgent ones or any; the caller sends or settles
        each."""
        return self.gate.take_ready(self._writable_parts(), now, urgent)

    def send(self, part: Part, now: float) -> None:
        """Writes a part; there must be `room`. Raises `BuildError` when it can't be written."""
        assert self._session is not None
        self._session.request(part.pdu, part, now)
        self.gate.sent(part, now)

    def drop(self, reason: str) -> None:
        """Ends the connection; the link connects again."""
        if self._session is not None:
            self._handle(self._session.close(reason), self._monotonic())

    def flush(self, now: float) -> None:
        """Writes what the session has to say and sets the timer."""
        if self._session is not None and self._transport is not None:
            data = self._session.outgoing()
            if data:
                self._transport.write(data)
            self._set_timer(now)

    # The connection

    async def _run(self) -> None:
        failures = 0
        while True:
            self._owner.link_state(self, SessionState.CONNECTING, "")
            self._was_bound = False
            detail = await self._connect()
            if self._needs_person:
                self._owner.link_state(self, SessionState.STOPPED, detail)
            if self._needs_person or self._stopping:
                return
            if self._was_bound:
                failures = 0
            self._owner.link_state(self, SessionState.DOWN, detail)
            longest = self._options.reconnect_longest
            wait = min(longest, self._options.reconnect_first * 2 ** min(failures, 16))
            failures += 1
            await asyncio.sleep(wait * (0.5 + 0.5 * self._jitter()))

    async def _connect(self) -> str:
        """Lives through one connection and tells why it ended."""
        options = self._options
        loop = asyncio.get_running_loop()
        self._over = loop.create_future()
        server_name = None
        if options.tls is not None:
            server_name = options.tls.server_name or options.host
        try:
            async with asyncio.timeout(options.connect_timeout):
                await loop.create_connection(
                    lambda: self, options.host, options.port, ssl=self._tls, server_hostname=server_name
                )
        except TimeoutError:
            return f"no connection to {options.host}:{options.port} within {options.connect_timeout:g} s"
        except OSError as error:
            return f"no connection to {options.host}:{options.port}: {error}"
        return await asyncio.shield(self._over)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        now = self._monotonic()
        self._writable = True
        self._reading = True
        self._reason = ""
        options = self._options
        self._session = Session(Role.ESME, options.session, now)
        self._late = LateParts()
        self._session.bind(
            self._command_id,
            now,
            system_id=options.system_id,
            password=options.password,
            system_type=options.system_type,
            address_range=options.address_range,
        )
        self.flush(now)

    def data_received(self, data: bytes) -> None:
        if self._session is not None:
            now = self._monotonic()
            self._handle(self._session.receive(data, now), now)

    def connection_lost(self, exc: Exception | None) -> None:
        now = self._monotonic()
        if self._session is not None:
            self._handle(self._session.eof(now), now)
        self._session = None
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._over is not None and not self._over.done():
            self._over.set_result(self._reason or f"the connection was lost: {exc}")

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._owner.settled()

    # What the session says

    def _handle(self, events: list[Event], now: float) -> None:
        for event in events:
            match event:
                case Answered():
                    self._owner.answered(self, event.context, event.response, now)
                case RequestReceived():
                    self._requested(event.pdu)
                case TimedOut():
                    seconds = self._options.session.timers.response
                    self._late.add(event.context)
                    self._owner.unanswered(event.context, f"no answer within {seconds:g} s")
                case Bound():
                    self._was_bound = True
                    self.gate.reset(now)
                    self._owner.link_state(self, SessionState.BOUND, event.system_id)
                case BindRefused():
                    self._needs_person = event.needs_person
                    assert self._session is not None
                    self._handle(self._session.close(event.sentence), now)
                case Closed():
                    self._closed(event)
                case Rejected():
                    _log.warning("rejected a PDU", session=self.name, what=str(event.problem))
                case Unmatched():
                    self._unmatched(event.response)
                case PeerUnbound():
                    pass  # Closed follows
        self._owner.settled()
        self.flush(now)

    def _unmatched(self, response: Pdu) -> None:
        late = self._late.take(response)
        what = "an answer came late" if late else "an answer to nothing"
        _log.warning(what, session=self.name, what=str(response))
        if late:
            self._owner.answered_late(late, response)

    def _closed(self, event: Closed) -> None:
        self._reason = event.reason
        if self._transport is not None and self._session is not None:
            self._transport.write(self._session.outgoing())
            self._transport.close()
            asyncio.get_running_loop().call_later(_FAREWELL, self._transport.abort)
        for part in event.lost:
            self._owner.unanswered(part, event.reason)
        self._owner.given_back(self, self.gate.take_held())

    def _requested(self, pdu: Pdu) -> None:
        if pdu.command_id not in UNANSWERED:
            assert self._session is not None
            self._storing.give(self._session, pdu, lambda: self._owner.delivered(self, pdu))

    def _read_on(self, reading: bool) -> None:
        """Reads from the carrier only as far as the store keeps up."""
        transport = self._transport
        if reading is self._reading or transport is None or transport.is_closing():
            return
        self._reading = reading
        if reading:
            transport.resume_reading()
        else:
            transport.pause_reading()

    def _flush(self) -> None:
        self.flush(self._monotonic())

    # Time

    def _free(self) -> int:
        """Room in the window, as far as the socket takes more."""
        return self._session.free() if self.sends and self._writable and self._session is not None else 0

    def _writable_parts(self) -> int:
        """Room in the window, as far as the channel may have more in flight."""
        free = self._free()
        return max(0, min(free, self._owner.spare())) if free else 0

    def _set_timer(self, now: float) -> None:
        assert self._session is not None
        deadline = self._session.next_deadline()
        if deadline is None:
            return
        for at in (self.gate.opens_at(self._owner.waiting(), now), self.gate.takes_at(now)):
            if at is not None:
                deadline = min(deadline, at)
        if self._timer is not None:
            if self._timer_at <= deadline:
                return  # it rings early and is then set again
            self._timer.cancel()
        self._timer_at = deadline
        self._timer = asyncio.get_running_loop().call_later(max(0.0, deadline - now), self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._session is not None:
            now = self._monotonic()
            self._handle(self._session.tick(now), now)
