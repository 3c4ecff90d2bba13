"""WhatsApp in the world of the API's tests: numbers of Acme's and Beta's, templates, open windows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import asyncpg
from tests.integration.api.conftest import ACME, Api

from viesti.storage.store import Opened

ACME_WHATSAPP, BETA_WHATSAPP = "358451110001", "358452220001"
ACME_CHANNEL, BETA_CHANNEL = 310, 311
ESTATE = f"""
insert into channels (id, bucket, key, kind, options, created_at) values
    ({ACME_CHANNEL}, 0, 'acme-wa', 'whatsapp',
     '{{"identity": "+{ACME_WHATSAPP}", "phone_number_id": "1001", "waba_id": "2001"}}', now()),
    ({BETA_CHANNEL}, 0, 'beta-wa', 'whatsapp',
     '{{"identity": "+{BETA_WHATSAPP}", "phone_number_id": "1002", "waba_id": "2002"}}', now());
insert into senders (id, customer_id, sender, kind) values
    (710, 100, '{ACME_WHATSAPP}', 'international'), (711, 103, '{BETA_WHATSAPP}', 'international');
"""
# A template with every kind of place, whose buttons are of all kinds that SmartDialog knows.
HELLO = [
    {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["17"]}},
    {
        "type": "BODY",
        "text": "Hello {{1}}, your order is on its way and comes {{2}} at the latest.",
        "example": {"body_text": [["Ada", "on Monday"]]},
    },
    {"type": "FOOTER", "text": "Acme Ltd"},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "QUICK_REPLY", "text": "Change it"},
            {"type": "URL", "text": "Our shop", "url": "https://shop.example.com/"},
            {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+358451110000"},
        ],
    },
]
PLAIN = [{"type": "BODY", "text": "We are open again."}]
_ids = iter(range(64_000_001, 65_000_000, 64))


async def add_template(
    database_url: str,
    name: str,
    components: list[dict[str, Any]],
    *,
    language: str = "en",
    category: str = "UTILITY",
    status: str = "APPROVED",
    customer: int = ACME,
    channel: int = ACME_CHANNEL,
) -> None:
    """A template, as if it had been made and answered by Meta."""
    connection = await asyncpg.connect(database_url)
    bucket = await connection.fetchval("select bucket from customers where id = $1", customer)
    identifier = next(_ids) // 64 * 64 + bucket
    body = next(each["text"] for each in components if each["type"] == "BODY")
    await connection.execute(
        "insert into templates (id, bucket, customer_id, channel_id, provider_id, name, language, category,"
        " status, components, raw_content, created_at, updated_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now(), now())",
        identifier, bucket, customer, channel, str(identifier), name, language, category, status,
        json.dumps(components), body,
    )  # fmt: skip
    await connection.close()


async def wrote(api: Api, address: str, at: datetime | None = None, identity: str = ACME_WHATSAPP) -> None:
    """This person wrote to Acme's number, which opens the window."""
    bucket = api.estate.current.estate.customers[ACME].bucket
    async with api.store.transaction() as tx:
        await tx.windows.opened([Opened(ACME, bucket, identity, address, at or datetime.now(UTC))])
