"""Callers known by their tokens: personal ones and those of connections, over several processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from tests.integration.services.world import ACME, ADA, BETA, BO, World

from viesti.services.authenticate import Reason, TurnedAway
from viesti.services.authorise import SECONDS, Authorise, Kind
from viesti.services.digests import digest
from viesti.services.oauth.revoke import Connections
from viesti.services.personal_tokens import EVERYTHING, Created, NotCreated, PersonalTokens
from viesti.services.principal import Principal, Scope
from viesti.storage.store import Store

pytestmark = pytest.mark.integration

ADAS = "ada@example.test"
CLIENT, CONNECTION = 85, 95
TOKEN = "vsa_" + "t" * 43
_numbers = count(1)


class Seconds:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def authorise_of(world: World, store: Store | None = None, seconds: Any = time.monotonic) -> Authorise:
    return Authorise(store or world.store, world.estate, world.clock, seconds)


def tokens_of(world: World, store: Store | None = None) -> PersonalTokens:
    return PersonalTokens(
        store or world.store, world.estate, world.clock, lambda n: f"{next(_numbers):0>{n}}", "cli:test"
    )


async def created(world: World, **options: Any) -> Created:
    made = await tokens_of(world).create(
        ADAS, options.pop("name", "script"), options.pop("days", None), **options
    )
    assert isinstance(made, Created), made
    return made


async def connect(world: World, **client: Any) -> None:
    """Ada let a program act for her."""
    await world.insert(
        "oauth_clients",
        {"id": CLIENT, "key": "flows", "name": "Flows", "client_id": "flows", "redirect_uris": ["https://a"],
         "throttle_calls": 7, "throttle_seconds": 70, "created_at": world.clock.now} | client,
    )  # fmt: skip
    now = world.clock.now
    await world.insert(
        "oauth_grants",
        {"id": CONNECTION, "user_id": ADA, "client_id": CLIENT, "scopes": ["Gateway.Send", "WhatsApp"],
         "scope_text": "", "created_at": now, "used_at": now},
    )  # fmt: skip
    await world.insert(
        "oauth_tokens",
        {"digest": digest(TOKEN), "grant_id": CONNECTION, "kind": "access",
         "expires_at": now + timedelta(hours=1), "created_at": now},
    )  # fmt: skip
    await world.change("update users set connector_sign_in = true where id = $1", ADA)


async def who(authorise: Authorise, kind: Kind, token: str) -> Principal | TurnedAway:
    return authorise.remembered(kind, token) or await authorise.find(kind, token)


def turned_away(found: Principal | TurnedAway, reason: Reason) -> None:
    assert isinstance(found, TurnedAway), found
    assert found.reason is reason


async def test_a_personal_token(world: World) -> None:
    made = await created(world)
    assert made.token.startswith("vsp_")
    authorise = authorise_of(world)
    assert authorise.remembered(Kind.PERSONAL, made.token) is None
    found = await authorise.find(Kind.PERSONAL, made.token)
    assert isinstance(found, Principal)
    assert (found.user.id, found.connection_id, found.scopes) == (ADA, made.id, EVERYTHING)
    assert set(found.user.customers) == {ACME, BETA}
    assert authorise.remembered(Kind.PERSONAL, made.token) == found
    row = await world.row("select * from personal_tokens where id = $1", made.id)
    assert row["used_at"] == world.clock.now
    assert made.token.encode() not in bytes(str(row), "utf-8")
    (act,) = await world.rows("select * from audit")
    assert (act["action"], act["actor"], act["subject"]) == ("create token", "cli:test", str(made.id))
    assert made.token not in str(act)


async def test_the_last_use_is_noted_to_the_hour(world: World) -> None:
    made = await created(world)
    began = world.clock.now
    for minutes, noted in ((0, 0), (59, 0), (1, 60)):
        world.clock.advance(minutes=minutes)
        await authorise_of(world).find(Kind.PERSONAL, made.token)
        used = await world.value("select used_at from personal_tokens where id = $1", made.id)
        assert used == began + timedelta(minutes=noted)


async def test_a_token_of_fewer_scopes_and_days(world: World) -> None:
    made = await created(world, days=2, scopes=frozenset({Scope.WHATSAPP}))
    authorise = authorise_of(world)
    found = await authorise.find(Kind.PERSONAL, made.token)
    assert isinstance(found, Principal)
    assert found.scopes == {Scope.WHATSAPP}
    world.clock.advance(days=2)
    turned_away(await who(authorise, Kind.PERSONAL, made.token), Reason.UNPROVEN)
    turned_away(await authorise_of(world).find(Kind.PERSONAL, made.token), Reason.UNPROVEN)


async def test_one_live_token_of_a_name(world: World) -> None:
    first = await created(world, name="nightly", days=1)
    again = await tokens_of(world).create(ADAS, "nightly", None)
    assert again == NotCreated("ada@example.test has a token of the name nightly already; end it first.")
    assert isinstance(await tokens_of(world).create("bo@example.test", "nightly", None), Created)
    assert await tokens_of(world).end(first.id)
    assert not await tokens_of(world).end(first.id)
    second = await created(world, name="nightly", days=1)
    world.clock.advance(days=1)
    third = await created(world, name="nightly")
    assert len({first.id, second.id, third.id}) == 3
    assert [token.id for _, token in await tokens_of(world).all(ADAS)] == [third.id]


@pytest.mark.parametrize(
    ("email", "scopes", "sentence"),
    [
        ("nobody@acme.example", EVERYTHING, "There is no user nobody@acme.example."),
        ("off@acme.example", EVERYTHING, "The user off@acme.example is disabled."),
        (ADAS, frozenset({Scope.OFFLINE}), "A token needs at least one scope"),
        (ADAS, frozenset(), "A token needs at least one scope"),
    ],
)
async def test_no_token(world: World, email: str, scopes: frozenset[Scope], sentence: str) -> None:
    await world.insert(
        "users",
        {"id": 89, "email": "off@acme.example", "name": "Off", "enabled": False,
         "created_at": world.clock.now},
    )  # fmt: skip
    made = await tokens_of(world).create(email, "x", None, scopes)
    assert isinstance(made, NotCreated)
    assert made.sentence.startswith(sentence)


async def test_a_token_of_a_connection(world: World) -> None:
    await connect(world)
    found = await authorise_of(world).find(Kind.ACCESS, TOKEN)
    assert isinstance(found, Principal)
    assert found.scopes == {Scope.GATEWAY_SEND, Scope.WHATSAPP}
    assert (found.connection_id, found.client) == (CONNECTION, "flows")
    assert (found.throttle_calls, found.throttle_seconds) == (7, 70)


async def test_a_token_for_less_than_its_connection(world: World) -> None:
    await connect(world)
    await world.change("update oauth_tokens set scopes = array['WhatsApp']")
    found = await authorise_of(world).find(Kind.ACCESS, TOKEN)
    assert isinstance(found, Principal)
    assert found.scopes == {Scope.WHATSAPP}


async def test_a_customers_own_program_sees_that_customer_alone(world: World) -> None:
    await connect(world, customer_id=BETA)
    authorise = authorise_of(world)
    found = await who(authorise, Kind.ACCESS, TOKEN)
    assert isinstance(found, Principal)
    assert set(found.user.customers) == {BETA}
    await world.change("delete from user_customers where user_id = $1 and customer_id = $2", ADA, BETA)
    turned_away(await who(authorise, Kind.ACCESS, TOKEN), Reason.DISABLED)


@pytest.mark.parametrize(
    "statement",
    [
        "update users set enabled = false where id = $1",
        "update users set connector_sign_in = false where id = $1",
        "update oauth_clients set enabled = false where $1 > 0",
        "delete from user_customers where user_id = $1",
    ],
)
async def test_what_changes_in_the_estate_holds_at_once(world: World, statement: str) -> None:
    await connect(world)
    authorise = authorise_of(world)
    assert isinstance(await who(authorise, Kind.ACCESS, TOKEN), Principal)
    await world.change(statement, ADA)
    turned_away(await who(authorise, Kind.ACCESS, TOKEN), Reason.DISABLED)


async def test_signing_in_is_not_needed_for_a_personal_token(world: World) -> None:
    await connect(world)
    await world.change("update users set connector_sign_in = false where id = $1", ADA)
    made = await created(world)
    assert isinstance(await who(authorise_of(world), Kind.PERSONAL, made.token), Principal)


@pytest.mark.parametrize(
    "change",
    [
        {"ended_at": "now"},
        {"kind": "refresh"},
        {"expired": True},
    ],
)
async def test_a_token_that_opens_nothing(world: World, change: dict[str, Any]) -> None:
    await connect(world)
    if "ended_at" in change:
        await world.change("update oauth_grants set ended_at = now()")
    elif "kind" in change:
        await world.change("update oauth_tokens set kind = 'refresh'")
    else:
        world.clock.advance(hours=1)
    turned_away(await who(authorise_of(world), Kind.ACCESS, TOKEN), Reason.UNPROVEN)


async def test_a_token_is_no_token_of_the_other_kind(world: World) -> None:
    await connect(world)
    made = await created(world)
    authorise = authorise_of(world)
    for kind, token in ((Kind.PERSONAL, made.token), (Kind.ACCESS, TOKEN)):
        assert isinstance(await who(authorise, kind, token), Principal)
    for kind, token in ((Kind.ACCESS, made.token), (Kind.PERSONAL, TOKEN), (Kind.ACCESS, "vsa_x")):
        turned_away(await who(authorise, kind, token), Reason.UNPROVEN)
        turned_away(await authorise.find(kind, token), Reason.UNPROVEN)


@asynccontextmanager
async def another(world: World) -> AsyncIterator[tuple[Authorise, asyncio.Event]]:
    """Another process that follows ends of access; the event is set when it hears of one."""
    heard = asyncio.Event()
    async with world.another() as process:
        authorise = Authorise(process.store, process.estate, world.clock, time.monotonic)
        authorise.watch()
        listening = asyncio.Event()

        def drop() -> None:
            Authorise.drop(authorise)
            (heard if listening.is_set() else listening).set()

        authorise.drop = drop  # type: ignore[method-assign]
        await process.store.listener.start()
        await listening.wait()
        yield authorise, heard


async def test_an_end_holds_in_another_process(world: World) -> None:
    await connect(world)
    made = await created(world)
    async with another(world) as (authorise, heard):
        for kind, token in ((Kind.PERSONAL, made.token), (Kind.ACCESS, TOKEN)):
            assert isinstance(await who(authorise, kind, token), Principal)
        assert await tokens_of(world).end(made.id)
        await asyncio.wait_for(heard.wait(), 10)
        turned_away(await who(authorise, Kind.PERSONAL, made.token), Reason.UNPROVEN)
        assert isinstance(await who(authorise, Kind.ACCESS, TOKEN), Principal)
        heard.clear()
        assert await Connections(world.store, world.clock, "cli:test").end(CONNECTION)
        await asyncio.wait_for(heard.wait(), 10)
        turned_away(await who(authorise, Kind.ACCESS, TOKEN), Reason.UNPROVEN)


async def test_what_is_read_while_access_ends_is_not_remembered(world: World) -> None:
    made = await created(world)
    authorise = authorise_of(world)
    reading = asyncio.create_task(authorise.find(Kind.PERSONAL, made.token))
    await asyncio.sleep(0)  # it has begun
    authorise.drop()
    assert isinstance(await reading, Principal)
    assert authorise.remembered(Kind.PERSONAL, made.token) is None


async def test_a_lost_notification_costs_seconds(world: World) -> None:
    made = await created(world)
    seconds = Seconds()
    authorise = authorise_of(world, seconds=seconds)
    assert isinstance(await who(authorise, Kind.PERSONAL, made.token), Principal)
    await tokens_of(world).end(made.id)  # nobody listens here
    seconds.now += SECONDS - 0.1
    assert isinstance(await who(authorise, Kind.PERSONAL, made.token), Principal)
    seconds.now += 0.1
    turned_away(await who(authorise, Kind.PERSONAL, made.token), Reason.UNPROVEN)


async def test_connections_are_listed_and_ended(world: World) -> None:
    await connect(world)
    connections = Connections(world.store, world.clock, "cli:test")
    (seen,) = await connections.all(ADAS)
    assert (seen.id, seen.email, seen.client, seen.ended_at) == (CONNECTION, ADAS, "flows", None)
    assert await connections.all("bo@example.test") == []
    assert await connections.end(CONNECTION)
    assert not await connections.end(CONNECTION)
    assert not await connections.end(BO)
    assert [act["action"] for act in await world.rows("select * from audit")] == ["end connection"]
