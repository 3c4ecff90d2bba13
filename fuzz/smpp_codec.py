"""Any bytes give a PDU or our documented error, and nothing else: the long run of what the suite does
briefly.

    python fuzz/smpp_codec.py --seconds 600 [--seed N]

Mutates the PDUs of tests/wire, feeds codec, session (both roles) and receipt parser, and stops at the first
surprise with the octets that made it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from viesti.protocols.smpp.codec import Decoder, encode  # noqa: E402  the path comes first
from viesti.protocols.smpp.events import Event, RequestReceived  # noqa: E402
from viesti.protocols.smpp.matrix import Role  # noqa: E402
from viesti.protocols.smpp.pdu import Pdu, Unreadable  # noqa: E402
from viesti.protocols.smpp.receipt import ReceiptOptions, parse_receipt  # noqa: E402
from viesti.protocols.smpp.references import IdBase  # noqa: E402
from viesti.protocols.smpp.session import Session, SessionOptions  # noqa: E402

SNIFFING = ReceiptOptions(IdBase.HEX, IdBase.EITHER, timedelta(hours=2), sniff=True)


def seeds() -> list[bytes]:
    rows = json.loads((ROOT / "tests" / "wire" / "smpp_pdus.json").read_text())
    return [bytes.fromhex("".join(row["wire"]).replace(" ", "")) for row in rows]


def mutate(frame: bytes, chance: random.Random) -> bytes:
    octets = bytearray(frame)
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(octets) + 1)
        match chance.randrange(4):
            case 0:
                octets[at:at] = chance.randbytes(chance.randrange(1, 8))
            case 1:
                del octets[at : at + chance.randrange(1, 8)]
            case 2 if at < len(octets):
                octets[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
            case _:
                octets += octets[at : at + 32]
    if chance.random() < 0.8 and len(octets) >= 16:  # mostly a right length, so that the body is reached
        octets[:4] = len(octets).to_bytes(4, "big")
    return bytes(octets)


def check(stream: bytes, cuts: list[int]) -> None:
    """Raises AssertionError, or whatever escaped, when the promise is broken."""
    for found in Decoder().feed(stream):
        assert isinstance(found, Pdu | Unreadable)
        if isinstance(found, Pdu):
            parse_receipt(found, SNIFFING)
            if not found.is_response and len(found.fields.get("short_message", b"")) < 255:
                encode(found)
    for role in Role:
        session = Session(role, SessionOptions(), 0.0)
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            for event in session.receive(stream[start:end], 1.0):
                assert isinstance(event, Event)
                if isinstance(event, RequestReceived):
                    session.respond(event.pdu)
        session.tick(100.0)
        answers = Decoder().feed(session.outgoing())
        assert all(isinstance(answer, Pdu) for answer in answers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else time.time_ns()
    chance = random.Random(seed)
    frames, runs, end = seeds(), 0, time.monotonic() + arguments.seconds
    while time.monotonic() < end:
        stream = b"".join(mutate(chance.choice(frames), chance) for _ in range(chance.randrange(1, 5)))
        cuts = sorted(chance.randrange(len(stream) + 1) for _ in range(chance.randrange(4)))
        try:
            check(stream, cuts)
        except Exception as surprise:  # the point is to catch whatever escapes
            print(f"seed {seed}, run {runs}: {surprise!r}\n{stream.hex()}\ncuts {cuts}")
            raise
        runs += 1
    print(f"seed {seed}: {runs} streams, no surprise")
    return 0


if __name__ == "__main__":
    sys.exit(main())
