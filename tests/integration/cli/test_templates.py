"""`viesti templates` as a whole process, on a database and a Cloud API."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from tests.integration.api.cloud import Cloud, cloud_of
from tests.integration.api.conftest import SEAL_KEY, make_estate
from tests.integration.api.whatsapp import ESTATE

pytestmark = pytest.mark.integration
PAGE = Path(__file__).parents[3] / "docs" / "whatsapp.md"


@dataclass(frozen=True, slots=True)
class Stage:
    """A database with Acme's WhatsApp number, and the Cloud API that it is at."""

    database_url: str
    cloud: Cloud
    folder: Path

    async def command(self, *words: str) -> tuple[int, str, str]:
        """Exit status, output and errors of `viesti templates`."""
        environment = os.environ | {
            "VIESTI_DATABASE_URL": self.database_url,
            "VIESTI_DATA_DIR": str(self.folder),
            "VIESTI_SECRET_KEY": SEAL_KEY,
            "VIESTI_ALLOW_PRIVATE_URLS": "true",
        }
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "viesti.cli", "templates", *words, env=environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, errors = await running.communicate()
        return running.returncode or 0, output.decode(), errors.decode()

    def file(self, text: str) -> str:
        path = self.folder / "template.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture
async def stage(own_database_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    await make_estate(own_database_url)
    connection = await asyncpg.connect(own_database_url)
    await connection.execute(ESTATE)
    await connection.close()
    async with cloud_of(own_database_url) as cloud:
        yield Stage(own_database_url, cloud, tmp_path)


def documented() -> str:
    """The file that the page about WhatsApp shows."""
    found = re.search(r"^```toml\n(number = .*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert found
    return found[1]


async def test_the_documented_file_is_submitted_shown_and_followed(stage: Stage) -> None:
    status, output, errors = await stage.command("create", stage.file(documented()), "--customer", "acme")
    assert (status, output, errors) == (0, "order_update:fi is PENDING, UTILITY.\n", "")
    made = stage.cloud.templates()["order_update", "fi"]
    assert [each["type"] for each in made.components] == ["HEADER", "BODY", "FOOTER", "BUTTONS"]
    assert made.components[0]["example"] == {"header_text": ["A-17"]}
    stage.cloud.judge("order_update", "REJECTED", "PROMOTIONAL")
    status, output, _ = await stage.command("sync")
    assert (status, output) == (0, "2 accounts asked: 0 templates are new, 1 changed.\n")
    status, output, _ = await stage.command("show", "order_update", "--customer", "acme")
    assert output.splitlines() == [
        "order_update:fi 'Order update': REJECTED, UTILITY, quality UNKNOWN",
        "It was rejected by Meta: PROMOTIONAL.",
        "  Tilaus {{1}}",
        "  Hei {{1}}, tilauksesi {{2}} on matkalla.",
        "  Acme Oy",
        "  Seuraa: https://acme.example/o/{{1}}",
        "  [Kiitos]",
    ]
    status, output, _ = await stage.command("list", "--customer", "acme")
    assert status == 0
    assert re.search(r"order_update +fi +UTILITY +REJECTED +UNKNOWN +no ", output)


async def test_a_file_in_the_header(stage: Stage) -> None:
    header = f'[header]\nfile = "{stage.cloud.picture}"\n'
    text = re.sub(r"^\[header\].*?\n\n", header + "\n", documented(), flags=re.M | re.S)
    assert (await stage.command("create", stage.file(text), "--customer", "acme"))[0] == 0
    assert stage.cloud.templates()["order_update", "fi"].components[0]["format"] == "IMAGE"


BAD = [
    ("name = ", "can't be read|template.toml: "),
    (documented().replace('type = "Url"', 'type = "Fax"'), r"\$\.buttons\[1\]\.type"),
    (documented().replace("category", "kind"), "kind"),
    (documented().replace("https://acme.example/o/{{1}}", "acme"), r"buttons\[1\]\.data: It must"),
    (documented().replace("fi", "finnish"), "language: It must be the code"),
    (documented().replace('text = "Tilaus {{1}}"', ""), "either text or file"),
    (documented().replace("358451110001", "358452220001"), "There is no WhatsApp number"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), BAD, ids=range(len(BAD)))
async def test_what_is_wrong_is_named(stage: Stage, text: str, said: str) -> None:
    status, output, errors = await stage.command("create", stage.file(text), "--customer", "acme")
    assert (status, output) == (1, "")
    assert re.search(said, errors), errors
    assert stage.cloud.templates() == {}


async def test_an_account_that_can_not_be_asked(stage: Stage) -> None:
    stage.cloud.whatsapp.behave(refuse_with=190)
    status, output, _ = await stage.command("sync")
    assert status == 1
    assert output.startswith("0 accounts asked: 0 templates are new, 0 changed.\n358451110001: ")
