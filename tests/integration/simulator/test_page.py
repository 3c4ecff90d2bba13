"""The handset page served by a real server: its files, its JSON, its event stream."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest
from tests.fakes.esme import Esme
from tests.integration.simulator.conftest import Starter

import viesti.simulator
from viesti.simulator.run import Simulator, SimulatorOptions, start
from viesti.simulator.treatment import MAGIC
from viesti.simulator.whatsapp.run import WhatsAppOptions

pytestmark = pytest.mark.integration

PAGES = Path(viesti.simulator.__file__).parent / "pages"
NUMBER = "358401234567"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


async def get(http: aiohttp.ClientSession, url: str) -> tuple[int, Any]:
    async with http.get(url) as response:
        return response.status, await response.json()


async def post(http: aiohttp.ClientSession, url: str, body: object) -> tuple[int, Any]:
    async with http.post(url, json=body) as response:
        return response.status, await response.json()


async def bound(port: int) -> Esme:
    esme = await Esme.connect(port)
    await esme.bind()
    return esme


async def test_files(simulator: Starter, http: aiohttp.ClientSession) -> None:
    url = (await simulator(page=True)).page_url
    for path, kind in (
        ("", "text/html"),
        ("handsets.js", "text/javascript"),
        ("handsets.css", "text/css"),
        ("icon.svg", "image/svg+xml"),
    ):
        async with http.get(url + path) as response:
            assert response.status == 200
            assert response.headers["content-type"].startswith(kind)
            assert response.headers["content-security-policy"].startswith("default-src 'self'")


@pytest.mark.parametrize("file", sorted(PAGES.iterdir()), ids=lambda path: path.name)
def test_files_name_no_outside_address_and_make_no_markup_of_text(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|//cdn|@import", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)


async def test_a_conversation(simulator: Starter, http: aiohttp.ClientSession) -> None:
    running = await simulator(page=True)
    url = running.page_url
    assert await get(http, f"{url}api/handsets") == (200, {"total": 0, "handsets": []})
    esme = await bound(running.smsc.port)
    esme.submit(NUMBER, b"<b>Hello</b>")
    await esme.delivered()
    status, answer = await post(http, f"{url}api/handsets/{NUMBER}/reply", {"to": "+16500", "text": "Yes"})
    assert (status, answer) == (202, {"to": "16500", "parts": 1, "state": "queued"})
    assert (await esme.delivered()).message() == b"Yes"
    await esme.unbind()  # so that every answer has been read

    _, listed = await get(http, f"{url}api/handsets")
    (summary,) = listed["handsets"]
    assert (summary["number"], summary["last"], summary["received"]) == (NUMBER, "Yes", 1)
    _, conversation = await get(http, f"{url}api/handsets/{NUMBER}")
    assert conversation["parties"] == ["16500"]
    received, sent = conversation["messages"]
    assert (received["direction"], received["party"], received["text"]) == (
        "received",
        "16500",
        "<b>Hello</b>",
    )
    assert (received["state"], received["receipt"]) == ("delivered", "acknowledged")
    assert (sent["direction"], sent["party"], sent["state"]) == ("sent", "16500", "acknowledged")


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("api/handsets/358401/reply", {"to": "16500", "text": "Yes"}, 409, "nobody is bound"),
        ("api/handsets/358401/reply", {"to": "Viesti", "text": "Yes"}, 409, "can't answer 'Viesti'"),
        ("api/handsets/358401/reply", {"to": "", "text": "Yes"}, 400, "'to' must be"),
        ("api/handsets/358401/reply", {"to": "16500", "text": ""}, 400, "'text' is empty"),
        ("api/handsets/abc/reply", {"to": "16500", "text": "Yes"}, 400, "1 to 20 digits"),
        ("api/handsets/358401/reply", {"to": "16500"}, 400, "text"),
        ("api/handsets/358401/reply", [1], 400, "object"),
        ("api/handsets/358401/reply", {"to": "1", "text": "a" * 70_000}, 413, "longer than"),
        ("api/faults", {"throttled": 2}, 400, "from 0 to 1"),
        ("api/faults", {"answer_delay": -1}, 400, "negative"),
        ("api/faults", {"refuse_binds": "mood"}, 400, "one of: system_id"),
        ("api/faults", {"nonsense": True}, 400, "nonsense"),
    ],
)
async def test_mistakes_are_explained(
    simulator: Starter, http: aiohttp.ClientSession, path: str, body: object, status: int, said: str
) -> None:
    running = await simulator(page=True)
    found, answer = await post(http, running.page_url + path, body)
    assert (found, said in answer["message"]) == (status, True), answer


async def test_a_form_of_another_page_changes_nothing(
    simulator: Starter, http: aiohttp.ClientSession
) -> None:
    running = await simulator(page=True)
    async with http.post(f"{running.page_url}api/faults", data='{"receipts": false}') as response:
        assert response.status == 415
    assert running.centre.behaviour.receipts


async def test_faults_take_effect_at_once(simulator: Starter, http: aiohttp.ClientSession) -> None:
    running = await simulator(page=True)
    faults = f"{running.page_url}api/faults"
    esme = await bound(running.smsc.port)

    async def answer_status() -> int:
        esme.submit()
        return (await esme.answered()).status

    _, state = await post(http, faults, {"throttled": 1, "receipts": False, "answer_delay": 0.01})
    assert state["faults"]["throttled"] == 1
    assert state["faults"]["receipts"] is False
    assert await answer_status() == 0x58
    await post(http, faults, {"throttled": 0})
    assert await answer_status() == 0
    assert running.centre.mail.receipts_pending == 0
    assert running.centre.behaviour.answer_delay.high == 0.01
    _, state = await post(http, faults, {"drop_links": True, "refuse_binds": "failed"})
    await esme.ended()
    assert (state["sessions"], state["faults"]["refuse_binds"]) == ([], "failed")
    _, state = await post(http, faults, {"refuse_binds": ""})
    assert state["faults"]["refuse_binds"] == ""


async def test_state_and_magic(simulator: Starter, http: aiohttp.ClientSession) -> None:
    running = await simulator(page=True, magic=True)
    esme = await bound(running.smsc.port)
    esme.submit()
    await esme.delivered()
    _, state = await get(http, f"{running.page_url}api/state")
    (session,) = state["sessions"]
    assert (session["system_id"], session["mode"]) == ("demo", "transceiver")
    assert (session["submitted"], session["delivered"], state["taken"]) == (1, 1, 1)
    assert state["address"] == running.smpp_address
    _, magic = await get(http, f"{running.page_url}api/magic")
    assert (magic["on"], len(magic["endings"])) == (True, len(MAGIC))
    await esme.close()


async def test_ledger(simulator: Starter, http: aiohttp.ClientSession) -> None:
    running = await simulator(page=True, ledger="#(\\d+)")
    esme = await bound(running.smsc.port)
    for text in (b"#1", b"#2", b"#2"):
        esme.submit(NUMBER, text)
        await esme.answered()
    _, ledger = await get(http, f"{running.page_url}ledger")
    assert (ledger["total"], ledger["refused"], ledger["distinct"]) == (3, 0, 2)
    assert ledger["doubled"] == {"2": 2}
    assert ledger["entries"] == [["16500", NUMBER, "1", 1], ["16500", NUMBER, "2", 2]]
    await post(http, f"{running.page_url}ledger/reset", {})
    _, ledger = await get(http, f"{running.page_url}ledger")
    assert (ledger["total"], ledger["entries"]) == (0, [])
    await esme.close()


async def test_no_ledger_is_kept_unless_asked(simulator: Starter, http: aiohttp.ClientSession) -> None:
    running = await simulator(page=True)
    status, answer = await get(http, f"{running.page_url}ledger")
    assert (status, "off" in answer["message"]) == (404, True)


async def test_changes_are_streamed_and_stopping_ends_the_stream(
    simulator: Starter, http: aiohttp.ClientSession
) -> None:
    running = await simulator(page=True)
    async with http.get(f"{running.page_url}api/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")

        async def event(name: str) -> Any:
            async for line in response.content:
                if line == b"event: %b\n" % name.encode():
                    return json.loads((await response.content.readline())[len(b"data: ") :])
            raise AssertionError(f"no {name} before the end")

        assert (await event("state"))["sessions"] == []
        esme = await bound(running.smsc.port)
        esme.submit(NUMBER)
        assert (await event("changed"))["numbers"] == [NUMBER]
        assert len((await event("state"))["sessions"]) == 1
        await esme.close()
        stopping = asyncio.create_task(running.stop(grace=1.0))
        assert (await response.content.read()).count(b"event: ") < 10
        await stopping


async def test_whatsapp_alone(http: aiohttp.ClientSession) -> None:
    options = SimulatorOptions(smsc=None, whatsapp=WhatsAppOptions(port=0), page_port=0)
    running = await start(options, lambda: datetime.now(UTC), Random(5))
    assert isinstance(running, Simulator)
    try:
        url, cloud = running.page_url, running.whatsapp
        base = f"{url}api/whatsapp/{NUMBER}"
        to = cloud.number.display_number
        cloud.handset(NUMBER).text("Moi")
        buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "OK"}]}
        cloud.add_template("hello", "Hei", components=(buttons,))
        template = {"name": "hello", "language": {"code": "fi"}}
        body = {"messaging_product": "whatsapp", "to": NUMBER, "type": "template", "template": template}
        cloud.cloud.send(cloud.number, body)
        (message,) = cloud.messages(NUMBER)
        for path, sent, status, said in (
            ("text", {"to": to, "text": "Moi"}, 202, "id"),
            ("text", {"to": "16500", "text": "Moi"}, 400, "'to' must be a WhatsApp number"),
            ("text", {"to": to, "text": ""}, 400, "'text' must have 1 to 4096"),
            ("press", {"message": message.id}, 202, "id"),
            ("press", {"message": message.id, "place": 1}, 404, "no such button"),
            ("press", {"message": "wamid.other"}, 404, "no such message"),
            ("react", {"message": message.id, "emoji": "👍"}, 202, "id"),
            ("marketing", {"to": to, "stopped": True}, 200, "stopped"),
        ):  # fmt: skip
            answered, answer = await post(http, f"{base}/{path}", sent)
            assert (answered, said in str(answer)) == (status, True), (path, sent, answer)
        for mime, status in (("image/png", 202), ("text/plain", 415)):
            async with http.post(
                f"{base}/file?to={to}", data=b"x", headers={"Content-Type": mime}
            ) as sending:
                assert sending.status == status
        _, shown = await get(http, f"{url}api/handsets/{NUMBER}")
        kinds = [(one["kind"], one["text"], one["reactions"]) for one in shown["messages"]]
        assert kinds == [
            ("text", "Moi", []),
            ("template", "Hei", ["👍"]),
            ("text", "Moi", []),
            ("button", "OK", []),
            ("image", "", []),
        ]
        assert (shown["received"], shown["person"]["stopped"]) == (1, True)
        assert shown["person"]["window"] > 86_000
        picture = shown["messages"][-1]["media"]["url"]
        async with http.get(url + picture) as got:
            assert (got.headers["content-type"], await got.read()) == ("image/png", b"x")
        _, listed = await get(http, f"{url}api/handsets")
        assert [one["number"] for one in listed["handsets"]] == [NUMBER]
        assert await post(http, f"{url}api/whatsapp/faults", {"refuse_with": 190}) == (
            200,
            {
                "lost_answers": 0.0,
                "server_errors": 0.0,
                "webhook_duplicates": 0.0,
                "webhook_disorder": 0.0,
                "refuse_with": 190,
                "approve": True,
            },
        )
        assert (await post(http, f"{url}api/whatsapp/faults", {"lost_answers": 2}))[0] == 400
        _, state = await get(http, f"{url}api/state")
        assert (state["taken"], "sessions" in state) == (1, False)
        assert (await get(http, f"{url}api/whatsapp/magic"))[1]["endings"][0]["ending"] == "9001"
    finally:
        await running.stop()
