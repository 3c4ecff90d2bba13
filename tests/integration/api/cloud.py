"""A Cloud API for the WhatsApp numbers of the API's tests, and a picture that can be fetched."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
from tests.fakes.endpoint import Endpoint, answer
from tests.integration.api.conftest import SEAL_KEY
from tests.integration.api.whatsapp import ACME_CHANNEL, ACME_WHATSAPP, BETA_CHANNEL, BETA_WHATSAPP

from viesti.simulator.whatsapp.run import (
    CannotStart,
    CloudBehaviour,
    CloudNumber,
    WhatsApp,
    WhatsAppOptions,
    start_whatsapp,
)
from viesti.simulator.whatsapp.templates import Template
from viesti.storage.seal import Seal

TOKEN = "token-of-acme"
ACME_WABA, BETA_WABA = "2001", "2002"
ACME_NUMBER = CloudNumber("1001", ACME_WABA, ACME_WHATSAPP, "Acme", "3001", TOKEN, "acme-app", "acme-verify")
BETA_NUMBER = CloudNumber(
    "1002", BETA_WABA, BETA_WHATSAPP, "Beta", "3002", "token-of-beta", "beta-app", "beta-verify"
)
PICTURE = bytes.fromhex("89504e470d0a1a0a") + bytes(64)
# Templates are judged when the test says so.
BEHAVIOUR = CloudBehaviour(approve=False)


@dataclass(frozen=True, slots=True)
class Cloud:
    """The Cloud API, and where files are."""

    whatsapp: WhatsApp
    files: Endpoint

    @property
    def picture(self) -> str:
        return f"{self.files.url}/a.png"

    def templates(self, waba_id: str = ACME_WABA) -> dict[tuple[str, str], Template]:
        """What an account has, by name and language."""
        return {(each.name, each.language): each for each in self.whatsapp.cloud.templates.of(waba_id)}

    def judge(self, name: str, status: str, reason: str = "NONE", language: str = "fi") -> Template:
        """Meta's verdict on a template of Acme's."""
        found = self.templates()[name, language]
        self.whatsapp.cloud.templates.set_status(found, status, reason)
        return found


@asynccontextmanager
async def cloud_of(database_url: str) -> AsyncIterator[Cloud]:
    """The WhatsApp numbers of the estate, which are there already, at a Cloud API that runs here."""
    options = WhatsAppOptions(numbers=(ACME_NUMBER, BETA_NUMBER), behaviour=BEHAVIOUR, port=0)
    running = await start_whatsapp(options, lambda: datetime.now(UTC), random.Random(1))
    assert not isinstance(running, CannotStart)
    connection = await asyncpg.connect(database_url)
    for channel, number in ((ACME_CHANNEL, ACME_NUMBER), (BETA_CHANNEL, BETA_NUMBER)):
        await point(connection, channel, running.base_url, number)
    await connection.close()
    picture = answer(body=PICTURE, Content_Type="image/png")
    async with Endpoint(lambda _: picture) as files:
        yield Cloud(running, files)
    await running.stop()


async def point(
    connection: asyncpg.Connection[Any], channel: int, base_url: str, number: CloudNumber
) -> None:
    """Let a channel's calls go there, with what opens this number."""
    secrets = {
        "token": number.token,
        "app_secret": number.app_secret,
        "verify_token": number.verify_token,
    }
    await connection.execute(
        "update channels set options = options || $2::text::jsonb, secrets = $3 where id = $1",
        channel,
        json.dumps({"base_url": base_url, "app_id": number.app_id}),
        Seal(SEAL_KEY).seal(json.dumps(secrets).encode()),
    )
