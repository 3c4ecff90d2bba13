"""One API for the suite of TxtSync, with two customers that have one of everything."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from tests.contract.txtsync.calls import VERSIONS, Contract, Ids
from tests.integration.api.conftest import ACME, BETA, BETA_ONE_WAY, ONE_WAY, hashed, make_estate, running

from viesti.storage.store import Store

SECRET = "a secret: with a colon and ä"
# Callers by name: id, customer, service, version, calls in the window, enabled.
APPLICATIONS = {
    **{
        f"{customer} {version}": (620 + number, owner, service, version, 1_000_000, True)
        for number, (customer, owner, service, version) in enumerate(
            (customer, owner, service, version)
            for customer, owner, service in (("acme", ACME, ONE_WAY), ("beta", BETA, BETA_ONE_WAY))
            for version in VERSIONS
        )
    },
    "slow": (628, ACME, ONE_WAY, "1.1", 3, True),
    "off": (629, ACME, ONE_WAY, "1.1", 1_000_000, False),
}


@pytest.fixture(scope="session")
async def txtsync_database(postgres: str, template: str) -> AsyncIterator[str]:
    """The suite's own."""
    async with database(postgres, template, "contract_txtsync") as url:
        yield url


@pytest.fixture(scope="session")
async def contract(txtsync_database: str) -> AsyncIterator[Contract]:
    """The API, and Acme's and Beta's things."""
    async with serving(txtsync_database) as made:
        yield made


@pytest.fixture
async def untouched(postgres: str, template: str) -> AsyncIterator[Contract]:
    """Another one, in which no test has done anything yet."""
    async with database(postgres, template, "untouched_txtsync") as url, serving(url) as made:
        yield made


@asynccontextmanager
async def database(postgres: str, template: str, name: str) -> AsyncIterator[str]:
    """A database with the estate of the API's tests, and an application for each version."""
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"create database {name} template {template}")
    url = urlunsplit(urlsplit(postgres)._replace(path=f"/{name}"))
    await make_estate(url)
    connection = await asyncpg.connect(url)
    await connection.executemany(
        "insert into applications (id, customer_id, service_id, txtsync_contract, throttle_calls, enabled,"
        " client_key, key, name, secret_hash, created_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $7, 'Flows of ' || $7, $8, now())",
        [(*row, name.replace(" ", "-"), hashed(SECRET)) for name, row in APPLICATIONS.items()],
    )
    await connection.close()
    yield url
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[Contract]:
    """The API on it, and what the customers have made through it."""
    store = await Store.open(url, size=4, monotonic=time.monotonic)
    async with running(store) as api:
        callers = {name: (name.replace(" ", "-"), SECRET) for name in APPLICATIONS}
        callers |= {"a wrong secret": ("acme-1.1", "x"), "nobody's key": ("nobody", SECRET)}
        made = Contract(api, callers, Ids("acme", "Acme"), Ids("beta", "Beta"))
        made.acme = await have(made, made.acme)
        made.beta = await have(made, made.beta)
        yield made
    await store.close()


async def have(contract: Contract, ids: Ids) -> Ids:
    """What the customer's own application makes: a contact with a tag, a message, a campaign, a trigger."""
    caller = f"{ids.customer} 1.1"
    tag = f"Guests of {ids.customer}"
    contact, reference, phone = await contract.contact(ids, TagNames=tag)
    ids = replace(ids, tag=tag, contact=contact, reference=reference, phone=phone.removeprefix("+"))
    (own,) = (await contract.speak("GET", "/tags", caller)).body
    sent = await contract.ask(await contract.made("SendSMS", ids), caller)
    bulk = await contract.ask(await contract.made("SendBulkSMS", ids), caller)
    assert (sent.status, bulk.status) == (200, 200), (sent, bulk)
    return replace(
        ids,
        tag_id=str(own["TagID"]),
        sms=str(sent.body[0]["SMSID"]),
        campaign=str(bulk.body["CampaignID"]),
        hook=await contract.trigger(ids),
    )
