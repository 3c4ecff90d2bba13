"""Bodies as Meta posts them, and the work on them.

Rule: a body is made of what Meta documents; what is asserted is read with plain SQL.
"""

from __future__ import annotations

import itertools
import json
from datetime import datetime, timedelta
from typing import Any

from tests.integration.services.world import ACME, NUMBER, START, World

from viesti.domain.estate import ChannelRow
from viesti.services.provider.channels import ProviderChannels
from viesti.services.provider.gather import OfAccount
from viesti.services.provider.process import ProcessBodies
from viesti.services.provider.take import TakeBodies
from viesti.storage.store import Transaction

WABA, PHONE_ID = "waba-1", "phone-1"
OTHER_WABA, OTHER_PHONE_ID = "waba-2", "phone-2"
WHATSAPP, SAME_APP, OTHER_APP = 33, 34, 35  # channels
IDENTITY, SAME_APP_IDENTITY = NUMBER, "358401230001"
ANN, ANN_ID = "358401111111", "FI.13491208655302741918"
_wamids = itertools.count(1)


def seconds(at: datetime) -> str:
    """A moment as Meta writes it in messages and statuses."""
    return str(int(at.timestamp()))


def wamid() -> str:
    """Another id of a message."""
    return f"wamid.HBgM{next(_wamids):08}"


def body(*values: dict[str, Any], field: str = "messages", waba: str = WABA) -> bytes:
    """A webhook's body with a change for each value."""
    changes = [{"field": field, "value": value} for value in values]
    entry = {"id": waba, "time": int(START.timestamp()), "changes": changes}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def number(phone_id: str = PHONE_ID, **members: Any) -> dict[str, Any]:
    """The value of a change about a number."""
    metadata = {"display_phone_number": IDENTITY, "phone_number_id": phone_id}
    return {"messaging_product": "whatsapp", "metadata": metadata} | members


def message(words: str = "Hei", *, at: datetime = START, sender: str = ANN, **members: Any) -> dict[str, Any]:
    """A message; another kind than text by its members."""
    said = {"from": sender, "id": wamid(), "timestamp": seconds(at), "type": "text"}
    return said | ({} if "type" in members else {"text": {"body": words}}) | members


def contact(wa_id: str | None = ANN, user_id: str | None = None, name: str = "Ann") -> dict[str, Any]:
    """Who wrote."""
    found: dict[str, Any] = {"profile": {"name": name}}
    return found | ({"wa_id": wa_id} if wa_id else {}) | ({"user_id": user_id} if user_id else {})


def said(*messages: dict[str, Any], people: tuple[dict[str, Any], ...] = (), **members: Any) -> bytes:
    """A body with messages to our number."""
    return body(number(contacts=list(people or (contact(),)), messages=list(messages), **members))


def status(reference: str, word: str, at: datetime = START, **members: Any) -> dict[str, Any]:
    """A status of a message of ours."""
    return {
        "id": reference, "status": word, "timestamp": seconds(at), "recipient_id": ANN
    } | members  # fmt: skip


def statuses(*each: dict[str, Any]) -> bytes:
    """A body with statuses."""
    return body(number(statuses=list(each)))


class Provider:
    """The intake and the work over a world with WhatsApp channels. `told`: of templates and accounts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told: list[tuple[str, OfAccount, datetime]] = []
        self.channels = ProviderChannels(world.estate, lambda sealed: sealed.encode())
        self.take = TakeBodies(world.store, world.process.waker, world.clock)
        self.process = ProcessBodies(
            world.store,
            world.estate,
            self.channels,
            world.receipts,
            self._note,
            world.process.waker,
            world.clock,
        )

    async def _note(self, _tx: Transaction, channel: ChannelRow, event: OfAccount, at: datetime) -> None:
        self.told.append((channel.key, event, at))

    async def post(self, *bodies: bytes, channel: str = "wa") -> None:
        """Keep these, each as if it came alone."""
        found = self.channels.by_key(channel)
        assert found is not None
        for one in bodies:
            await self.take(found.row, one)

    async def work(self) -> None:
        """Work on all that is there, and on the messages in it."""
        while await self.process():
            pass
        while await self.world.receive.process(100):
            pass

    async def done(self, *bodies: bytes, channel: str = "wa") -> None:
        """Keep them and work on them; nothing may fail."""
        await self.post(*bodies, channel=channel)
        await self.work()
        assert await self.left() == []

    async def left(self) -> list[dict[str, Any]]:
        return await self.world.rows("select * from provider_events order by id")

    async def inbound(self) -> list[dict[str, Any]]:
        """All messages people sent."""
        rows = await self.world.rows("select * from inbound_messages order by received_at, id")
        for row in rows:
            for name in ("attachments", "details"):
                row[name] = json.loads(row[name]) if row[name] else None
        return rows


async def provider(world: World) -> Provider:
    """Channels of Acme: two numbers of one app, and one of another app."""
    sealed = {"app_secret": "s", "verify_token": "v", "token": "t"}
    await world.insert(
        "channels",
        *(
            {
                "id": identifier, "bucket": 3, "key": key, "kind": "whatsapp", "created_at": START,
                "options": json.dumps({"phone_number_id": phone_id, "waba_id": waba, "identity": identity}),
                "secrets": json.dumps(sealed | {"app_secret": secret}),
            }
            for identifier, key, phone_id, waba, identity, secret in (
                (WHATSAPP, "wa", PHONE_ID, WABA, IDENTITY, "s"),
                (SAME_APP, "same", OTHER_PHONE_ID, OTHER_WABA, SAME_APP_IDENTITY, "s"),
                (OTHER_APP, "other", "phone-3", "waba-3", "358401230002", "another"),
            )
        ),
    )  # fmt: skip
    await world.insert(
        "senders", {"id": 69, "customer_id": ACME, "sender": SAME_APP_IDENTITY, "kind": "international"}
    )
    made = Provider(world)
    made.take.start()
    return made


HOUR = timedelta(hours=1)
