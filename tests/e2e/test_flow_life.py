"""The life of a flow: switched on, called for what handsets write, busy, switched off, and called no more.

The far end of its callback URL answers as Logic Apps does.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from tests.e2e.installation import Installation
from tests.fakes.endpoint import Endpoint, Received, answer

pytestmark = pytest.mark.e2e

SECONDS = 60.0
NUMBER, HANDSET = "358457390000", "358401112222"
TAKEN = answer("202 Accepted", x_ms_workflow_run_id="08585")
BUSY = answer("429 Too Many Requests", b'{"error":{"code":"429"}}', Retry_After="8")
OFF = answer(
    "400 Bad Request", b'{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"The trigger is off."}}'
)
QUERY = "api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=aB-_%2B" + "x" * 3_000
SETTINGS = {"VIESTI_SUBSCRIPTION_DEAD_TRIES": "2", "VIESTI_SUBSCRIPTION_DEAD_HOURS": "0"}


class Flows:
    """The endpoint of all flows: each answers with what it has in hand, and then with the last of it."""

    def __init__(self) -> None:
        self.calls: dict[str, list[tuple[float, Received]]] = {}
        self.answers: dict[str, list[bytes]] = {}
        self.endpoint = Endpoint(self._reply)

    def flow(self, name: str, *answers: bytes) -> str:
        """A flow's callback URL."""
        self.calls[name], self.answers[name] = [], list(answers)
        return f"{self.endpoint.url}/workflows/{name}/triggers/manual/paths/invoke?{QUERY}"

    def _reply(self, received: Received) -> bytes:
        method, target, _ = received.line.split(" ")
        name = target.split("/")[2]
        assert (method, target.partition("?")[2]) == ("POST", QUERY)
        self.calls[name].append((time.monotonic(), received))
        answers = self.answers[name]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def told(self, name: str) -> list[dict[str, Any]]:
        """What a flow was told, call by call."""
        return [json.loads(received.body) for _, received in self.calls[name]]


class Connector:
    """A connection to the platform, as flows have one."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self.customer = self.service = ""

    async def choose(self) -> None:
        """Learn the customer and the two-way service, as a designer does."""
        _, body, _ = await self.call("GET", "/customers")
        [customer] = body["customerUsers"]
        self.customer = customer["customerId"]
        _, [service], _ = await self.call("GET", f"/services/{self.customer}", {"ServiceType": "TwoWay"})
        self.service = service["id"]

    async def call(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None
    ) -> tuple[int, Any, str]:
        """Status, body and Location."""
        url = path if path.startswith("http") else self._url + path
        async with self._session.request(method, url, headers=headers, json=body) as response:
            octets = await response.read()
            location = response.headers.get("Location", "")
            return response.status, json.loads(octets) if octets else None, location

    async def switch_on(self, callback: str) -> str:
        """Save a flow; gives what to delete."""
        body = {
            "name": "Flow", "actionType": "HttpRequest", "description": "Made by a flow",
            "options": {"endpointUrl": callback, "httpVerb": "POST"},
        }  # fmt: skip
        path = f"/service/{self.service}/pipelines/actions"
        status, answered, location = await self.call("POST", path, {"Customer": self.customer}, body)
        assert (status, list(answered)) == (201, ["id"])
        assert location.startswith(self._url) and location.endswith(answered["id"])
        return location


@asynccontextmanager
async def connected(installation: Installation) -> AsyncIterator[Connector]:
    headers = {"Personal-Access-Token": await installation.token()}
    url = f"http://127.0.0.1:{installation.api_port}/api-integrations/v1"
    async with aiohttp.ClientSession(headers=headers) as session:
        connector = Connector(session, url)
        await connector.choose()
        yield connector


async def test_a_flow_from_being_switched_on_to_being_switched_off() -> None:
    flows = Flows()
    async with (
        flows.endpoint,
        Installation(settings=SETTINGS) as installation,
        connected(installation) as connector,
    ):
        centre = installation.simulator.centre

        async def written(text: str, until: dict[str, int]) -> None:
            """A handset writes; gives when each of these flows has been called so often."""
            assert not isinstance(centre.reply(HANDSET, NUMBER, text), str)

            async def called() -> bool:
                return all(len(flows.calls[name]) >= count for name, count in until.items())

            await installation.until(called, SECONDS, f"{until} calls after {text!r}")

        ours = await connector.switch_on(flows.flow("ours", TAKEN, BUSY, TAKEN, OFF))
        assert await connector.switch_on(flows.flow("ours", TAKEN, BUSY, TAKEN, OFF)) == ours
        await connector.switch_on(flows.flow("always", TAKEN))
        await connector.switch_on(flows.flow("forgotten", TAKEN, TAKEN, OFF))

        # It is called, and answers who wrote.
        await written("VASTAA kyllä 🙂", {"ours": 1, "always": 1, "forgotten": 1})
        (told,) = flows.told("ours")
        assert told == flows.told("always")[0]
        assert (told["sender"], told["recipient"], told["content"]) == (HANDSET, NUMBER, "VASTAA kyllä 🙂")
        assert (told["protocol"], told["attachments"]) == ("SMS", [])
        news = await connector.call(
            "GET", f"/services/{connector.customer}", {"ServiceType": "OneWay", "AllowReplyMessage": "True"}
        )
        status, sent, _ = await connector.call(
            "POST",
            f"/messages/reply/{told['messageId']}",
            {"Customer-Id": connector.customer, "Service-Id": news[1][0]["id"]},
            {"Sender": "", "Content": "Kiitos!", "Protocol": "SMS", "Recipients": []},
        )
        assert (status, [r["Address"] for r in sent["Recipients"]]) == (200, [HANDSET])

        async def answered() -> bool:
            lines = centre.handsets.conversation(HANDSET)
            return any(line.text == "Kiitos!" for line in lines if line.direction == "received")

        await installation.until(answered, SECONDS, "the answer on the handset")

        # It is busy: called again when it said, with the same octets; the others are not held up.
        await written("again", {"ours": 2, "always": 2, "forgotten": 2})
        await written("and again", {"always": 3, "forgotten": 3})
        busy_at, first = flows.calls["ours"][1]

        async def repeated() -> bool:
            return [t["content"] for t in flows.told("ours")].count("again") == 2

        await installation.until(repeated, SECONDS, "the second try")
        again_at, second = next(
            (at, got) for at, got in flows.calls["ours"][2:] if json.loads(got.body)["content"] == "again"
        )
        assert again_at - busy_at >= 8
        assert (first.line, first.body, first.headers["webhook-id"]) == (
            second.line, second.body, second.headers["webhook-id"],
        )  # fmt: skip

        # It was switched off: the second try was refused, and would be made again. What is owed goes with it.
        owed = "select subscription_id from callbacks where last_error = 'HTTP 400'"

        async def refused() -> bool:
            return len(await installation.query(owed)) >= 1

        await installation.until(refused, SECONDS, "the refusal")
        assert (await connector.call("DELETE", ours))[0] == 204
        calls = len(flows.calls["ours"])
        await written("nobody listens", {"always": 4})

        # The one whose flow is gone without a word is ended by the platform.
        async def ended() -> bool:
            rows = await installation.query("select ended_why from subscriptions where ended_at is not null")
            return sorted(row["ended_why"] for row in rows) == ["HTTP 400", "deleted"]

        await installation.until(ended, SECONDS, "the end of the forgotten one")

        async def settled() -> bool:
            return not await installation.query("select id from callbacks")

        await installation.until(settled, SECONDS, "all calls to be made")
        forgotten = len(flows.calls["forgotten"])
        await written("nobody at all", {"always": 5})
        await installation.until(settled, SECONDS, "all calls to be made")
        assert len(flows.calls["ours"]) == calls
        assert len(flows.calls["forgotten"]) == forgotten
        assert [told["content"] for told in flows.told("always")] == [
            "VASTAA kyllä 🙂", "again", "and again", "nobody listens", "nobody at all",
        ]  # fmt: skip
        assert (await connector.call("DELETE", ours))[0] == 204

        log = (installation.folder / "serve.log").read_text()
        assert "sig=" not in log and "kyllä" not in log and "Kiitos" not in log
