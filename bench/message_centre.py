"""A message centre that costs little: answers submit_sm at once, sends receipts later, keeps a ledger.

Rule: it reads of a PDU only what it needs (SMPP 3.4 sections 3.2, 4.4.1, 4.6.1), because every microsecond it
takes is taken from what is measured. It is a load tool: for a faithful carrier there is `viesti simulate`.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections import deque
from typing import Any, cast

from bench.agent import Commands, serve
from bench.ledger import DIGITS, Ledger

HEAD = struct.Struct(">IIII")
SUBMIT_SM, SUBMIT_SM_RESP = 0x00000004, 0x80000004
DELIVER_SM, DELIVER_SM_RESP = 0x00000005, 0x80000005
ENQUIRE_LINK, UNBIND = 0x00000015, 0x00000006
BINDS = (0x00000001, 0x00000002, 0x00000009)
RESP_BIT = 0x80000000
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
        self.pending: deque[tuple[float, list[bytes]]] = deque()
        self.next_id = 1_000_000_000  # ten digits, so that they stay as wide
        self.inbound_left = 0
        self.inbound_next = 0
        self.reset()

    def reset(self) -> None:
        self.submits.reset()
        self.acknowledged = 0
        self.refused = 0
        self.sent = 0
        self.last_acknowledged_at = 0.0
        self.first_sent_at = 0.0

    def tick(self) -> None:
        """Hand the receipts that are due to the sessions."""
        now = time.monotonic()
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

    def mobile_originated(self) -> bytes:
        """The next message of a handset."""
        number = self.inbound_next
        self.inbound_next += 1
        self.inbound_left -= 1
        text = b"Bench inbound #%0*d" % (DIGITS, number)
        return (
            b"\0\x01\x0135840%0*d\0\0\x0116400\0\0\0\0\0\0\0\0\0\0" % (DIGITS, number)
            + bytes((len(text),))
            + text
        )


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

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self.centre.sessions.append(self)

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
                out.append(self._submit(data, at, length, sequence, now, date, receipts))
            elif command == DELIVER_SM_RESP:
                self._taken(sequence, status, now)
            elif command == ENQUIRE_LINK:
                out.append(HEAD.pack(16, ENQUIRE_LINK | RESP_BIT, 0, sequence))
            elif command in BINDS:
                out.append(HEAD.pack(22, command | RESP_BIT, 0, sequence) + b"bench\0")
                self.bound = True
            elif command == UNBIND:
                out.append(HEAD.pack(16, UNBIND | RESP_BIT, 0, sequence))
                self.bound = False
            at += length
        self._rest = data[at:]
        if out and self._transport:
            self._transport.write(b"".join(out))
        if receipts:
            self.centre.pending.append((now + self.centre.delay, receipts))
        if self.waiting or self.centre.inbound_left:
            self.deliver(now)

    def _submit(
        self, data: bytes, at: int, length: int, sequence: int, now: float, date: bytes, receipts: list[bytes]
    ) -> bytes:
        centre = self.centre
        source = data.index(0, at + 16) + 1  # after service_type: ton, npi, source, ton, npi, destination
        source_end = data.index(0, source + 2)
        destination = source_end + 3
        destination_end = data.index(0, destination)
        if centre.by_destination:
            centre.submits.note(data[destination_end - DIGITS : destination_end], now)
        else:
            mark = data.rfind(b"#", destination_end, at + length) + 1
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
        else:
            self.centre.refused += 1
            self.centre.pending.append((now + RESEND, [body]))

    def deliver(self, now: float) -> None:
        """Send as many as the window takes."""
        centre = self.centre
        if not self.bound or not self._transport or not (self.waiting or centre.inbound_left):
            return
        out: list[bytes] = []
        while len(self.unanswered) < centre.window and (self.waiting or centre.inbound_left):
            body = self.waiting.popleft() if self.waiting else centre.mobile_originated()
            self._sequence += 1
            self.unanswered[self._sequence] = body
            out.append(HEAD.pack(16 + len(body), DELIVER_SM, 0, self._sequence) + body)
        if out:
            centre.first_sent_at = centre.first_sent_at or now
            centre.sent += len(out)
            self._transport.write(b"".join(out))


async def begin() -> tuple[dict[str, Any], Commands]:
    centre = Centre()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(centre), "127.0.0.1", 0)
    centre.tick()

    async def reset(delay: float = 0.5, by_destination: bool = False, receipts: bool = True) -> None:
        centre.reset()
        centre.delay, centre.by_destination, centre.with_receipts = delay, by_destination, receipts

    async def deliver(count: int) -> None:
        centre.inbound_left, centre.inbound_next = count, 0

    async def stats() -> dict[str, Any]:
        return {
            "bound": sum(session.bound for session in centre.sessions),
            "submits": centre.submits.summary(),
            "sent": centre.sent,
            "first_sent_at": centre.first_sent_at,
            "acknowledged": centre.acknowledged,
            "refused": centre.refused,
            "last_acknowledged_at": centre.last_acknowledged_at,
        }

    async def ledger() -> dict[str, Any]:
        return centre.submits.dump()

    hello = {"port": server.sockets[0].getsockname()[1]}
    return hello, {"reset": reset, "deliver": deliver, "stats": stats, "ledger": ledger}


if __name__ == "__main__":
    serve(begin)
