"""Finding contacts: searches of each kind through the API in a book of a million, beside another customer's
million, and a file of 10,000 taken in by the command.

Rule: an answer must have whom it was asked for, and nobody who does not fit; else it counts as lost. The
stand is one of its own. Names are drawn as names are: some are had by a fortieth of all, most by few.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg

from bench.generator import percentile
from bench.measure import Amount, Outcome
from bench.stand import SHOP_KEY, SHOP_SECRET, Stand
from viesti.domain.contact import Contact
from viesti.domain.contact_search import keys_of

CALLS = 200  # of each kind, one after the other
STEP = 20_000  # contacts in one COPY
FIRST_COUNTER = 1 << 26  # the ids in use by the stand grow from below; these are out of its way
FILE_LINES = 10_000
SYLLABLES = "ka lo mi ra ne to vi sa pe hu an el jo ti ma ri su ko la en"
FIRST_NAMES, LAST_NAMES = 3_000, 30_000
SEED = 5
OWNERS = "select key, id, bucket from customers where key in ('shop', 'other')"
COLUMNS = (
    "id",
    "bucket",
    "customer_id",
    "phone",
    "external_reference",
    "source",
    "first_name",
    "last_name",
    "email",
    "created_at",
)
MADE = datetime(2026, 1, 1, tzinfo=UTC)


class People:
    """Persons, the same in every run."""

    def __init__(self) -> None:
        self._random = random.Random(SEED)
        self._first, self._last = self._names(FIRST_NAMES, 3), self._names(LAST_NAMES, 5)
        self._first_weights = list(accumulate(1 / (rank + 3) ** 0.9 for rank in range(FIRST_NAMES)))
        self._last_weights = list(accumulate(1 / (rank + 3) ** 0.8 for rank in range(LAST_NAMES)))

    def _names(self, count: int, longest: int) -> list[str]:
        made: dict[str, None] = {}
        while len(made) < count:
            length = self._random.randint(2, longest)
            made["".join(self._random.choices(SYLLABLES.split(), k=length)).title()] = None
        return list(made)

    def draw(self, number: int) -> tuple[str, str, str]:
        """First name, last name, e-mail address."""
        [first] = self._random.choices(self._first, cum_weights=self._first_weights)
        [last] = self._random.choices(self._last, cum_weights=self._last_weights)
        return first, last, f"{first}.{last}{number}@bench.example".lower()

    @property
    def commonest(self) -> str:
        return f"{self._first[0]} {self._last[0]}"


Ask = tuple[str, Callable[[dict[str, Any]], bool], int | None]  # query, who fits, who must be first


async def search(stand: Stand, amount: Amount) -> Outcome:
    """Fill two books, search in one, and take a file into it."""
    outcome = Outcome("search")
    async with Stand(replace(stand.options, own_postgres=False, database_url="")) as own:
        connection = await own.connect()
        try:
            people = People()
            known = await _fill(connection, people, amount.contacts, outcome)
            await _search(own, people, known, outcome)
            await _take_in(own, connection, people, outcome)
        finally:
            await connection.close()
    return outcome


async def _fill(
    connection: asyncpg.Connection[Any], people: People, count: int, outcome: Outcome
) -> list[Contact]:
    """As many of each customer; gives some of whom are searched."""
    await connection.execute("select setval('viesti_ids', $1, true)", FIRST_COUNTER + 2 * count + 1_000_000)
    owners = {row["key"]: row for row in await connection.fetch(OWNERS)}
    known: list[Contact] = []
    began = time.monotonic()
    for start in range(0, count, STEP):
        for turn, key in enumerate(("other", "shop")):
            made = [
                _contact(owners[key], people, number, 2 * number + turn)
                for number in range(start, min(start + STEP, count))
            ]
            await _copy(connection, made)
        known += made[:: max(1, count // CALLS)]
    outcome.figures |= {"contacts": 2 * count, "filled in s": time.monotonic() - began}
    await connection.execute("vacuum analyze contacts", timeout=None)
    await connection.execute("vacuum analyze contact_keys", timeout=None)
    return known


def _contact(owner: Any, people: People, number: int, counter: int) -> Contact:
    first, last, email = people.draw(number)
    return Contact(
        id=(FIRST_COUNTER + counter) * 64 + owner["bucket"],
        bucket=owner["bucket"],
        customer_id=owner["id"],
        phone=f"35840{number:07}",
        external_reference=f"crm-{number}",
        source="import",
        first_name=first,
        last_name=last,
        email=email,
        created_at=MADE,
    )


async def _copy(connection: asyncpg.Connection[Any], contacts: list[Contact]) -> None:
    rows = [tuple(getattr(contact, name) for name in COLUMNS) for contact in contacts]
    await connection.copy_records_to_table("contacts", records=rows, columns=COLUMNS, timeout=None)
    keys = [(c.customer_id, c.bucket, key, c.id) for c in contacts for key in keys_of(c)]
    await connection.copy_records_to_table("contact_keys", records=keys, timeout=None)


def _kinds(people: People, known: list[Contact]) -> dict[str, list[Ask]]:
    """What is asked for, by kind."""

    def named(words: str) -> Callable[[dict[str, Any]], bool]:
        begun = words.lower().split()
        return lambda one: all(any(w.startswith(b) for w in one["FullName"].lower().split()) for b in begun)

    some = list(islice(known, CALLS))
    common = people.commonest
    full = [f"{c.first_name} {c.last_name}" for c in some]
    begun = [f"{c.last_name[:4]} {c.first_name[:3]}" for c in some]
    letters = [f"{c.first_name[0]} {c.last_name[0]}" for c in some]
    return {
        "number": [(f"search=0{(c.phone or '')[3:]}", lambda _: True, c.id) for c in some],
        "number begun": [(f"searchNumber=0{(c.phone or '')[3:8]}", lambda _: True, None) for c in some],
        "reference": [(f"search={c.external_reference}", lambda _: True, c.id) for c in some],
        "e-mail": [(f"search={quote(c.email)}", lambda _: True, c.id) for c in some],
        "name": [(_words(words), named(words), None) for words in full],
        "commonest name": [(_words(common), named(common), None)] * CALLS,
        "words begun": [(_words(words), named(words), None) for words in begun],
        "a letter of each": [(_words(words), named(words), None) for words in letters],
        "nobody": [(_words(f"Zz{number}"), lambda _: False, None) for number in range(CALLS)],
    }


def _words(words: str) -> str:
    return f"search={quote(words)}"


async def _search(stand: Stand, people: People, known: list[Contact], outcome: Outcome) -> None:
    credentials = base64.b64encode(f"{SHOP_KEY}:{SHOP_SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}"}
    slowest = 0.0
    with closing(http.client.HTTPConnection("127.0.0.1", stand.api_port, timeout=60)) as connection:

        def call(query: str) -> tuple[float, list[dict[str, Any]]]:
            began = time.monotonic()
            connection.request("GET", f"/contacts?{query}", headers=headers)
            response = connection.getresponse()
            answer = json.load(response)
            if response.status != 200:
                raise RuntimeError(f"GET /contacts: {response.status} {answer}")
            return (time.monotonic() - began) * 1000, answer

        await asyncio.to_thread(call, "search=warm")
        right = asked = 0
        for kind, queries in _kinds(people, known).items():
            times = []
            for query, fits, wanted in queries:
                took, answer = await asyncio.to_thread(call, query)
                times.append(took)
                asked += 1
                there = wanted is None or [one["ContactID"] for one in answer[:1]] == [wanted]
                right += there and all(map(fits, answer)) and (bool(answer) or kind == "nobody")
            times.sort()
            outcome.figures[f"{kind} p50 ms"] = percentile(times, 0.5)
            outcome.figures[f"{kind} p99 ms"] = percentile(times, 0.99)
            slowest = max(slowest, times[-1])
    outcome.figures["slowest ms"] = slowest
    outcome.ledger["searches"] = {"expected": asked, "seen": right, "lost": asked - right, "doubled": 0}


def _lines(people: People) -> Iterator[str]:
    yield "MobileNumber,FirstName,LastName,EmailAddress,ExternalReference,TagNames"
    for number in range(FILE_LINES):
        first, last, email = people.draw(number)
        yield f"+35850{number:07},{first},{last},{email},file-{number},guests"


async def _take_in(
    stand: Stand, connection: asyncpg.Connection[Any], people: People, outcome: Outcome
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "guests.csv"
        path.write_text("\n".join(_lines(people)), encoding="utf-8")
        for name in ("new", "known"):
            began = time.monotonic()
            await stand.viesti("contacts", "import", str(path), "--customer", "shop")
            outcome.figures[f"file of 10,000, {name}: s"] = time.monotonic() - began
    seen = await connection.fetchval("select count(*) from contacts where external_reference like 'file-%'")
    outcome.ledger["taken in"] = {
        "expected": FILE_LINES,
        "seen": seen,
        "lost": FILE_LINES - seen,
        "doubled": 0,
    }
