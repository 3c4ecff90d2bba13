"""WhatsApp beside the small estate: a channel of Acme's number, and messages by it."""

from __future__ import annotations

from tests.integration.services.world import NUMBER, ONE_WAY, START, World, address, request

from viesti.services.requests import RecipientRequest, SubmitRequest, Submitted

WHATSAPP = 33  # the channel
USER = "FI.13491208655302741918"  # a party without a number
CONTENT = b'{"type":"template","name":"order","language":"fi"}'


async def with_whatsapp(world: World) -> World:
    """Adds a channel of the number that Acme's service writes from."""
    await world.insert(
        "channels",
        {"id": WHATSAPP, "bucket": 3, "key": "wa", "kind": "whatsapp",
         "options": f'{{"identity": "{NUMBER}"}}', "created_at": START},
    )  # fmt: skip
    await world.change("update services set whatsapp_sender = $1 where id = $2", NUMBER, ONE_WAY)
    return world


def whatsapp_request(*whom: str | int, **fields: object) -> SubmitRequest:
    """A request to these numbers and user ids."""
    recipients = tuple(
        RecipientRequest(one if isinstance(one, str) else "+" + address(one)) for one in whom or (1,)
    )
    return request(**{"protocol": "whatsapp", "recipients": recipients, **fields})


async def accepted(world: World, *whom: str | int, **fields: object) -> Submitted:
    """A message to these, which must be accepted."""
    result = await world.submit(whatsapp_request(*whom, **fields))
    assert isinstance(result, Submitted), result
    return result
