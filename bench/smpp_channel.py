"""How fast one SMPP channel sends to a message centre in another process, and what a message costs us in
CPU.

    python bench/smpp_channel.py [--messages 200000] [--window 200] [--sessions 2] [--receipts] [--profile]

The message centre answers at once (with `--receipts` it also reports on each message), so this is the cost
of our side: mapping, codec, session, socket, report to the engine. No database.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import multiprocessing
import pstats
import struct
import sys
import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import uvloop

from viesti.channels.smpp.channel import create
from viesti.domain.channel import (
    AddressKind,
    CarrierReceipt,
    InboundPart,
    LateAnswer,
    Outgoing,
    SendReport,
    SessionState,
)

HEADER = struct.Struct(">4I")
RECEIPT = b"id:%d sub:001 dlvrd:001 submit date:2611221105 done date:2611221106 stat:DELIVRD err:000 text:"


class Centre(asyncio.Protocol):
    """Only as much of a message centre as a bench needs, so that it is never what is measured."""

    receipts = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.pending = b""
        self.count = 0

    def data_received(self, data: bytes) -> None:
        data = self.pending + data
        at, out = 0, []
        while len(data) - at >= 16:
            size, command, _, sequence = HEADER.unpack_from(data, at)
            if len(data) - at < size:
                break
            at += size
            if command == 4:
                self.count += 1
                body = b"%d\0" % self.count
                out.append(HEADER.pack(16 + len(body), 0x80000004, 0, sequence) + body)
                if self.receipts:
                    text = RECEIPT % self.count
                    body = b"\0\1\1358401234567\0\5\0Viesti\0\4\0\0\0\0\0\0\0\0" + bytes([len(text)]) + text
                    out.append(HEADER.pack(16 + len(body), 5, 0, self.count) + body)
            elif command < 0x80000000:
                body = b"centre\0" if command == 9 else b""
                out.append(HEADER.pack(16 + len(body), command | 0x80000000, 0, sequence) + body)
        self.pending = data[at:]
        if out:
            self.transport.write(b"".join(out))  # type: ignore[attr-defined]


def centre(pipe: Connection, receipts: bool) -> None:
    async def serve() -> None:
        Centre.receipts = receipts
        server = await asyncio.get_running_loop().create_server(Centre, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(serve())


class Engine:
    """A sink that feeds the channel as the dispatcher would: as much as there is capacity for."""

    def __init__(self, messages: int, receipts: bool) -> None:
        self.to_send = messages
        self.reported = self.received = 0
        self.messages = messages
        self.receipts = receipts
        self.done = asyncio.Event()
        self.stored: asyncio.Future[None] | None = None
        self.woken = asyncio.Event()

    def report(self, report: SendReport) -> None:
        self.reported += 1
        self._check()

    def late(self, answer: LateAnswer) -> None: ...

    def receipt(self, receipt: CarrierReceipt) -> asyncio.Future[None]:
        self.received += 1
        self._check()
        if self.stored is None:  # one future for all that came in this turn, as a batch writer has
            self.stored = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(self._store)
        return self.stored

    def _store(self) -> None:
        if self.stored is not None:
            self.stored.set_result(None)
            self.stored = None

    async def inbound(self, part: InboundPart) -> None: ...

    def room(self) -> None:
        self.woken.set()

    def session(self, channel_id: int, name: str, state: SessionState, detail: str) -> None: ...

    def _check(self) -> None:
        if self.reported == self.messages and (not self.receipts or self.received == self.messages):
            self.done.set()


async def run(arguments: argparse.Namespace, port: int) -> None:
    engine = Engine(arguments.messages, arguments.receipts)
    channel = create(
        1,
        {
            "host": "127.0.0.1",
            "port": port,
            "system_id": "bench",
            "window": arguments.window,
            "sessions": arguments.sessions,
            "deliveries": 10_000,
        },
        engine,
        clock=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        jitter=lambda: 0.5,
    )
    await channel.start()
    await engine.woken.wait()
    profile = cProfile.Profile() if arguments.profile else None
    started, cpu = time.perf_counter(), time.process_time()
    if profile:
        profile.enable()
    number = 0
    while number < arguments.messages:
        engine.woken.clear()
        take = min(channel.capacity(), arguments.messages - number)
        if take:
            channel.send(
                [
                    Outgoing(
                        recipient_id=one << 6,
                        attempt=1,
                        destination=f"358{one % 10**9:09}",
                        destination_kind=AddressKind.INTERNATIONAL,
                        sender="Viesti",
                        sender_kind=AddressKind.ALPHANUMERIC,
                        text=f"Your parcel {one} can be picked up tomorrow from 10 to 18. Welcome!",
                    )
                    for one in range(number, number + take)
                ]
            )
            number += take
        await engine.woken.wait()
    await engine.done.wait()
    if profile:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    await channel.stop(1)
    each = 1e6 * cpu / arguments.messages
    print(f"{arguments.messages / seconds:,.0f} messages/s, {each:.1f} us of our CPU each, {seconds:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--window", type=int, default=200)
    parser.add_argument("--sessions", type=int, default=2)
    parser.add_argument("--receipts", action="store_true")
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=centre, args=(theirs, arguments.receipts), daemon=True)
    process.start()
    try:
        uvloop.run(run(arguments, ours.recv()))
    finally:
        process.terminate()


if __name__ == "__main__":
    main()
