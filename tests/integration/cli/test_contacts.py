"""`viesti contacts` as a whole process on a database."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest
from tests.integration.cli.test_send_group import command, estate

pytestmark = pytest.mark.integration
__all__ = ["estate"]

GUESTS = """mobilenumber;FirstName;LastName;TagNames;AllowSMS;Shoes
040 1230001;Ada;Lovelace;"vip guests, staff";;37
;Nobody;;;;
040 1230009;Änna;O'Neill;;false;
040 1230010;Too;Many;;yes;1;2
040 1230011;Wrong;Word;;perhaps;
"""


@pytest.fixture
def guests(tmp_path: Path) -> str:
    path = tmp_path / "guests.csv"
    path.write_text(GUESTS, encoding="utf-8-sig")
    return str(path)


async def test_a_file(estate: str, guests: str) -> None:
    words = ("contacts", "import", guests, "--customer", "acme", "--tag", "spring")
    refused = command(estate, *words)
    assert refused.returncode == 1
    assert refused.stderr.startswith("There is no column 'Shoes'; --properties keeps such columns")
    done = command(estate, *words, "--properties")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "1 made, 1 known and given what is new.",
        "3 lines could not be taken:",
        "  line 3, MobileNumber: The phone number is empty.",
        "  line 5, line: It has 7 cells, and there are 6 columns.",
        "  line 6, AllowSMS: It must be true or false.",
    ]
    connection = await asyncpg.connect(estate)
    ada = await connection.fetchrow("select * from contacts where phone = '358401230001'")
    tags = await connection.fetch(
        "select name from lists l join list_members m on m.list_id = l.id where contact_id = 1 order by name"
    )
    await connection.close()
    assert ada is not None
    assert (ada["id"], ada["first_name"], ada["source"]) == (1, "Ada", "import")
    assert "37" in ada["properties"]
    assert [row["name"] for row in tags] == ["spring", "staff", "vip", "vip guests"]
    found = command(estate, "contacts", "search", "oneill anna", "--customer", "acme")
    assert found.returncode == 0
    assert "+358401230009" in found.stdout
    assert found.stdout.rstrip().endswith("no")
    assert "Nobody" in command(estate, "contacts", "search", "anna", "--numbers", "--customer", "acme").stdout


async def test_what_is_no_such_file(estate: str, tmp_path: Path) -> None:
    for content, sentence in ((b"a,b\n", "The first line must name"), (b"MobileNumber\n\xff\n", "not UTF-8")):
        path = tmp_path / "file.csv"
        path.write_bytes(content)
        done = command(estate, "contacts", "import", str(path), "--customer", "acme")
        assert done.returncode == 1
        assert sentence in done.stderr
    missing = command(estate, "contacts", "import", str(tmp_path / "none.csv"), "--customer", "acme")
    assert "can't be read" in missing.stderr
