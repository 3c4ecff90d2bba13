"""Accepting messages: what is stored, what is refused, and that a request id counts once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace
from tests.integration.services.world import (
    ACME,
    ACME_APP,
    ACME_BUCKET,
    ADA,
    BETA,
    BETA_APP,
    BETA_BUCKET,
    BETA_ONE_WAY,
    CHANNEL,
    ONE_WAY,
    OTHER_CHANNEL,
    START,
    TWO_WAY,
    World,
    address,
    request,
)

from viesti.services import wake
from viesti.services.requests import NotAccepted, RecipientRequest, Submitted
from viesti.services.store_errors import StoreUnavailable

pytestmark = pytest.mark.integration

BETAS: dict[str, Any] = {"customer_id": BETA, "application_id": BETA_APP, "service_id": BETA_ONE_WAY}


async def test_an_accepted_message_is_stored_whole(world: World) -> None:
    submitted = await world.accepted(
        1,
        2,
        text="Päivää",
        dlr_url="https://example.com/dlr?a=1",
        customer_data="order 7",
        request_id="r1",
        body_hash=b"h",
        extras={"Custom01": "x"},
        quiet=True,
    )
    message = await world.row("select * from messages where id = $1", submitted.message_id)
    expected = {
        "bucket": ACME_BUCKET, "customer_id": ACME, "application_id": ACME_APP, "service_id": ONE_WAY,
        "dialect": "native", "sender": "Acme", "sender_kind": "alphanumeric", "text": "Päivää", "lane": 0,
        "send_at": None, "recipient_count": 2, "part_count": 2, "currency": "EUR",
        "dlr_url": "https://example.com/dlr?a=1", "report_all": False, "customer_data": "order 7",
        "request_id": "r1", "parent_id": None, "quiet": True, "extras": '{"Custom01": "x"}',
        "created_at": START, "validity_seconds": None, "shift_tables": [],
    }  # fmt: skip
    assert {name: message[name] for name in expected} == expected
    recipients = await world.rows("select * from recipients order by id")
    assert [r["id"] for r in recipients] == [r.id for r in submitted.recipients]
    expected = {
        "bucket": ACME_BUCKET, "message_id": submitted.message_id, "customer_id": ACME,
        "address": address(1), "address_kind": "international", "text": None, "coding": "gsm7", "parts": 1,
        "status": 10, "failure": None, "channel_id": CHANNEL, "route_id": 41, "attempt": 0, "doubts": 0,
        "reports": True, "cost": Decimal("0.0412"), "cost_gbp": Decimal("0.0354"), "warnings": None,
        "created_at": START, "sent_at": None, "finished_at": None,
    }  # fmt: skip
    assert {name: recipients[0][name] for name in expected} == expected
    queued = await world.queued()
    assert [(q["id"], q["bucket"], q["channel_id"], q["lane"], q["parts"], q["due_at"]) for q in queued] == [
        (r["id"], ACME_BUCKET, CHANNEL, 0, 1, None) for r in recipients
    ]
    assert queued[0]["tag"] < queued[1]["tag"]
    assert all(identifier % 64 == ACME_BUCKET for identifier in (submitted.message_id, recipients[0]["id"]))


async def test_what_the_caller_is_told(world: World) -> None:
    submitted = await world.accepted(1, text="x" * 161)
    (recipient,) = submitted.recipients
    assert (submitted.sender, submitted.currency, submitted.parts) == ("Acme", "EUR", 2)
    assert (recipient.address, recipient.parts, recipient.cost) == (address(1), 2, Decimal("0.082400"))
    assert not submitted.repeated


@pytest.mark.parametrize(
    ("text", "coding", "parts"),
    [
        ("x" * 160, "gsm7", 1),
        ("x" * 161, "gsm7", 2),
        ("x" * 307, "gsm7", 3),
        ("Привет", "ucs2", 1),
        ("ж" * 71, "ucs2", 2),
    ],
    ids=["160", "161", "307", "cyrillic", "71 cyrillic"],
)
async def test_parts_and_coding(world: World, text: str, coding: str, parts: int) -> None:
    submitted = await world.accepted(1, text=text)
    recipient = await world.recipient(submitted.recipients[0].id)
    assert (recipient["coding"], recipient["parts"]) == (coding, parts)
    assert recipient["cost"] == parts * Decimal("0.0412")
    assert (await world.queued())[0]["parts"] == parts


async def test_a_recipient_with_a_text_of_his_own(world: World) -> None:
    recipients = (RecipientRequest("+" + address(1)), RecipientRequest("+" + address(2), "ж" * 71))
    submitted = await world.submit(replace(request(1), recipients=recipients))
    assert isinstance(submitted, Submitted)
    rows = await world.rows("select text, coding, parts from recipients order by id")
    assert rows == [
        {"text": None, "coding": "gsm7", "parts": 1},
        {"text": "ж" * 71, "coding": "ucs2", "parts": 2},
    ]
    assert await world.value("select part_count from messages") == 3


@pytest.mark.parametrize(
    ("service_lane", "numbers", "advertisement", "lane"),
    [
        ("auto", 1, False, 0),
        ("auto", 19, False, 0),
        ("auto", 20, False, 1),
        ("auto", 1, True, 1),
        ("transactional", 20, True, 0),
        ("bulk", 1, False, 1),
    ],
)
async def test_lane(world: World, service_lane: str, numbers: int, advertisement: bool, lane: int) -> None:
    await world.change("update services set lane = $1", service_lane)
    await world.accepted(*range(1, numbers + 1), advertisement=advertisement)
    assert await world.value("select array_agg(distinct lane) from outbox") == [lane]
    assert await world.value("select lane from messages") == lane


@pytest.mark.parametrize(
    ("seconds", "status", "scheduled"), [(60, 5, True), (0, 10, False), (-60, 10, False)]
)
async def test_scheduled(world: World, seconds: int, status: int, scheduled: bool) -> None:
    send_at = START + timedelta(seconds=seconds)
    submitted = await world.accepted(send_at=send_at)
    assert submitted.send_at == (send_at if scheduled else None)
    assert (await world.recipient(submitted.recipients[0].id))["status"] == status
    assert (await world.queued())[0]["due_at"] == (send_at if scheduled else None)


@pytest.mark.parametrize(
    ("scope", "advertisement", "barred"),
    [("all", False, True), ("all", True, True), ("marketing", False, False), ("marketing", True, True)],
)
async def test_opted_out(world: World, scope: str, advertisement: bool, barred: bool) -> None:
    record = {
        "customer_id": ACME,
        "bucket": ACME_BUCKET,
        "address": address(1),
        "scope": scope,
        "since": START,
    }
    await world.insert("opt_outs", record)
    submitted = await world.accepted(1, 2, advertisement=advertisement)
    first, second = submitted.recipients
    row = await world.recipient(first.id)
    assert (row["status"], row["failure"]) == ((60, "opted_out") if barred else (10, None))
    assert (row["cost"] is None, row["finished_at"]) == (barred, START if barred else None)
    assert [q["id"] for q in await world.queued()] == ([second.id] if barred else [first.id, second.id])


async def _opt_out(world: World, number: int, scope: str = "all") -> None:
    record = {
        "customer_id": ACME,
        "bucket": ACME_BUCKET,
        "address": address(number),
        "scope": scope,
        "since": START,
    }
    await world.insert("opt_outs", record)


async def test_who_opted_out_is_named_counts_no_parts_and_is_reported(world: World) -> None:
    await _opt_out(world, 1)
    await _opt_out(world, 3, "marketing")
    submitted = await world.accepted(
        1,
        2,
        3,
        text="x" * 200,
        dlr_url="http://127.0.0.1:8080/dlr?n=1",
        advertisement=True,
        customer_data="c",
    )
    assert submitted.parts == 2
    assert [recipient.warnings for recipient in submitted.recipients] == [
        (f"+{address(1)} has opted out of messages: nothing is sent to it.",),
        (),
        (f"+{address(3)} has opted out of advertising: nothing is sent to it.",),
    ]
    first, _, third = submitted.recipients
    calls = await world.callbacks()
    assert [(call["subject_id"], call["kind"], call["method"]) for call in calls] == [
        (recipient.id, "delivery_report", "GET") for recipient in (first, third)
    ]
    for call, recipient in zip(calls, (first, third), strict=True):
        assert f"&address={recipient.address}&status=failed&statusCode=5&error=opted_out" in call["url"]
        assert call["url"].startswith("http://127.0.0.1:8080/dlr?n=1&messageId=")


async def test_no_report_is_owed_for_who_opted_out_where_none_was_asked_for(world: World) -> None:
    await _opt_out(world, 1)
    await world.accepted(1)
    assert await world.callbacks() == []


async def test_the_report_is_told_to_those_who_make_the_calls(world: World) -> None:
    await _opt_out(world, 1)
    told: asyncio.Queue[str] = asyncio.Queue()
    listener = await asyncpg.connect(world.url)
    await listener.add_listener("viesti_callbacks", lambda *_: told.put_nowait("told"))
    await world.accepted(1, dlr_url="http://127.0.0.1:8080/")
    assert await asyncio.wait_for(told.get(), 5) == "told"
    assert len(await world.callbacks()) == 1
    await listener.close()


@pytest.mark.parametrize("request_id", [None, "r1"])
async def test_the_report_of_who_opted_out_is_written_with_the_message_or_not_at_all(
    own_world: World, request_id: str | None
) -> None:
    world = own_world
    await _opt_out(world, 1)
    await world.db.execute("alter table callbacks add check (false)")
    with pytest.raises(asyncpg.CheckViolationError):
        await world.send(1, 2, dlr_url="http://127.0.0.1:8080/", request_id=request_id)
    for table in ("messages", "recipients", "outbox", "callbacks", "request_ids"):
        assert await world.value(f"select count(*) from {table}") == 0


async def test_a_repeat_gives_again_all_that_was_answered(world: World) -> None:
    await _opt_out(world, 2)
    recipients = tuple(
        RecipientRequest("+" + address(n), None, {"name": name})
        for n, name in ((1, "Ada"), (2, "Bo"), (3, None))
    )
    fields: dict[str, Any] = {
        "text": "Hi $(name)" + "x" * 155, "placeholders": True, "recipients": recipients,
        "request_id": "r1", "body_hash": b"same",
    }  # fmt: skip
    first = await world.accepted(**fields)
    assert [(r.parts, len(r.warnings)) for r in first.recipients] == [(2, 0), (1, 1), (1, 1)]
    assert first.parts == 3
    await world.change("delete from opt_outs")
    async with world.another() as other:
        again = await other.submit(request(1, **fields))
    assert again == replace(first, repeated=True)
    assert again.parts == 3


@pytest.mark.parametrize(
    "change",
    [
        "update senders set state = 'pending'",
        "update services set enabled = false",
        "delete from routes",
    ],
)
async def test_a_repeat_is_answered_as_the_first_where_it_would_be_refused_by_now(
    world: World, change: str
) -> None:
    same = {"request_id": "r1", "body_hash": b"same"}
    first = await world.accepted(1, **same)
    await world.change(change)
    assert await world.send(1, **same) == replace(first, repeated=True)
    assert isinstance(await world.send(1, request_id="r2", body_hash=b"same"), NotAccepted)
    other = await world.send(1, request_id="r1", body_hash=b"other")
    assert isinstance(other, NotAccepted)


@pytest.mark.parametrize("body", [b"same", b"other"])
async def test_a_repeat_of_what_is_no_longer_kept_is_a_conflict(world: World, body: bytes) -> None:
    await world.accepted(1, request_id="r1", body_hash=b"same")
    await world.db.execute("delete from recipients; delete from messages; delete from outbox")
    result = await world.send(1, request_id="r1", body_hash=body)
    assert isinstance(result, NotAccepted)
    assert result.conflict
    assert ("no longer" in result.problems[0].sentence) is (body == b"same")
    assert await world.queued() == []


async def test_whose_connection_asked_is_kept_and_the_discussion(world: World) -> None:
    submitted = await world.accepted(1, user_id=ADA, thread_id=77, parent_id=78)
    row = await world.row("select * from messages")
    assert (row["id"], row["user_id"], row["thread_id"], row["parent_id"]) == (
        submitted.message_id,
        ADA,
        77,
        78,
    )


async def test_personal_texts_go_out_as_they_were_filled(world: World) -> None:
    recipients = tuple(RecipientRequest("+" + address(n), None, {"name": f"No {n}"}) for n in (1, 2))
    await world.accepted(text="Hi $(name)", placeholders=True, recipients=recipients)
    claimed = await world.dispatch.claim(await world.hold(), 10)
    assert {(one.destination, one.text) for one in claimed} == {(address(n), f"Hi No {n}") for n in (1, 2)}


async def test_another_customers_opt_out_counts_for_nothing(world: World) -> None:
    record = {"customer_id": BETA, "bucket": BETA_BUCKET, "address": address(1), "since": START}
    await world.insert("opt_outs", record)
    await world.accepted(1)
    assert len(await world.queued()) == 1


async def test_tags_are_fair_between_customers(world: World) -> None:
    await world.accepted(1, 2, 3, text="x" * 200)  # two parts each
    await world.accepted(4, 5, 6, **BETAS)
    tags = await world.rows("select customer_id, tag from outbox join recipients using (id) order by tag, id")
    unit = 720_720
    acme = [row["tag"] for row in tags if row["customer_id"] == ACME]
    beta = [row["tag"] for row in tags if row["customer_id"] == BETA]
    assert acme == [0, 2 * unit, 4 * unit]
    assert beta == [0, unit, 2 * unit]


async def test_a_new_process_starts_at_the_virtual_time(world: World) -> None:
    await world.insert("fair_clock", {"channel_id": CHANNEL, "lane": 0, "tag": 5_000_000})
    await world.accepted(1)
    assert (await world.queued())[0]["tag"] == 5_000_000


REFUSED: list[tuple[str, dict[str, Any], list[tuple[str, int | None]]]] = [
    ("no text", {"text": ""}, [("text", None)]),
    ("NUL in the text", {"text": "a\0b"}, [("text", None)]),
    ("half a surrogate pair in the text", {"text": "a\ud83d"}, [("text", None)]),
    ("NUL in the customer data", {"customer_data": "a\0"}, [("customer_data", None)]),
    ("half a surrogate pair in the customer data", {"customer_data": "\udc00"}, [("customer_data", None)]),
    ("NUL in the request id", {"request_id": "\0"}, [("request_id", None)]),
    ("text far too long", {"text": "x" * 40_001}, [("text", None)]),
    ("too many parts", {"text": "x" * 1531}, [("text", None)]),
    ("customer data too long", {"customer_data": "x" * 256}, [("customer_data", None)]),
    ("request id too long", {"request_id": "x" * 1001}, [("request_id", None)]),
    ("no recipients", {"recipients": ()}, [("recipients", None)]),
    ("too many recipients", {"recipients": (RecipientRequest("+1"),) * 5001}, [("recipients", None)]),
    ("not a number", {"recipients": (RecipientRequest("hello"),)}, [("recipients", 0)]),
    (
        "two bad numbers among three",
        {"recipients": tuple(map(RecipientRequest, ("12x", "+" + address(1), "+358")))},
        [("recipients", 0), ("recipients", 2)],
    ),
    (
        "NUL in a recipient's text",
        {"recipients": (RecipientRequest("+" + address(1), "a\0"),)},
        [("recipients", 0)],
    ),
    ("sender of another customer", {"sender": "Beta"}, [("sender", None)]),
    ("sender that can't be", {"sender": "a sender far too long"}, [("sender", None)]),
    ("no sender", {"service_id": None}, [("sender", None)]),
    ("service of another customer", {"service_id": BETA_ONE_WAY, "sender": "Acme"}, [("service", None)]),
    ("service that is not there", {"service_id": 999, "sender": "Acme"}, [("service", None)]),
    ("dlr url to a private address", {"dlr_url": "http://10.0.0.1/x"}, [("dlr_url", None)]),
    ("dlr url that is none", {"dlr_url": "hello"}, [("dlr_url", None)]),
    ("unknown placeholder", {"dlr_url": "https://example.com/?a=%{moon}"}, [("dlr_url", None)]),
    ("scheduled beyond all limits", {"send_at": START + timedelta(days=4000)}, [("send_at", None)]),
    (
        "several things at once",
        {"text": "", "customer_data": "x" * 256, "sender": "Nobody!!!!!!!"},
        [("text", None), ("customer_data", None), ("sender", None)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "problems"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
async def test_refused_whole(
    world: World, fields: dict[str, Any], problems: list[tuple[str, int | None]]
) -> None:
    refused = await world.submit(replace(request(1), **fields))
    assert isinstance(refused, NotAccepted)
    assert [(problem.field, problem.index) for problem in refused.problems] == problems
    assert all(problem.sentence for problem in refused.problems)
    assert await world.value("select count(*) from messages") == 0


async def test_refused_by_the_estate(world: World) -> None:
    async def problems(**fields: Any) -> list[tuple[str, int | None]]:
        refused = await world.send(1, **fields)
        assert isinstance(refused, NotAccepted)
        return [(problem.field, problem.index) for problem in refused.problems]

    await world.change("update services set character_policy = 'strict' where id = $1", ONE_WAY)
    assert await problems(text="Привет") == [("text", None)]
    await world.change("update services set enabled = false where id = $1", ONE_WAY)
    assert await problems() == [("service", None)]
    await world.change("update services set enabled = true, character_policy = 'none'")
    await world.change("update senders set state = 'pending'")
    assert await problems() == [("sender", None)]
    await world.change("update senders set state = 'approved'")
    await world.change("update channels set enabled = false")
    assert await problems() == [("recipients", 0)]


async def test_a_problem_all_recipients_share_is_said_once(world: World) -> None:
    await world.change("update senders set countries = '{DE}' where sender = 'Acme'")
    recipients = tuple(map(RecipientRequest, ("+" + address(1), "+46701234567") * 3))
    refused = await world.submit(replace(request(1), recipients=recipients))
    assert isinstance(refused, NotAccepted)
    assert [problem.field for problem in refused.problems] == ["sender", "sender"]  # for Finland, for Sweden


async def test_a_disabled_channel_is_passed_over(world: World) -> None:
    await world.change("update channels set enabled = false where id = $1", CHANNEL)
    await world.accepted(1)
    assert (await world.queued())[0]["channel_id"] == OTHER_CHANNEL
    assert (await world.row("select cost from recipients"))["cost"] == Decimal("0.05")


async def test_requests_together_share_transactions(world: World) -> None:
    results = await asyncio.gather(*(world.accepted(n) for n in range(100)))
    assert len({result.message_id for result in results}) == 100
    assert sorted(q["id"] for q in await world.queued()) == sorted(r.recipients[0].id for r in results)
    transactions = await world.value("select count(distinct xmin::text) from messages")
    assert transactions <= 4


async def test_lanes_wake_the_channel_after_the_commit(world: World) -> None:
    woken: asyncio.Queue[str] = asyncio.Queue()
    listener = await asyncpg.connect(world.url)
    await listener.add_listener("viesti_outbox", lambda *told: woken.put_nowait(told[3]))
    submitted = await world.accepted(1)
    assert await asyncio.wait_for(woken.get(), 5) == str(CHANNEL)
    assert (await world.queued())[0]["id"] == submitted.recipients[0].id
    await listener.close()


@pytest.mark.parametrize(("seconds", "told"), [(4, "viesti_due"), (6, "viesti_outbox")])
async def test_what_is_due_before_the_scheduler_looks_wakes_it(
    world: World, seconds: float, told: str
) -> None:
    woken: asyncio.Queue[str] = asyncio.Queue()
    listener = await asyncpg.connect(world.url)
    for topic in ("viesti_due", "viesti_outbox"):
        await listener.add_listener(topic, lambda *heard: woken.put_nowait(heard[2]))
    await world.accepted(send_at=START + timedelta(seconds=seconds))
    await world.accepted(1)
    assert await asyncio.wait_for(woken.get(), 5) == told
    await listener.close()


async def test_a_wake_up_is_told_when_the_database_is_back(
    own_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "RETRY_SECONDS", 0.01)
    woken: asyncio.Queue[str] = asyncio.Queue()
    listener = await asyncpg.connect(own_world.url)
    await listener.add_listener(wake.OUTBOX, lambda *told: woken.put_nowait(told[3]))
    name = await own_world.value("select current_database()")
    others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> $2"
    admin = await asyncpg.connect(own_world.url.replace(name, "postgres"))
    await admin.execute(f"alter database {name} allow_connections false")
    await admin.execute(others, name, listener.get_server_pid())
    waker = wake.Waker(own_world.store)
    waker.wake(wake.OUTBOX, 7)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await own_world.store.hint(wake.OUTBOX, "8")
    await admin.execute(f"alter database {name} allow_connections true")
    await admin.close()
    assert await asyncio.wait_for(woken.get(), 5) == "7"
    await waker.stop()
    own_world.db = listener


async def test_a_request_id_counts_once_in_one_process(world: World) -> None:
    same = {"request_id": "r1", "body_hash": b"same"}
    results = await asyncio.gather(*(world.accepted(1, 2, **same) for _ in range(20)))
    later = await world.accepted(1, 2, **same)
    assert len({tuple(r.id for r in result.recipients) for result in (*results, later)}) == 1
    assert Counter(result.repeated for result in (*results, later)) == {False: 1, True: 20}
    assert await world.value("select count(*) from messages") == 1
    assert len(await world.queued()) == 2
    assert (later.text, later.sender, later.currency, later.parts) == ("Hello", "Acme", "EUR", 2)


async def test_a_request_id_counts_once_between_processes(world: World) -> None:
    async with world.another() as other:
        tries = [
            process.submit(request(number, request_id=f"r{number}", body_hash=b"same"))
            for number in range(50)
            for process in (world.process, other, world.process, other)
        ]
        results = await asyncio.gather(*tries)
    ids: dict[str, set[int]] = {}
    for result in results:
        assert isinstance(result, Submitted)
        ids.setdefault(result.recipients[0].address, set()).add(result.recipients[0].id)
    assert len(ids) == 50
    assert all(len(found) == 1 for found in ids.values())
    assert sum(not result.repeated for result in results) == 50  # type: ignore[union-attr]
    assert len(await world.queued()) == 50


@pytest.mark.parametrize("parallel", [True, False])
async def test_another_body_under_a_request_id_conflicts(world: World, parallel: bool) -> None:
    one, two = (request(n, request_id="r1", body_hash=bytes((n,))) for n in (1, 2))
    if parallel:
        results = await asyncio.gather(world.submit(one), world.submit(two))
    else:
        results = [await world.submit(one), await world.submit(two)]
    first, second = results
    assert isinstance(first, Submitted)
    assert isinstance(second, NotAccepted)
    assert second.conflict
    assert [problem.field for problem in second.problems] == ["request_id"]
    assert len(await world.queued()) == 1


@pytest.mark.parametrize(
    ("other", "fresh"),
    [
        ({**BETAS}, True),
        ({"application_id": None}, True),
        ({**BETAS, "application_id": None}, True),
        ({"service_id": TWO_WAY}, False),
    ],
)
async def test_request_ids_are_an_applications_own(world: World, other: dict[str, Any], fresh: bool) -> None:
    first = await world.accepted(1, request_id="r1")
    second = await world.accepted(1, **other, request_id="r1")
    assert (first.message_id != second.message_id) is fresh


async def test_request_ids_without_an_application_are_the_customers_own(world: World) -> None:
    await world.change("update customers set bucket = $1", ACME_BUCKET)
    without = {"application_id": None, "request_id": "r1"}
    first = await world.accepted(1, **without)
    again = await world.accepted(1, **without)
    betas = await world.accepted(1, **{**BETAS, **without})
    assert first.message_id == again.message_id != betas.message_id


async def test_a_request_id_that_outlives_its_message_sends_nothing(world: World) -> None:
    same = {"request_id": "r1", "body_hash": b"same"}
    await world.accepted(1, **same)
    await world.db.execute("delete from messages")  # retention may be shorter than request_id_days
    refused = await world.send(1, **same)
    assert isinstance(refused, NotAccepted)
    assert refused.conflict
    assert [problem.field for problem in refused.problems] == ["request_id"]
    assert await world.value("select count(*) from messages") == 0


async def test_a_poisonous_request_fails_alone(world: World) -> None:
    poison = request(1, extras={"a": "\0"})  # jsonb can't hold it
    unencodable = request(2, extras={"a": object()})
    good = [request(n, request_id=f"r{n}") for n in range(3, 13)]
    results = await asyncio.gather(
        world.submit(good[0]), world.submit(poison), world.submit(unencodable), *map(world.submit, good[1:]),
        return_exceptions=True,
    )  # fmt: skip
    assert [type(result) for result in results if not isinstance(result, Submitted)] != []
    assert all(isinstance(results[index], Exception) for index in (1, 2))
    assert not any(isinstance(results[index], StoreUnavailable) for index in (1, 2))
    assert sum(isinstance(result, Submitted) and not result.repeated for result in results) == 10
    assert len(await world.queued()) == 10
    assert await world.value("select count(*) from request_ids") == 10


async def test_a_caller_who_leaves_takes_nobody_with_him(world: World) -> None:
    leaving = asyncio.create_task(world.send(1))
    staying = asyncio.create_task(world.send(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert isinstance(await staying, Submitted)
    assert len(await world.queued()) == 1


async def test_a_store_that_is_gone_takes_nothing(own_world: World) -> None:
    world = own_world
    await world.accepted(1)
    name = await world.value("select current_database()")
    admin = await asyncpg.connect(world.url.replace(name, "postgres"))
    await admin.execute(f"alter database {name} allow_connections false")
    await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
    results = await asyncio.gather(
        *(world.send(n, request_id=f"r{n}") for n in range(20)), return_exceptions=True
    )
    assert {type(result) for result in results} == {StoreUnavailable}
    await admin.execute(f"alter database {name} allow_connections true")
    await admin.close()
    world.db = await asyncpg.connect(world.url)
    assert await world.value("select count(*) from messages") == 1
    assert await world.value("select count(*) from request_ids") == 0
    assert isinstance(await world.send(1, request_id="r1"), Submitted)  # and it recovers by itself
    await world.db.close()


async def test_stop_writes_what_was_taken_on(world: World) -> None:
    waiting = [asyncio.create_task(world.send(n)) for n in range(5)]
    await asyncio.sleep(0)
    await world.process.group.stop()
    results = await asyncio.gather(*waiting)
    assert all(isinstance(result, Submitted) for result in results)
