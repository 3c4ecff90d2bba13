"""One SMPP session without I/O, for either role: bytes and time in, events and bytes out.

Rule: the session answers by itself only what needs no thought (enquire_link, unbind, what is unreadable or
out of place); every other request waits for `respond`, and every request sent comes back exactly once,
answered or not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from viesti.protocols.smpp.codec import Decoder, encode
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
from viesti.protocols.smpp.matrix import ALLOWED, BOUND, BOUND_BY, Role, State
from viesti.protocols.smpp.pdu import Pdu, Unreadable
from viesti.protocols.smpp.spec import (
    BINDS,
    DEFAULT_MAX_PDU,
    INTERFACE_VERSION,
    LAYOUTS,
    RESPONSE,
    UNANSWERED,
    Command,
    Tag,
    command_name,
)
from viesti.protocols.smpp.status import BIND_NEEDS_PERSON, Status, status_name
from viesti.protocols.smpp.timers import TimerOptions, Timers, earliest, is_due
from viesti.protocols.smpp.window import Sequence, Waiting, Window

_ENQUIRE_LINK: Final = int(Command.ENQUIRE_LINK)
_UNBIND: Final = int(Command.UNBIND)
_GENERIC_NACK: Final = int(Command.GENERIC_NACK)
_NO_LIMIT: Final = 1 << 30


class LocalError(RuntimeError):
    """The caller broke the bargain: sent what the state does not allow, or into a full window."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """`window`: requests outstanding at once, enquire_link and unbind aside."""

    window: int = 10
    max_pdu: int = DEFAULT_MAX_PDU
    timers: TimerOptions = field(default_factory=TimerOptions)


class Session:
    """Feed it with `receive`, `eof` and `tick`; after every call write `outgoing()` and act on the events.

    Call `tick` no later than `next_deadline()`. After `Closed` only `outgoing` gives anything.
    """

    def __init__(self, role: Role, options: SessionOptions, now: float) -> None:
        self.role = role
        self.unbinding = False
        self._decoder = Decoder(options.max_pdu)
        self._timers = Timers(options.timers, now)
        self._window = Window(options.window, options.timers.response)
        self._link = Window(_NO_LIMIT, options.timers.response)  # our bind, enquire_link and unbind
        self._sequence = Sequence(self._window, self._link)
        self._options = options
        self._out: list[bytes] = []
        self._enter(State.OPEN)

    # What the shell may ask

    @property
    def state(self) -> State:
        """Where the session stands."""
        return self._state

    @property
    def bound(self) -> bool:
        """Whether it is bound and not on its way out."""
        return self._state in BOUND and not self.unbinding

    def free(self) -> int:
        """Requests that may be sent now."""
        return self._window.free() if self.bound else 0

    def outstanding(self) -> int:
        """Requests sent and not yet answered."""
        return len(self._window)

    def outgoing(self) -> bytes:
        """Everything to be written since the last call; b'' when nothing is."""
        if not self._out:
            return b""
        data = b"".join(self._out) if len(self._out) > 1 else self._out[0]
        self._out.clear()
        return data

    def next_deadline(self) -> float | None:
        """When `tick` is due at the latest."""
        if self._state is State.CLOSED:
            return None
        timers = self._timers
        # While a bind, enquire_link or unbind of ours waits for its answer, only that answer is timed.
        own = self._link.next_deadline() or earliest(
            timers.init_due(), timers.enquire_due(), timers.inactivity_due()
        )
        return earliest(own, self._window.next_deadline())

    # What the shell may do

    def bind(self, command_id: int, now: float, **fields: Any) -> None:
        """Sends a bind of this kind; `fields` as in 4.1.1. `Bound`, `BindRefused` or `Closed` follows."""
        body = {"interface_version": INTERFACE_VERSION, **fields}
        self._own(Pdu(command_id, fields=body), now)

    def request(self, pdu: Pdu, context: Any, now: float) -> int:
        """Sends a request and gives its sequence number. `context` comes back in one of `Answered`,
        `TimedOut` or `Closed.lost`. Raises `LocalError` when the window is full or the state does not allow
        it, `BuildError` when the PDU can't be written; then nothing was sent."""
        if self.unbinding or pdu.command_id not in self._may_send:
            raise LocalError(f"{command_name(pdu.command_id)} may not be sent in state {self._state.value}")
        if pdu.command_id in UNANSWERED:
            pdu.sequence = self._sequence.take()
            self._out.append(encode(pdu))
            return pdu.sequence
        if self._window.free() <= 0:
            raise LocalError("the window is full")
        sequence = pdu.sequence = self._sequence.take()
        self._out.append(encode(pdu))
        self._window.add(sequence, pdu.command_id, context, now)
        self._timers.active(now)
        return sequence

    def respond(
        self, request: Pdu, status: int = 0, tlvs: tuple[tuple[int, bytes], ...] = (), **fields: Any
    ) -> bool:
        """Answers a request. Gives False when the session is over, so that nobody will read it. Answering a
        bind with ROK binds the session."""
        if self._state is State.CLOSED or request.command_id in UNANSWERED:
            return False
        if request.command_id in BINDS and not tlvs:
            tlvs = ((Tag.SC_INTERFACE_VERSION, bytes([INTERFACE_VERSION])),) if status == 0 else ()
        self._out.append(encode(Pdu(request.command_id | RESPONSE, status, request.sequence, fields, tlvs)))
        if request.command_id in BINDS and status == 0:
            self._enter(BOUND_BY[request.command_id])
        return True

    def unbind(self, now: float) -> None:
        """Says goodbye: no more requests, answers still come, and `Closed` once the peer agrees. A session
        that is not bound, or already leaving, is left as it is."""
        if self.bound:
            self._own(Pdu(_UNBIND), now)
            self.unbinding = True

    def close(self, reason: str) -> list[Event]:
        """Ends the session here and now."""
        if self._state is State.CLOSED:
            return []
        self._enter(State.CLOSED)
        self._link.drain()
        return [Closed(reason, [waiting.context for waiting in self._window.drain()])]

    # What happens to it

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Takes bytes as they came, any cut, and tells what they meant."""
        events: list[Event] = []
        self._timers.heard(now)
        for pdu in self._decoder.feed(data):
            if self._state is State.CLOSED:
                break
            if isinstance(pdu, Unreadable):
                self._unreadable(pdu, events)
            elif pdu.command_id >= RESPONSE:
                self._response(pdu, events)
            else:
                self._request(pdu, events, now)
        return events

    def eof(self, now: float) -> list[Event]:
        """The connection ended, however it did."""
        del now
        return self.close("unbound" if self.unbinding else "the peer closed the connection")

    def tick(self, now: float) -> list[Event]:
        """Lets time pass: requests time out, the link is asked, dead links end."""
        timers = self._timers
        if self._state is State.CLOSED:
            return []
        if is_due(timers.init_due(), now) and not len(self._link):
            return self.close(f"not bound within {self._options.timers.init:g} s")
        for waiting in self._link.expired(now):
            return self.close(f"{command_name(waiting.command_id)} was not answered")
        events: list[Event] = [
            TimedOut(waiting.context, waiting.command_id) for waiting in self._window.expired(now)
        ]
        if not len(self._link):
            if is_due(timers.inactivity_due(), now):
                self.unbind(now)
            elif is_due(timers.enquire_due(), now):
                self._own(Pdu(_ENQUIRE_LINK), now)
        return events

    # Inside

    def _enter(self, state: State) -> None:
        self._state = state
        self._timers.bound = state in BOUND
        self._may_send = ALLOWED[self.role, state]
        self._may_receive = ALLOWED[self.role.peer, state]

    def _own(self, pdu: Pdu, now: float) -> None:
        if pdu.command_id not in self._may_send:
            raise LocalError(f"{command_name(pdu.command_id)} may not be sent in state {self._state.value}")
        pdu.sequence = self._sequence.take()
        self._out.append(encode(pdu))
        self._link.add(pdu.sequence, pdu.command_id, None, now)

    def _answer(self, command_id: int, status: int, sequence: int) -> None:
        self._out.append(encode(Pdu(command_id, status, sequence)))

    def _response(self, pdu: Pdu, events: list[Event]) -> None:
        for window in (self._window, self._link):
            waiting = window.peek(pdu.sequence)
            if waiting is not None and pdu.command_id in (waiting.command_id | RESPONSE, _GENERIC_NACK):
                window.take(pdu.sequence)
                if window is self._window:
                    events.append(Answered(waiting.context, pdu))
                else:
                    self._own_answered(waiting, pdu, events)
                return
        events.append(Unmatched(pdu))

    def _own_answered(self, waiting: Waiting, pdu: Pdu, events: list[Event]) -> None:
        if waiting.command_id == _UNBIND:
            events += self.close("unbound")
        elif waiting.command_id in BINDS:
            if pdu.status == 0 and pdu.command_id != _GENERIC_NACK:
                self._enter(BOUND_BY[waiting.command_id])
                events.append(Bound(pdu.text("system_id"), pdu.tlv_number(Tag.SC_INTERFACE_VERSION)))
            else:
                events.append(_refusal(pdu.status))

    def _request(self, pdu: Pdu, events: list[Event], now: float) -> None:
        command_id = pdu.command_id
        if command_id not in self._may_receive:
            already = command_id in BINDS and self._state in BOUND
            self._reject(pdu, Status.RALYBND if already else Status.RINVBNDSTS, events)
        elif command_id == _ENQUIRE_LINK:
            self._answer(command_id | RESPONSE, 0, pdu.sequence)
        elif command_id == _UNBIND:
            self._answer(command_id | RESPONSE, 0, pdu.sequence)
            events.append(PeerUnbound())
            events += self.close("the peer unbound")
        else:
            if command_id == Command.OUTBIND:
                self._enter(State.OUTBOUND)
            self._timers.active(now)
            events.append(RequestReceived(pdu))

    def _reject(self, pdu: Pdu, status: int, events: list[Event]) -> None:
        if pdu.command_id not in UNANSWERED:
            self._answer(pdu.command_id | RESPONSE, status, pdu.sequence)
        events.append(Rejected(pdu, status))

    def _unreadable(self, bad: Unreadable, events: list[Event]) -> None:
        events.append(Rejected(bad, bad.status))
        if bad.fatal or (bad.command_id < RESPONSE and bad.command_id not in LAYOUTS):
            self._answer(_GENERIC_NACK, bad.status, bad.sequence)
        elif bad.command_id < RESPONSE and bad.command_id not in UNANSWERED:
            self._answer(bad.command_id | RESPONSE, bad.status, bad.sequence)
        if bad.fatal:
            events += self.close(f"the peer sent what is no SMPP: {bad.problem}")


def _refusal(status: int) -> BindRefused:
    sentence = BIND_NEEDS_PERSON.get(status)
    detail = status_name(status)
    if sentence is None:
        return BindRefused(status, False, f"The carrier did not accept the bind now ({detail}).")
    return BindRefused(status, True, f"{sentence} ({detail})")
