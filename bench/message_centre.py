"""A message centre that costs little: answers submit_sm at once, sends receipts later, keeps a ledger.

Rule: it reads of a PDU only what it needs (SMPP 3.4 sections 3.2, 4.4.1, 4.6.1), because every microsecond it
takes is taken from what is measured. It is a load tool: for a faithful carrier there is `viesti simulate`.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections import deque
from typing import Any, cast

from bench.agent import Commands, serve
from bench.carrier import Carrier
from bench.ledger import DIGITS, Ledger

HEAD = struct.Struct(">IIII")
SUBMIT_SM, SUBMIT_SM_RESP = 0x00000004, 0x80000004
DELIVER_SM, DELIVER_SM_RESP = 0x00000005, 0x80000005
ENQUIRE_LINK, UNBIND = 0x00000015, 0x00000006
BINDS = (0x00000001, 0x00000002, 0x00000009)
RESP_BIT = 0x80000000
RECEIPT = 0x04  # esm_class of a delivery receipt
UDHI = 0x40  # esm_class: a user data header comes first
PART = b"\5\0\3%c%c%c"  # concatenation, 8-bit reference (3GPP TS 23.040 9.2.3.24.1)
RST = struct.pack("ii", 1, 0)  # SO_LINGER: on, no time
TICK = 0.005  # seconds between looks at the receipts that are due
RESEND = 1.0  # seconds until a receipt that was not taken is sent again


class Centre:
    """What the sessions share."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self.submits = Ledger()
        self.receipts: dict[str, Any] = {}
        self.delay = 0.5
        self.by_destination = False
        self.with_receipts = True
        self.window = 500
        self.witness = False  # count by number what was acknowledged too; later parts apart from first ones
        self.answer_delay = 0.0
        self.closed = False  # takes no connections
        self.multipart_every = 0  # of so many messages of handsets one has two parts
        self.later_parts = Ledger()
        self.taken_receipts = Ledger()
        self.taken_inbound = Ledger()
        self.pending: deque[tuple[float, list[bytes]]] = deque()
        self.next_id = 1_000_000_000  # ten digits, so that they stay as wide
        self.inbound_left = 0
        self.inbound_next = 0
        self.carrier = Carrier()
        self.binds = 0
        self.release_to = 0  # sessions to wait for before what was withheld goes out
        self.reset()

    def reset(self) -> None:
        for ledger in (self.submits, self.later_parts, self.taken_receipts, self.taken_inbound):
            ledger.reset()
        self.carrier.reset()
        self.acknowledged = 0
        self.refused = 0
        self.sent = 0
        self.last_acknowledged_at = 0.0
        self.first_sent_at = 0.0

    def tick(self) -> None:
        """Hand the receipts that are due to the sessions."""
        now = time.monotonic()
        if self.release_to:
            self._hand_over()
        while self.pending and self.pending[0][0] <= now:
            _, bodies = self.pending.popleft()
            bound = [session for session in self.sessions if session.bound]
            if not bound:
                self.pending.appendleft((now + 0.1, bodies))
                break
            min(bound, key=lambda session: len(session.waiting)).waiting.extend(bodies)
        for session in self.sessions:
            session.deliver(now)
        asyncio.get_running_loop().call_later(TICK, self.tick)

    def release(self) -> int:
        """Cut every session; when as many are bound again, all that was withheld goes out over them."""
        bound = [session for session in self.sessions if session.bound]
        self.release_to = max(1, len(bound))
        for session in bound:
            session.cut()
        return len(self.carrier.withheld)

    def _hand_over(self) -> None:
        bound = [session for session in self.sessions if session.bound]
        if len(bound) >= self.release_to:
            self.release_to = 0
            for number, session in enumerate(bound):
                session.waiting.extend(self.carrier.withheld[number :: len(bound)])
            self.carrier.withheld = []

    def owed(self) -> int:
        """Receipts and messages that have not been acknowledged."""
        sessions = sum(len(session.waiting) + len(session.unanswered) for session in self.sessions)
        return self.inbound_left + sessions + sum(len(bodies) for _, bodies in self.pending)

    def mobile_originated(self, further: deque[bytes]) -> bytes:
        """The next message of a handset; its second part, when it has one, goes to `further`."""
        number = self.inbound_next
        self.inbound_next += 1
        self.inbound_left -= 1
        text = b"Bench inbound #%0*d" % (DIGITS, number)
        if not self.multipart_every or number % self.multipart_every:
            return _handset(number, 0, text)
        further.append(_handset(number, UDHI, PART % (number & 255, 2, 2) + b" and its end"))
        return _handset(number, UDHI, PART % (number & 255, 2, 1) + text)

    def close(self, closed: bool) -> None:
        """Cut every connection and take none, or take them again."""
        self.closed = closed
        for session in list(self.sessions) if closed else ():
            session.cut()

    def cut(self) -> bool:
        """Cut the connection of a bound session with RST; gives whether there was one."""
        bound = [session for session in self.sessions if session.bound]
        if bound:
            max(bound, key=lambda session: session.answers_due).cut()
        return bool(bound)


def _handset(number: int, esm_class: int, text: bytes) -> bytes:
    """The body of a deliver_sm from the handset of this number."""
    source = b"\0\x01\x0135840%0*d\0\0\x0116400\0" % (DIGITS, number)
    return source + bytes((esm_class, 0, 0, 0, 0, 0, 0, 0, 0, len(text))) + text


class Session(asyncio.Protocol):
    """One bound connection."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.bound = False
        self.waiting: deque[bytes] = deque()
        self.unanswered: dict[int, bytes] = {}
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._sequence = 0
        self.answers_due = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self.centre.sessions.append(self)
        if self.centre.closed:
            self.cut()

    def connection_lost(self, _error: Exception | None) -> None:
        """What was not taken goes out again on another session, as a centre's store would have it."""
        self.bound = False
        self._transport = None
        self.centre.sessions.remove(self)
        left = [*self.unanswered.values(), *self.waiting]
        if left:
            self.centre.pending.appendleft((0.0, left))

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        now = time.monotonic()
        end = len(data)
        at = 0
        out: list[bytes] = []
        receipts: list[bytes] = []
        date = b""
        while end - at >= 16:
            length, command, status, sequence = HEAD.unpack_from(data, at)
            if end - at < length:
                break
            if command == SUBMIT_SM:
                date = date or time.strftime("%y%m%d%H%M", time.gmtime()).encode()
                answer = self._submit(data, at, length, sequence, now, date, receipts)
                if self.centre.carrier.on and (wait := self.centre.carrier.answer_in(now)):
                    self._answer_in(wait, answer)
                else:
                    out.append(answer)
            elif command == DELIVER_SM_RESP:
                self._taken(sequence, status, now)
            else:
                out.append(self._of_the_session(command, sequence))
            at += length
        self._rest = data[at:]
        if out:
            self._answer(b"".join(out), len(receipts))
        if receipts and self.centre.carrier.withhold:
            self.centre.carrier.withheld.extend(receipts)
        elif receipts:
            self.centre.pending.append((now + self.centre.delay, receipts))
        if self.waiting or self.centre.inbound_left:
            self.deliver(now)

    def _of_the_session(self, command: int, sequence: int) -> bytes:
        """The answer to what is about the session itself; nothing for anything else."""
        if command in BINDS:
            self.bound = True
            self.centre.binds += 1
            return HEAD.pack(22, command | RESP_BIT, 0, sequence) + b"bench\0"
        if command == UNBIND:
            self.bound = False
        return HEAD.pack(16, command | RESP_BIT, 0, sequence) if command in (UNBIND, ENQUIRE_LINK) else b""

    def _answer(self, data: bytes, submits: int) -> None:
        delay = self.centre.answer_delay
        if delay and submits:
            self._answer_in(delay, data, submits)
        else:
            self._answer_now(data, 0)

    def _answer_in(self, seconds: float, data: bytes, submits: int = 1) -> None:
        self.answers_due += submits
        asyncio.get_running_loop().call_later(seconds, self._answer_now, data, submits)

    def _answer_now(self, data: bytes, submits: int) -> None:
        self.answers_due -= submits
        if self._transport:
            self._transport.write(data)

    def cut(self) -> None:
        """End the connection with RST: nothing more is read, nothing more is sent."""
        assert self._transport is not None  # bound
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
        self._transport.abort()

    def _submit(
        self, data: bytes, at: int, length: int, sequence: int, now: float, date: bytes, receipts: list[bytes]
    ) -> bytes:
        centre = self.centre
        source = data.index(0, at + 16) + 1  # after service_type: ton, npi, source, ton, npi, destination
        source_end = data.index(0, source + 2)
        destination = source_end + 3
        destination_end = data.index(0, destination)
        end = at + length
        if centre.carrier.on:
            status = centre.carrier.look(data[destination_end - DIGITS : destination_end], now)
            if status:
                return HEAD.pack(16, SUBMIT_SM_RESP, status, sequence)
        if centre.by_destination:
            ledger = centre.submits
            if centre.witness and data[destination_end + 1] & UDHI and _later(data, destination_end, end):
                ledger = centre.later_parts
            ledger.note(data[destination_end - DIGITS : destination_end], now)
        else:
            mark = data.rfind(b"#", destination_end, end) + 1
            centre.submits.note(data[mark : mark + DIGITS], now)
        centre.next_id += 1
        identifier = b"%d" % centre.next_id
        if centre.with_receipts:
            text = b"id:%b sub:001 dlvrd:001 submit date:%b done date:%b stat:DELIVRD err:000 text:" % (
                identifier,
                date,
                date,
            )
            receipts.append(
                b"\0\x01\x01%b\0\x05\0%b\0\x04\0\0\0\0\0\0\0\0%c%b"
                % (data[destination:destination_end], data[source + 2 : source_end], len(text), text)
            )
        return HEAD.pack(27, SUBMIT_SM_RESP, 0, sequence) + identifier + b"\0"

    def _taken(self, sequence: int, status: int, now: float) -> None:
        body = self.unanswered.pop(sequence, None)
        if body is None:
            return
        if status == 0:
            self.centre.acknowledged += 1
            self.centre.last_acknowledged_at = now
            if self.centre.witness:
                self._note_taken(body, now)
        else:
            self.centre.refused += 1
            self.centre.pending.append((now + RESEND, [body]))

    def _note_taken(self, body: bytes, now: float) -> None:
        """Both kinds have their number in the source address (3 octets in); esm_class tells them apart."""
        source_end = body.index(0, 3)
        receipt = body[body.index(0, source_end + 3) + 1] & RECEIPT
        ledger = self.centre.taken_receipts if receipt else self.centre.taken_inbound
        ledger.note(body[source_end - DIGITS : source_end], now)

    def deliver(self, now: float) -> None:
        """Send as many as the window takes."""
        centre = self.centre
        if not self.bound or not self._transport or not (self.waiting or centre.inbound_left):
            return
        out: list[bytes] = []
        while len(self.unanswered) < centre.window and (self.waiting or centre.inbound_left):
            body = self.waiting.popleft() if self.waiting else centre.mobile_originated(self.waiting)
            self._sequence += 1
            self.unanswered[self._sequence] = body
            out.append(HEAD.pack(16 + len(body), DELIVER_SM, 0, self._sequence) + body)
        if out:
            centre.first_sent_at = centre.first_sent_at or now
            centre.sent += len(out)
            self._transport.write(b"".join(out))


def _later(data: bytes, destination_end: int, end: int) -> bool:
    """Whether a submit_sm with a header is a later part of its message than the first."""
    header = data.find(b"\5\0\3", destination_end, end)
    return header >= 0 and data[header + 5] > 1


async def begin() -> tuple[dict[str, Any], Commands]:
    centre = Centre()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(centre), "127.0.0.1", 0)
    centre.tick()

    async def reset(
        delay: float = 0.5,
        by_destination: bool = False,
        receipts: bool = True,
        witness: bool = False,
        answer_delay: float = 0.0,
        multipart_every: int = 0,
        window: int = 500,
    ) -> None:
        centre.reset()
        centre.window = window
        centre.delay, centre.by_destination, centre.with_receipts = delay, by_destination, receipts
        centre.witness, centre.answer_delay = witness, answer_delay
        centre.multipart_every = multipart_every

    async def deliver(count: int, more: bool = False) -> None:
        if not more:
            centre.inbound_left = centre.inbound_next = 0
        centre.inbound_left += count

    async def hold(closed: bool = False, answer_delay: float = 0.0) -> None:
        centre.answer_delay = answer_delay
        centre.close(closed)

    async def cut() -> dict[str, Any]:
        return {"cut": centre.cut()}

    async def behave(**conduct: Any) -> None:
        centre.carrier.behave(**conduct)

    async def told() -> dict[str, Any]:
        return centre.carrier.told()

    async def release() -> dict[str, Any]:
        """From now on receipts are not withheld; those that were go out after a cut."""
        centre.carrier.withhold = False
        return {"withheld": centre.release()}

    async def seen(ranges: list[tuple[int, int]]) -> dict[str, Any]:
        """How many of each range of numbers have come."""
        counts = centre.submits.counts
        return {"seen": [last - first - counts[first:last].count(0) for first, last in ranges]}

    async def stats() -> dict[str, Any]:
        return {
            "bound": sum(session.bound for session in centre.sessions),
            "binds": centre.binds,
            "submits": centre.submits.summary(),
            "doubled": len(centre.submits.repeated | centre.later_parts.repeated),
            "sent": centre.sent,
            "first_sent_at": centre.first_sent_at,
            "acknowledged": centre.acknowledged,
            "refused": centre.refused,
            "last_acknowledged_at": centre.last_acknowledged_at,
            "owed": centre.owed(),
            "inbound": centre.inbound_next,
        }

    async def ledger(name: str = "submits") -> dict[str, Any]:
        found: Ledger = getattr(centre, name)
        return found.dump()

    hello = {"port": server.sockets[0].getsockname()[1]}
    commands = (reset, deliver, hold, cut, behave, told, release, seen, stats, ledger)
    return hello, {command.__name__: command for command in commands}


if __name__ == "__main__":
    serve(begin)
