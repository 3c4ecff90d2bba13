"""Posts webhooks as Meta does, signed: of each message of ours that it was sent, delivered and read, and
beside each of these one that a person wrote.

Rule: a webhook's number says what is in it, so the far ends can tell which is missing. Every hundredth is
posted a second time, as Meta repeats what it thinks was not answered.
"""

from __future__ import annotations

import time
from typing import Any

from bench.agent import Commands, serve
from bench.ledger import DIGITS
from bench.visitors import Visits, told
from viesti.protocols.whatsapp.signature import sign

WORDS = ("sent", "delivered", "read")
OF_A_MESSAGE = len(WORDS) + 1  # webhooks
REPEATS = 100  # one in so many

BODY = (
    '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{"messaging_product":"whatsapp",'
    '"metadata":{"display_phone_number":"%(identity)s","phone_number_id":"%(number_id)s"},%(what)s},'
    '"field":"messages"}]}]}'
)
SAID = (
    '"contacts":[{"profile":{"name":"Bench"},"wa_id":"%(person)s","user_id":"FI.%(person)s"}],'
    '"messages":[{"from":"%(person)s","id":"wamid.in%(number)d","timestamp":"%(at)d","type":"text",'
    '"text":{"body":"What are your opening hours? #%(digits)s"}}]'
)
STATUS = (
    '"contacts":[{"wa_id":"%(person)s","user_id":"FI.%(person)s"}],'
    '"statuses":[{"id":"wamid.out%(number)d","status":"%(word)s","timestamp":"%(at)d","recipient_id":"%(person)s",'
    '"conversation":{"id":"c%(number)d","origin":{"type":"utility"}},'
    '"pricing":{"billable":true,"pricing_model":"PMP","category":"utility","type":"regular"}}]'
)


def number_of(post: int) -> int:
    """Which webhook the n-th post is: each hundredth comes again at once."""
    turn, at = divmod(post, REPEATS + 1)
    return turn * REPEATS + min(at, REPEATS - 1)


async def begin() -> tuple[dict[str, Any], Commands]:
    async def post(
        port: int,
        path: str,
        secret: str,
        identity: str,
        number_id: str,
        at: int,
        first: int,
        rate: float = 0.0,
        seconds: float = 3600.0,
        most: int | None = None,
        connections: int = 32,
    ) -> dict[str, Any]:
        """`at`: the second of the statuses; `first`: the message that the first webhook is of."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            "User-Agent: facebookexternalua\r\n"
        )

        def request(turn: int) -> bytes:
            message, part = divmod(number_of(turn), OF_A_MESSAGE)
            number = first + message
            digits = f"{number:0{DIGITS}}"
            values = {"person": "35840" + digits, "number": number, "digits": digits, "at": at}
            what = STATUS % {**values, "word": WORDS[part]} if part < len(WORDS) else SAID % values
            body = (BODY % {"identity": identity, "number_id": number_id, "what": what}).encode()
            signed = sign(secret, body)
            return (
                f"{head}X-Hub-Signature-256: {signed}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
            )

        began = time.monotonic()
        visits = Visits(request, connections, began + seconds, most)
        await visits.run(port, rate)
        return told(visits, began)

    return {}, {"post": post}


if __name__ == "__main__":
    serve(begin)
