"""`viesti token` and `viesti oauth` as commands on a database."""

from __future__ import annotations

import asyncio
import re
import subprocess
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.integration.cli.test_commands import viesti_command

from viesti.services.digests import digest

pytestmark = pytest.mark.integration

ADAS = "ada@acme.example"
PLACE = "https://global.consent.azure-apim.net/redirect"
OTHER = PLACE + "/n-2dflows-5f3a"
ESTATE = f"""
[[customers]]
key = "acme"
name = "Acme"

[[users]]
email = "{ADAS}"
name = "Ada"
customers = {{ acme = "manager" }}
connector_sign_in = true

[[oauth_clients]]
key = "flows"
name = "Flows of Acme"
"""


class Commands:
    """Commands on one database."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._environment = {
            "VIESTI_DATABASE_URL": database_url,
            "VIESTI_DATA_DIR": str(folder),
            "COLUMNS": "200",
        }
        self.file = folder / "estate.toml"
        self.file.write_text(ESTATE)

    async def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(viesti_command, *words, **self._environment)

    async def said(self, *words: str) -> str:
        done = await self.run(*words)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    async def refused(self, *words: str) -> str:
        done = await self.run(*words)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return done.stderr


@pytest.fixture
async def commands(database_url: str, tmp_path: Path) -> Commands:
    one = Commands(database_url, tmp_path)
    await one.said("apply", str(one.file), "--yes")
    return one


async def value(database_url: str, statement: str, *arguments: Any) -> Any:
    connection = await asyncpg.connect(database_url)
    try:
        return await connection.fetchval(statement, *arguments)
    finally:
        await connection.close()


async def test_a_token_is_made_listed_and_ended(commands: Commands, database_url: str) -> None:
    token = (await commands.said("token", "create", ADAS, "--name", "nightly", "--days", "30")).strip()
    assert re.fullmatch(r"vsp_[\w-]{43}", token)
    identifier = await value(database_url, "select id from personal_tokens where digest = $1", digest(token))
    listed = await commands.said("token", "list", ADAS)
    assert token not in listed
    assert str(identifier) in listed
    assert "nightly" in listed
    assert "good until" in listed
    assert "already" in await commands.refused("token", "create", ADAS, "--name", "nightly")
    assert await commands.said("token", "end", str(identifier)) == "Ended.\n"
    assert "ended" in await commands.said("token", "list")
    assert "still good" in await commands.refused("token", "end", str(identifier))
    acts = await value(
        database_url, "select array_agg(action order by id) from audit where action like '% token'"
    )
    assert acts == ["create token", "end token"]


async def test_a_token_for_less(commands: Commands, database_url: str) -> None:
    await commands.said("token", "create", ADAS, "--scope", "Gateway.Send", "--scope", "WhatsApp")
    scopes = await value(database_url, "select scopes from personal_tokens")
    assert scopes == ["Gateway.Send", "WhatsApp"]
    assert "--scope is one of" in await commands.refused("token", "create", ADAS, "--scope", "All")
    assert "There is no user x@y." in await commands.refused("token", "create", "x@y")


async def test_an_address_is_registered_and_stays(commands: Commands, database_url: str) -> None:
    said = await commands.said("oauth", "redirect", "flows", OTHER)
    assert said == f"The addresses of flows:\n  {PLACE}\n  {OTHER}\n"
    assert await commands.said("oauth", "redirect", "flows", OTHER) == said
    await commands.said("apply", str(commands.file), "--yes")  # which does not mention it
    uris = "select redirect_uris from oauth_clients"
    assert await value(database_url, uris) == [PLACE, OTHER]
    await commands.said("oauth", "redirect", "flows", PLACE, "--remove")
    assert await value(database_url, uris) == [OTHER]
    assert "no such address" in await commands.refused("oauth", "redirect", "flows", PLACE, "--remove")
    assert "no OAuth client x" in await commands.refused("oauth", "redirect", "x", PLACE)
    for wrong in ("http://a.example/", "https://a.example/#x", "https://me@a.example/", "https://ä.example/"):
        assert "begin with https" in await commands.refused("oauth", "redirect", "flows", wrong)


async def test_connections_are_listed_and_ended(commands: Commands, database_url: str) -> None:
    assert await commands.said("oauth", "connections") == "Nobody has let a program act for him.\n"
    await value(
        database_url,
        "insert into oauth_grants (id, user_id, client_id, scopes, scope_text, created_at, used_at)"
        " select 77, u.id, c.id, array['WhatsApp'], '', now(), now() from users u, oauth_clients c",
    )
    listed = await commands.said("oauth", "connections", "--user", ADAS)
    for word in ("77", ADAS, "flows", "good", "WhatsApp"):
        assert word in listed
    assert await commands.said("oauth", "end", "77") == "Ended.\n"
    assert "ended" in await commands.said("oauth", "connections")
    assert "still stands" in await commands.refused("oauth", "end", "77")
