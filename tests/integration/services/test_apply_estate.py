"""Applying an estate to a real store: what is written, whole, and nothing the second time."""

from __future__ import annotations

import asyncio
import itertools
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from argon2 import PasswordHasher

from viesti.cli.apply import read_document
from viesti.cli.estate_means import channel_validators, secret_resolver
from viesti.protocols.webhook.signature import secret_key
from viesti.services.estate import TOPIC, EstateCache
from viesti.services.estate_file import (
    Applied,
    Means,
    NotApplied,
    Plan,
    Wish,
    apply_estate,
    apply_wish,
    plan_estate,
)
from viesti.services.estate_file.tables import POWER_PLATFORM_REDIRECT
from viesti.storage.ids import bucket_of
from viesti.storage.seal import Seal
from viesti.storage.store import Store

pytestmark = pytest.mark.integration

EXAMPLE = Path(__file__).parents[3] / "docs" / "estate.example.toml"
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SEAL = Seal(Seal.new_key())
_tokens = itertools.count()


def token(octets: int) -> str:
    return f"{next(_tokens):0{octets}d}"


def wish(document: dict[str, Any], **more: Any) -> Wish:
    return Wish(document, channel_validators(), secret_resolver(EXAMPLE.parent), **more)


def means(store: Store) -> Means:
    return Means(store, SEAL, token, NOW, "tester")


def customers(*keys: str) -> dict[str, Any]:
    return {"customers": [{"key": key, "name": key.title()} for key in keys]}


async def applied(store: Store, document: dict[str, Any], **more: Any) -> Applied:
    outcome = await apply_wish(store, wish(document, **more), means(store))
    assert isinstance(outcome, Applied), outcome
    return outcome


async def planned(store: Store, document: dict[str, Any], **more: Any) -> Plan:
    plan = await plan_estate(store, wish(document, **more), SEAL)
    assert isinstance(plan, Plan), plan
    return plan


async def all_rows(database_url: str) -> dict[str, list[tuple[Any, ...]]]:
    tables = [
        "customers",
        "users",
        "user_customers",
        "services",
        "service_keywords",
        "service_actions",
        "applications",
        "oauth_clients",
        "senders",
        "channels",
        "routes",
        "prices",
        "audit",
    ]
    connection = await asyncpg.connect(database_url)
    try:
        return {
            table: sorted(tuple(row) for row in await connection.fetch(f"select * from {table}"))
            for table in tables
        }
    finally:
        await connection.close()


async def test_the_example_is_written_whole(store: Store) -> None:
    outcome = await apply_estate(
        store,
        read_document(EXAMPLE),
        seal=SEAL,
        validators=channel_validators(),
        resolve_secret=secret_resolver(EXAMPLE.parent),
        now=NOW,
        token=token,
        actor="tester",
    )
    assert isinstance(outcome, Applied)
    snapshot = await EstateCache(store).load()
    estate = snapshot.estate
    [acme] = estate.customers.values()
    services = {service.key: service for service in estate.services.values()}
    channels = {channel.key: channel for channel in estate.channels.values()}
    assert (acme.name, acme.languages, acme.report_names) == (
        "Acme Oy",
        ("fi", "sv", "en"),
        {"messageId": "id", "recipientId": "rid"},
    )
    assert services["alerts"].default_sender == "Acme"
    assert services["info"].default_sender == "358457390000"
    assert [action.kind for action in snapshot.actions[services["info"].id]] == [
        "auto_reply",
        "add_to_list",
        "http_request",
    ]
    match = snapshot.keywords.match("16400", "Info summer, please")
    assert match is not None and match.service_id == services["info"].id
    assert {sender.sender for sender in estate.senders} == {"Acme", "16400", "358457390000"}
    assert channels["centre"].options["timers"] == {"enquire_link": 30.0}
    assert SEAL.open(channels["centre"].secrets or "") == b'{"password":"secret"}'
    route = snapshot.routes.choose("358401234567", "Acme", services["alerts"].id, acme.id)
    assert route is not None and route.channel_id == channels["centre"].id
    price = snapshot.prices.lookup(acme.id, channels["centre"].id, "358401234567")
    assert price is not None and (price.per_part, price.currency) == (Decimal("0.0399"), "EUR")


async def test_what_is_made_up_is_told_once_and_works(store: Store, database_url: str) -> None:
    document = read_document(EXAMPLE)
    made = {(each.subject, each.name): each.value for each in (await applied(store, document)).generated}
    assert set(made) == {
        ("customer acme", "callback_secret"),
        ("user anna@acme.example", "password"),
        ("application acme/erp", "client_key"),
        ("application acme/erp", "secret"),
        ("oauth client flows", "client_id"),
        ("oauth client flows", "secret"),
    }
    estate = (await EstateCache(store).load()).estate
    [customer], [application] = estate.customers.values(), estate.applications.values()
    sealed = SEAL.open(customer.callback_secret or "").decode()
    assert sealed == made["customer acme", "callback_secret"]
    assert len(secret_key(sealed)) == 32
    assert application.client_key == made["application acme/erp", "client_key"]
    assert PasswordHasher().verify(application.secret_hash, made["application acme/erp", "secret"])
    everything = repr(await all_rows(database_url))
    secrets = [value for (_, name), value in made.items() if name not in ("client_key", "client_id")]
    assert [secret for secret in secrets if secret in everything] == []
    assert (await applied(store, document)).generated == ()


async def test_applying_again_changes_nothing(store: Store, database_url: str) -> None:
    document = read_document(EXAMPLE)
    first = await applied(store, document)
    before = await all_rows(database_url)
    again = await applied(store, document)
    assert again.plan.changes == ()
    assert again.plan.unchanged == len(first.plan.changes) == 22
    assert await all_rows(database_url) == before


async def test_given_secrets_are_compared_with_what_is_stored(store: Store) -> None:
    document = tomllib.loads(
        """
        customers = [
            { key = "acme", name = "Acme", callback_secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz" },
        ]
        users = [{ email = "a@acme.example", name = "A", password = "one" }]
        [[channels]]
        key = "c"
        kind = "smpp"
        options = { host = "h", system_id = "i" }
        secrets = { password = "p" }
        [[applications]]
        customer = "acme"
        key = "erp"
        name = "ERP"
        client_key = "erp"
        secret = "one"
        """
    )
    assert (await applied(store, document)).generated == ()
    assert (await planned(store, document)).changes == ()
    document["users"][0]["password"] = document["applications"][0]["secret"] = "two"
    document["channels"][0]["secrets"]["password"] = "q"
    outcome = await applied(store, document)
    assert [(change.subject, [field.name for field in change.fields]) for change in outcome.plan.changes] == [
        ("user a@acme.example", ["password"]),
        ("channel c", ["secrets"]),
        ("application acme/erp", ["secret"]),
    ]
    [application] = (await EstateCache(store).load()).estate.applications.values()
    assert PasswordHasher().verify(application.secret_hash, "two")
    document["channels"][0]["secrets"] = {}
    await applied(store, document)
    [channel] = (await EstateCache(store).load()).estate.channels.values()
    assert channel.secrets is None


async def test_a_secret_is_rotated_on_demand(store: Store) -> None:
    document = read_document(EXAMPLE)
    await applied(store, document)
    [before] = (await EstateCache(store).load()).estate.applications.values()
    [made] = (await applied(store, {}, rotate=["acme/erp"])).generated
    [after] = (await EstateCache(store).load()).estate.applications.values()
    assert after.secret_hash != before.secret_hash
    assert PasswordHasher().verify(after.secret_hash, made.value)
    assert after.client_key == before.client_key


@pytest.mark.parametrize(
    ("secret", "rotate", "sentence"),
    [
        (None, "acme/epr", "There is no application acme/epr; did you mean acme/erp?"),
        ("given", "acme/erp", "The secret of acme/erp is given in the file; change it there."),
    ],
)
async def test_what_can_not_be_rotated(store: Store, secret: str | None, rotate: str, sentence: str) -> None:
    document = read_document(EXAMPLE)
    if secret:
        document["applications"][0]["secret"] = secret
    outcome = await apply_wish(store, wish(document, rotate=[rotate]), means(store))
    assert isinstance(outcome, NotApplied)
    assert [str(problem) for problem in outcome.problems] == [sentence]


async def test_pruning_disables_and_deletes_and_can_be_taken_back(store: Store) -> None:
    document = read_document(EXAMPLE)
    await applied(store, document)
    await applied(store, customers("rival"), prune=True)
    snapshot = await EstateCache(store).load()
    estate = snapshot.estate
    assert {customer.key for customer in estate.customers.values() if customer.enabled} == {"rival"}
    for things in (estate.services, estate.applications, estate.channels):
        assert things and not any(thing.enabled for thing in things.values())
    assert (estate.routes, estate.prices, estate.senders, estate.keywords) == ((), (), (), ())
    assert (await planned(store, customers("rival"), prune=True)).changes == ()
    outcome = await applied(store, document)
    assert outcome.generated == ()  # what was disabled kept its secrets
    assert (await planned(store, document)).changes == ()


async def test_a_keyword_passes_from_one_service_to_another(store: Store) -> None:
    document = read_document(EXAMPLE)
    await applied(store, document)
    services = {service["key"]: service for service in document["services"]}
    services["info"]["keywords"], services["unsubscribe"]["keywords"] = (
        services["unsubscribe"]["keywords"],
        services["info"]["keywords"],
    )
    await applied(store, document)
    snapshot = await EstateCache(store).load()
    match = snapshot.keywords.match("16400", "nomore")
    assert match is not None and snapshot.estate.services[match.service_id].key == "info"


async def test_a_bad_file_writes_nothing(store: Store, database_url: str) -> None:
    document = read_document(EXAMPLE)
    document["prices"][0]["per_part"] = -1
    outcome = await apply_wish(store, wish(document), means(store))
    assert isinstance(outcome, NotApplied)
    assert not any((await all_rows(database_url)).values())


async def test_only_what_was_shown_is_applied(store: Store) -> None:
    document = customers("acme")
    shown = await planned(store, document)
    await applied(store, customers("acme"))
    outcome = await apply_wish(store, wish(document), means(store), expected=shown)
    assert isinstance(outcome, NotApplied)
    fresh = await planned(store, customers("acme", "rival"))
    assert isinstance(
        await apply_wish(store, wish(customers("acme", "rival")), means(store), expected=fresh), Applied
    )


async def test_those_who_apply_at_once_wait_for_each_other(store: Store) -> None:
    document = read_document(EXAMPLE)
    outcomes = await asyncio.gather(*(applied(store, document) for _ in range(3)))
    assert sorted(len(outcome.plan.changes) for outcome in outcomes) == [0, 0, 22]


async def test_customers_and_channels_are_spread_over_the_buckets(store: Store) -> None:
    await applied(store, customers("one", "two"))
    channels = [{"key": key, "kind": "loopback"} for key in ("a", "b", "c")]
    await applied(store, {**customers("three"), "channels": channels})
    estate = (await EstateCache(store).load()).estate
    for things in (estate.customers, estate.channels):
        assert sorted(thing.bucket for thing in things.values()) == [0, 1, 2]
        assert all(bucket_of(thing.id) == thing.bucket for thing in things.values())


async def test_every_act_is_audited_without_secrets(store: Store, database_url: str) -> None:
    await applied(store, customers("acme"))
    document = customers("acme")
    document["customers"][0]["name"] = "Acme Oy"
    await applied(store, document)
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("select at, actor, action, subject, detail::text from audit order by id")
    await connection.close()
    assert [tuple(row)[:4] for row in rows] == [
        (NOW, "tester", "create customer", "acme"),
        (NOW, "tester", "change customer", "acme"),
    ]
    assert "whsec_" not in rows[0]["detail"]
    assert rows[1]["detail"] == '{"name": {"new": "Acme Oy", "old": "Acme"}}'


async def test_running_servers_are_told_of_changes_only(store: Store) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    store.listener.on(TOPIC, told.put_nowait)
    store.listener.on("end", told.put_nowait)
    await store.listener.start()
    assert [await told.get(), await told.get()] == ["", ""]  # one for each topic: now it listens
    for _ in range(2):
        await applied(store, customers("acme"))
    async with store.transaction() as tx:
        await tx.notify("end", "end")
    assert [await told.get(), await told.get()] == ["", "end"]


FLOWS = """
[[customers]]
key = "acme"
name = "Acme"
report_query = "s=%{status}"
report_words = { delivered = "OK" }
[[users]]
email = "a@acme.example"
name = "A"
customers = { acme = "manager" }
connector_sign_in = true
[[services]]
customer = "acme"
key = "news"
name = "News"
advertisement = true
allow_reply = false
[[oauth_clients]]
key = "flows"
name = "Flows"
customer = "acme"
"""


async def test_people_and_the_programs_they_sign_in_to(store: Store) -> None:
    document = tomllib.loads(FLOWS)
    made = {each.name: each.value for each in (await applied(store, document)).generated}
    assert set(made) == {"callback_secret", "password", "client_id", "secret"}
    assert (await planned(store, document)).changes == ()
    snapshot = await EstateCache(store).load()
    client = snapshot.client_of[made["client_id"]]
    assert (client.key, client.redirect_uris) == ("flows", (POWER_PLATFORM_REDIRECT,))
    assert client.secret_hash and PasswordHasher().verify(client.secret_hash, made["secret"])
    [customer] = snapshot.estate.customers.values()
    assert client.customer_id == customer.id
    assert (customer.report_query, customer.report_words) == ("s=%{status}", {"delivered": "OK"})
    [service] = snapshot.estate.services.values()
    assert (service.advertisement, service.allow_reply) == (True, False)
    user = snapshot.user_of["a@acme.example"]
    assert (user.connector_sign_in, user.customers) == (True, {customer.id: "manager"})


TRACKING = """
[[customers]]
key = "acme"
name = "Acme"
link_domain = "Go.Acme.example"
link_days = 30
gbp_rate = 0.8641
repeat_limit = 3
repeat_minutes = 60
senders_become_contacts = false
[[services]]
customer = "acme"
key = "news"
name = "News"
track_links = true
whatsapp_sender = "+358 40 123 0000"
fallback_minutes = 3
whatsapp_opt_in = "marketing"
[[senders]]
customer = "acme"
sender = "+358401230000"
[[channels]]
key = "wa"
kind = "whatsapp"
options = { phone_number_id = "1", waba_id = "2", identity = "+358401230000" }
secrets = { token = "t", app_secret = "a", verify_token = "v" }
[[applications]]
customer = "acme"
key = "crm"
name = "CRM"
txtsync_contract = "1.2"
"""


async def test_links_loops_and_versions(store: Store) -> None:
    document = tomllib.loads(TRACKING, parse_float=Decimal)
    await applied(store, document)
    assert (await planned(store, document)).changes == ()
    estate = (await EstateCache(store).load()).estate
    [customer] = estate.customers.values()
    assert (customer.link_domain, customer.link_days, customer.gbp_rate) == (
        "go.acme.example",
        30,
        Decimal("0.8641"),
    )
    assert (customer.repeat_limit, customer.repeat_minutes, customer.senders_become_contacts) == (
        3,
        60,
        False,
    )
    [service] = estate.services.values()
    assert (service.track_links, service.whatsapp_sender, service.fallback_minutes) == (
        True,
        "358401230000",
        3,
    )
    assert service.whatsapp_opt_in == "marketing"
    [application] = estate.applications.values()
    assert application.txtsync_contract == "1.2"


async def test_redirect_uris_that_the_file_leaves_out_stay(store: Store) -> None:
    document = tomllib.loads(FLOWS)
    document["oauth_clients"][0]["redirect_uris"] = ["https://one.example/back"]
    await applied(store, document)
    assert (await planned(store, tomllib.loads(FLOWS))).changes == ()
    document["oauth_clients"][0]["redirect_uris"] += ["http://localhost:9000/back"]
    await applied(store, document)
    [client] = (await EstateCache(store).load()).estate.clients.values()
    assert client.redirect_uris == ("https://one.example/back", "http://localhost:9000/back")


async def test_a_client_that_becomes_public_loses_its_secret(store: Store) -> None:
    document = tomllib.loads(FLOWS)
    await applied(store, document)
    [rotated] = (await applied(store, {}, rotate=["flows"])).generated
    assert rotated.name == "secret"
    document["oauth_clients"][0]["public"] = True
    assert (await applied(store, document)).generated == ()
    [client] = (await EstateCache(store).load()).estate.clients.values()
    assert client.secret_hash is None
    assert (await planned(store, document)).changes == ()
    assert [each.name for each in (await applied(store, tomllib.loads(FLOWS))).generated] == ["secret"]


async def test_the_currency_of_a_balance_stays(store: Store) -> None:
    document = customers("acme", "beta")
    await applied(store, document)
    async with store.transaction() as tx:
        held = await tx.estate_edit.read("customers")
        (acme,) = [row for row in held if row["key"] == "acme"]
        await tx.money.open(acme["id"], acme["bucket"], "EUR", NOW)
    for customer in document["customers"]:
        customer["currency"] = "SEK"
    refused = await apply_wish(store, wish(document), means(store))
    assert isinstance(refused, NotApplied)
    assert [str(problem) for problem in refused.problems] == [
        "The customer acme has a balance in EUR: its currency stays."
    ]
    del document["customers"][0]["currency"]
    await applied(store, document)
