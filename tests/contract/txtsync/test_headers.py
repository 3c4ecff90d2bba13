"""The oddities of clients, octet by octet: a header that is literally named `Content-Type:`, none or several
of it, one on a GET, a body on a GET; and what the platform's gateway adds.

Rule: the requests are written to a socket as they are, since no HTTP library would write them so.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from urllib.parse import urlsplit

import pytest
from tests.contract.txtsync.calls import OPERATIONS, VERSIONS, Contract

pytestmark = pytest.mark.integration

KINDS = {
    "none": [],
    "literally with a colon": ["Content-Type:: application/json"],
    "with a colon in its value": ["Content-Type: : application/json"],
    "twice": ["Content-Type: application/json", "Content-Type: application/json"],
    "two that differ": ["Content-Type: text/plain", "content-type: application/json"],
    "that and the literal one": ["Content-Type: text/plain", "Content-Type:: application/json"],
    "of a form": ["Content-Type: application/x-www-form-urlencoded"],
    "empty": ["Content-Type:"],
    "with another charset": ["Content-Type: application/json; charset=utf-16"],
}


async def exchange(
    contract: Contract, method: str, path: str, headers: list[str], body: bytes | None, caller: str
) -> tuple[int, bytes]:
    """Status and body of what is answered to these octets."""
    key, secret = contract.callers[caller]
    address = urlsplit(contract.api.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {address.netloc}",
        "Connection: close",
        f"Authorization: Basic {b64encode(f'{key}:{secret}'.encode()).decode()}",
        *headers,
    ]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    writer.write("\r\n".join([*lines, "", ""]).encode() + (body or b""))
    answered = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, rest = answered.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), rest


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_body_is_json_whatever_it_is_called(contract: Contract, kind: str, version: str) -> None:
    for operation in ("SendSMS", "SendBulkSMS", "AddContact"):
        call = await contract.made(operation)
        headers = [*KINDS[kind], "x-zapier: true", "x-api-key: anything"]
        body = json.dumps(call.body, ensure_ascii=False).encode()
        path = OPERATIONS[operation]["path"]
        status, said = await exchange(contract, "POST", path, headers, body, f"acme {version}")
        assert status == 200, (operation, said)


@pytest.mark.parametrize("kind", KINDS)
async def test_without_a_body_it_says_nothing(contract: Contract, kind: str) -> None:
    hook = await contract.trigger(contract.acme)
    status, said = await exchange(
        contract, "DELETE", f"/system/applications/webhooks/{hook}", KINDS[kind], None, "acme 1.1"
    )
    assert (status, type(json.loads(said))) == (200, str)
    status, said = await exchange(contract, "GET", "/contacts?search=ada", KINDS[kind], None, "acme 1.1")
    assert (status, type(json.loads(said))) == (200, list)


@pytest.mark.parametrize("body", [b"", b"{}", b"no JSON", b"x" * 70_000], ids=len)
async def test_a_body_where_none_belongs_is_not_read(contract: Contract, body: bytes) -> None:
    for method, path in (
        ("GET", "/contacts?search=ada"),
        ("GET", f"/contacts/external/{contract.acme.reference}"),
        ("DELETE", f"/system/applications/webhooks/{await contract.trigger(contract.acme)}"),
    ):
        headers = ["Content-Type: application/json"]
        status, said = await exchange(contract, method, path, headers, body, "acme 1.1")
        assert status == 200, (method, path, said)


async def test_calls_are_counted_and_the_wait_is_told(contract: Contract) -> None:
    """The platform repeats what is answered 429 after the seconds that are told."""
    path = "/system/applications/webhooks/type/0"
    said = [await contract.speak("POST", path, "slow", data=b"{}") for _ in range(4)]
    assert [each.status for each in said] == [400, 400, 400, 429]
    assert int(said[-1].headers["Retry-After"]) > 0
    assert said[-1].body["Message"] == said[-1].body["message"] != ""
