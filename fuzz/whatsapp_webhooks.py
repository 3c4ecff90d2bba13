"""Any bytes give events or NotAnEvent, and any answer a value: the long run of what the suite does briefly.

    python fuzz/whatsapp_webhooks.py --seconds 600 [--seed N]

Bends and mutates the webhooks of tests/wire, feeds them to the reading of events and of answers, and stops at
the first surprise with the octets that made it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from viesti.protocols.whatsapp import answers, callback_data, errors, events, media, templates  # noqa: E402

ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    2**63,
    2**64,
    1e308,
    "",
    "\0",
    "x" * 300,
    "1" * 5000,
    [],
    {},
    [[]],
    [None],
    {"": {}},
]
READINGS = (
    answers.read_sent,
    templates.read_created,
    templates.read_listed,
    templates.read_page,
    templates.read_done,
    media.read_uploaded,
    media.read_located,
    media.read_session,
    media.read_handle,
)
ANSWERS = [
    b'{"contacts":[{"input":"1","wa_id":"1"}],"messages":[{"id":"wamid.A","message_status":"accepted"}]}',
    b'{"error":{"message":"m","code":190,"error_subcode":33,"error_data":{"details":"d"},"fbtrace_id":"A"}}',
    b'{"data":[{"id":"1","name":"a","language":"fi","status":"APPROVED","components":[{"type":"BODY"}]}],'
    b'"paging":{"cursors":{"after":"A"},"next":"https://example.com"}}',
    b'{"url":"https://example.com","mime_type":"image/png","sha256":"a","file_size":7,"id":"1","h":"4:a"}',
]


def bodies() -> list[bytes]:
    rows = json.loads((ROOT / "tests" / "wire" / "whatsapp_webhooks.json").read_text())
    return [json.dumps(row["body"]).encode() for row in rows]


def bend(body: bytes, chance: random.Random) -> bytes:
    """The same JSON with one value of another kind, gone, or in another place."""
    value = json.loads(body)
    here: Any = value
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            break
        key = chance.choice(keys)
        if isinstance(here[key], dict | list) and here[key] and chance.random() < 0.85:
            here = here[key]
            continue
        if chance.random() < 0.2:
            del here[key]
        else:
            here[key] = chance.choice([*ODD, value])
            if here[key] is value:  # itself inside itself: a copy, or it would have no end
                here[key] = json.loads(body)
        break
    return json.dumps(value).encode()


def mutate(body: bytes, chance: random.Random) -> bytes:
    octets = bytearray(body)
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(octets) + 1)
        match chance.randrange(4):
            case 0:
                octets[at:at] = chance.choice(
                    (b"{", b"[" * 2000, b'"', b"\\u0000", b"\\ud800", b"\xff", b"1e999")
                )
            case 1:
                del octets[at : at + chance.randrange(1, 8)]
            case 2 if at < len(octets):
                octets[at] = chance.randrange(256)
            case _:
                octets += octets[at : at + 32]
    return bytes(octets)


def check(body: bytes) -> None:
    """Raises AssertionError, or whatever escaped, when the promise is broken."""
    try:
        for event in events.read(body):
            assert isinstance(event, events.Event)
            assert b"\\u0000" not in msgspec.json.encode(event)
            if isinstance(event, events.StatusEvent):
                callback_data.read(event.callback_data)
    except events.NotAnEvent as refusal:
        assert refusal.reason
    for status in (200, 400, 500):
        for reading in READINGS:
            answer = reading(status, body)
            assert isinstance(answer, answers.Refused) is (status != 200)
            if isinstance(answer, answers.Refused):
                assert isinstance(answer.action, errors.Action)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else time.time_ns()
    chance = random.Random(seed)
    seeds, runs, end = [*bodies(), *ANSWERS], 0, time.monotonic() + arguments.seconds
    while time.monotonic() < end:
        body = chance.choice(seeds)
        for _ in range(chance.randrange(1, 4)):
            body = bend(body, chance)
        if chance.random() < 0.5:
            body = mutate(body, chance)
        try:
            check(body)
        except Exception as surprise:  # the point is to catch whatever escapes
            print(f"seed {seed}, run {runs}: {surprise!r}\n{body!r}")
            raise
        runs += 1
    print(f"seed {seed}: {runs} bodies, no surprise")
    return 0


if __name__ == "__main__":
    sys.exit(main())
