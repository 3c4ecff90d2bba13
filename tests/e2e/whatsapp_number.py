"""A WhatsApp number for an installation: a Cloud API on the wire, and the estate that sends by it."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from tests.e2e.installation import Installation

from viesti.simulator.whatsapp.run import CannotStart, CloudNumber, WhatsApp, WhatsAppOptions, start_whatsapp

NUMBER = CloudNumber()
# Acme's two-way service "desk" comes last, so that what is put behind belongs to it.
_ESTATE = f"""
[[channels]]
key = "wa"
kind = "whatsapp"

[channels.options]
phone_number_id = "{NUMBER.phone_number_id}"
waba_id = "{NUMBER.waba_id}"
identity = "+{NUMBER.display_number}"
base_url = "BASE_URL"

[channels.secrets]
token = "{NUMBER.token}"
app_secret = "{NUMBER.app_secret}"
verify_token = "{NUMBER.verify_token}"

[[senders]]
customer = "acme"
sender = "+{NUMBER.display_number}"

[[prices]]
channel = "wa"
per_part = "0.01"
currency = "EUR"
gbp_per_part = "0.008"

[[services]]
customer = "acme"
key = "desk"
name = "Desk"
kind = "TwoWay"
default_sender = "+358457390000"
whatsapp_sender = "+{NUMBER.display_number}"
webhook_url = "HOOK"
"""


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def a_number(
    installation: Installation, of_the_desk: str = "", clock: Callable[[], datetime] = _now
) -> AsyncIterator[WhatsApp]:
    """The Cloud API while the block runs, the estate applied; the webhook is not subscribed to yet.

    `of_the_desk`: further lines of TOML for the service; `clock`: the Cloud API's.
    """
    whatsapp = await start_whatsapp(WhatsAppOptions(port=0, numbers=(NUMBER,)), clock, random.Random(7))
    assert not isinstance(whatsapp, CannotStart)
    try:
        file = installation.folder / "whatsapp.toml"
        hook = f"http://127.0.0.1:{installation.customer.endpoint.port}/hook"
        file.write_text(_ESTATE.replace("BASE_URL", whatsapp.base_url).replace("HOOK", hook) + of_the_desk)
        await installation.command("apply", str(file), "--yes")
        yield whatsapp
    finally:
        await whatsapp.stop()


def webhook_url(installation: Installation) -> str:
    """Where Meta posts to."""
    return f"http://127.0.0.1:{installation.api_port}/provider/whatsapp/wa"
