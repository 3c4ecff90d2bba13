"""Every webhook that Meta documents, and what becomes of it when something in it is another thing.

Rule: nothing that was posted under a good signature stops the work: it takes effect, or it is kept with a
reason.
"""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.services.webhooks import Provider, message, provider, said
from tests.integration.services.world import World

pytestmark = pytest.mark.integration

GOLDEN = json.loads((Path(__file__).parents[2] / "wire" / "whatsapp_webhooks.json").read_text())
STRANGE: tuple[Any, ...] = (
    None,
    "",
    "x" * 5000,
    "\x00",
    "\ud83d",
    -1,
    1 << 70,
    1.5,
    True,
    [],
    {},
    [[]],
    {"a": None},
)
MUTATIONS = 600


@pytest.fixture
async def wa(world: World) -> AsyncIterator[Provider]:
    made = await provider(world)
    yield made
    await made.take.stop()


def _named(member: str) -> list[str]:
    """What the golden webhooks tell of."""
    found = {event.get(member, "") for row in GOLDEN for event in row.get("events", ())}
    return sorted(found - {""})


async def _listen_everywhere(wa: Provider) -> None:
    """Each number of the golden webhooks is a channel, and of their account."""
    [account] = _named("waba_id")
    for place, phone_id in enumerate(_named("phone_number_id")):
        named = {"phone_number_id": phone_id, "waba_id": account, "identity": f"3584099000{place:02}"}
        options = json.dumps(named)
        await wa.world.insert(
            "channels",
            {"id": 500 + place, "bucket": 3, "key": f"golden{place}", "kind": "whatsapp", "options": options,
             "secrets": json.dumps({"app_secret": "s"}), "created_at": wa.world.clock.now},
        )  # fmt: skip


async def test_every_documented_webhook_is_worked_on(wa: Provider) -> None:
    """Those of the table in which something can't be read are kept, and all messages are made."""
    await _listen_everywhere(wa)
    kept, messages = set(), set()
    for place, row in enumerate(GOLDEN):
        body = json.dumps(row["body"]).replace('"wamid.', f'"wamid.{place}.')  # they share their ids
        await wa.post(body.encode())
        await wa.work()
        if await wa.left():
            kept.add(row["name"])
            await wa.world.db.execute("delete from provider_events")
        for event in row.get("events", ()):
            if event["is"] == "MessageEvent" and not event.get("echo"):
                messages.add(event["wamid"].replace("wamid.", f"wamid.{place}."))
    assert kept == {row["name"] for row in GOLDEN if _hides_something(row)}
    assert {row["reference"] for row in await wa.inbound()} == messages
    assert len(messages) > 30


def _hides_something(row: dict[str, Any]) -> bool:
    """Whether the table itself says that something in it can't be read."""
    return "events" not in row or any(
        event["is"] == "OtherEvent" and event["reason"] != "the field has no reading"
        for event in row["events"]
    )


def _mutants(chance: random.Random) -> Iterator[bytes]:
    """Golden bodies with one value at any depth replaced, taken away or doubled."""
    for _ in range(MUTATIONS):
        body = json.loads(json.dumps(chance.choice(GOLDEN)["body"]))
        holder = body
        for _ in range(chance.randint(0, 12)):
            inner = [one for one in _values(holder) if isinstance(one, dict | list) and one]
            if not inner:
                break
            holder = chance.choice(inner)
        if isinstance(holder, dict) and holder:
            name = chance.choice(sorted(holder))
            if chance.random() < 0.2:
                del holder[name]
            else:
                holder[name] = chance.choice(STRANGE)
        elif isinstance(holder, list):
            holder.append(chance.choice((*STRANGE, *holder)))
        yield json.dumps(body).encode()


def _values(holder: Any) -> list[Any]:
    return list(holder.values()) if isinstance(holder, dict) else list(holder)


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_is_in_a_body_the_work_goes_on(wa: Provider, seed: int) -> None:
    await _listen_everywhere(wa)
    bodies = list(_mutants(random.Random(seed)))
    await wa.post(*bodies, said(message("after all of them")))
    await wa.work()
    left = await wa.left()
    assert all(row["failures"] and row["last_error"] for row in left)
    faults = [row["last_error"] for row in left if row["last_error"].isidentifier()]  # an exception's name
    assert faults == []
    assert [row["text"] for row in await wa.inbound()].count("after all of them") == 1
    assert len(left) < len(set(bodies))
