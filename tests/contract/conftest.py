"""One API for the whole suite, with two customers that have one of everything."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from tests.contract.calls import SCOPES, Contract, Ids
from tests.integration.api import cloud as clouds
from tests.integration.api import whatsapp
from tests.integration.api.conftest import (
    ACME,
    ACME_NUMBER,
    ADA,
    BETA,
    BETA_GROUP,
    BETA_NUMBER,
    BETA_ONE_WAY,
    BETA_TWO_WAY,
    BO,
    CY,
    GROUP,
    ONE_WAY,
    TWO_WAY,
    Api,
    make_estate,
    running,
)

from viesti.domain.message import Inbound
from viesti.services.digests import digest
from viesti.services.guids import GuidKind
from viesti.storage.store import OpenThread, Store

TEMPLATES = {ACME: "order_on_its_way", BETA: "beta_order_on_its_way"}
WHATSAPP = {ACME: whatsapp.ACME_WHATSAPP, BETA: whatsapp.BETA_WHATSAPP}
FLOWS, ACMES, CHANNEL = 850, 852, 300  # programs that people let act for them, one only of Acme's; a channel
ADA_AT_ACME = "ada through Acme's program"
HANDSET = "358409999999"
ALL = sorted({scope for scope in SCOPES.values() if scope})


@pytest.fixture(scope="session")
async def contract_database(postgres: str, template: str) -> AsyncIterator[str]:
    """A database of this suite's own, with the estate of the API's tests."""
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"create database contract template {template}")
    url = urlunsplit(urlsplit(postgres)._replace(path="/contract"))
    await make_estate(url)
    await make_whatsapp(url)
    yield url
    await admin.execute("drop database contract with (force)")
    await admin.close()


@pytest.fixture(scope="session")
async def contract(contract_database: str) -> AsyncIterator[Contract]:
    """The API with a Cloud API behind it, Acme's and Beta's things, and tokens."""
    store = await Store.open(contract_database, size=4, monotonic=time.monotonic)
    tokens = await make_tokens(contract_database)
    async with (
        clouds.cloud_of(contract_database) as cloud,
        running(store, allowed_subnets=("127.0.0.1/32",)) as api,
    ):
        yield await make_contract(api, tokens, cloud.picture)
    await store.close()


async def make_whatsapp(database_url: str) -> None:
    """A WhatsApp number and an approved template for each customer."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(whatsapp.ESTATE)
    await connection.execute(
        "insert into whatsapp_windows (customer_id, bucket, identity, address, last_at)"
        " values (100, 1, $1, $2, now())",
        whatsapp.ACME_WHATSAPP, HANDSET,
    )  # fmt: skip
    await connection.close()
    for customer, channel in ((ACME, whatsapp.ACME_CHANNEL), (BETA, whatsapp.BETA_CHANNEL)):
        template = TEMPLATES[customer]
        await whatsapp.add_template(
            database_url, template, whatsapp.HELLO, customer=customer, channel=channel
        )


async def make_contract(api: Api, tokens: dict[str, str], picture: str) -> Contract:
    """Everything that the calls of the suite name."""
    acme = await _have(api, ACME, ONE_WAY, TWO_WAY, GROUP, ACME_NUMBER, "Acme")
    beta = await _have(api, BETA, BETA_ONE_WAY, BETA_TWO_WAY, BETA_GROUP, BETA_NUMBER, "Beta")
    made = Contract(api, acme, beta, tokens, picture)
    made.acme = await _use(made, acme, "bo")
    made.beta = await _use(made, beta, "cy")
    return made


async def make_tokens(database_url: str) -> dict[str, str]:
    """Access tokens by name: `ada`, `bo`, `cy` with every scope; Bo's `only S` and `all but S`; Ada's that
    was given to a program of Acme's."""
    sets = {"ada": (ADA, FLOWS, ALL), "bo": (BO, FLOWS, ALL), "cy": (CY, FLOWS, ALL)}
    for scope in ALL:
        sets[f"only {scope}"] = BO, FLOWS, [scope]
        sets[f"all but {scope}"] = BO, FLOWS, [each for each in ALL if each != scope]
    sets[ADA_AT_ACME] = ADA, ACMES, ALL
    tokens = {name: f"vsa_{number:_>43}" for number, name in enumerate(sets)}
    now = datetime.now(UTC)
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "insert into oauth_clients (id, key, name, client_id, customer_id, throttle_calls, created_at)"
        " values ($1, 'acmes', 'Acme only', 'acmes', $2, 1000000, $3)",
        ACMES, ACME, now,
    )  # fmt: skip
    for grant, (name, (user, client, scopes)) in zip(count(5_000), sets.items(), strict=False):
        await connection.execute(
            "insert into oauth_grants (id, user_id, client_id, scopes, scope_text, created_at, used_at)"
            " values ($1, $2, $3, $4, '', $5, $5)",
            grant, user, client, scopes, now,
        )  # fmt: skip
        await connection.execute(
            "insert into oauth_tokens (digest, grant_id, kind, expires_at, created_at)"
            " values ($1, $2, 'access', $3, $4)",
            digest(tokens[name]), grant, now + timedelta(hours=1), now,
        )  # fmt: skip
    await connection.close()
    return tokens


async def _have(
    api: Api, customer: int, one_way: int, two_way: int, group: int, number: str, sender: str
) -> Ids:
    """The customer's estate, and a message in a discussion that came in to its number."""
    bucket = api.estate.current.estate.customers[customer].bucket
    inbound_id, thread_id = await api.store.ids.take([bucket] * 2)
    now = datetime.now(UTC)
    inbound = Inbound(
        id=inbound_id, bucket=bucket, customer_id=customer, service_id=two_way, channel_id=CHANNEL,
        source=HANDSET, source_kind="international", destination=number, text="Hi", payload=None, parts=1,
        parts_missing=0, keyword="", consent=None, thread_id=None, received_at=now,
    )  # fmt: skip
    async with api.store.transaction() as tx:
        opened = OpenThread(thread_id, bucket, customer, two_way, HANDSET, number, now)
        thread_id = (await tx.threads.open([opened]))[two_way, HANDSET]
        await tx.inbound.add([replace(inbound, thread_id=thread_id)])
    of = api.guids.of
    return Ids(
        customer=of(GuidKind.CUSTOMER, customer),
        one_way=of(GuidKind.SERVICE, one_way),
        two_way=of(GuidKind.SERVICE, two_way),
        group=of(GuidKind.SERVICE, group),
        number=number,
        sender=sender,
        inbound=of(GuidKind.INBOUND, inbound_id),
        thread=of(GuidKind.THREAD, thread_id),
        message="",
        recipient="",
        phone="",
        contact="",
        template=TEMPLATES[customer],
        whatsapp=WHATSAPP[customer],
    )


async def _use(contract: Contract, ids: Ids, token: str) -> Ids:
    """What the customer's own people make: a message, a contact, a trigger."""
    sent = await contract.ask(await contract.made("SendMessage", ids, token), token)
    call = await contract.made("CreateGroupContact", ids, token)
    created = await contract.ask(call, token)
    assert (sent.status, created.status) == (200, 200), (sent, created)
    pipeline, action = await contract.trigger(ids, token)
    return replace(
        ids,
        message=sent.body["MessageId"],
        recipient=sent.body["Recipients"][0]["Id"],
        phone=call.body["phone"],
        contact=created.body,
        pipeline=pipeline,
        action=action,
    )
