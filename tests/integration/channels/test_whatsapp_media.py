"""A file that came with a message is fetched by its id, and the token goes nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.fakes.cloud_api import OPTIONS, CloudApi, as_json, error
from tests.fakes.endpoint import Endpoint, answer

from viesti.channels.whatsapp.media import fetch
from viesti.channels.whatsapp.options import WhatsappOptions
from viesti.domain.media import Fetched, NotFetched
from viesti.net.client import OPERATORS, OutgoingClient

pytestmark = pytest.mark.integration

LOCATED = "/v25.0/m1"


@pytest_asyncio.fixture
async def api() -> AsyncIterator[CloudApi]:
    async with CloudApi() as one:
        yield one


async def fetched(api: CloudApi, limit: int = 100, media_id: str = "m1") -> Fetched | NotFetched:
    options = WhatsappOptions.read({**OPTIONS, "base_url": api.endpoint.url})
    async with OutgoingClient(OPERATORS) as client:
        return await fetch(client, options, media_id, limit)


def located(api: CloudApi, url: str, **more: object) -> bytes:
    return as_json("200 OK", {"url": url, "id": "m1", "messaging_product": "whatsapp", **more})


async def test_a_file(api: CloudApi) -> None:
    url = f"{api.endpoint.url}/files/1?ext=1&hash=a"
    api.files[LOCATED] = lambda: located(api, url, mime_type="image/jpeg", file_size="3")
    api.files["/files/1?ext=1&hash=a"] = lambda: answer(body=b"jpg", Content_Type="application/octet-stream")
    assert await fetched(api) == Fetched(b"jpg", "image/jpeg")


async def test_no_token_goes_elsewhere_in_the_clear(api: CloudApi) -> None:
    async with Endpoint() as other:
        api.files[LOCATED] = lambda: located(api, f"{other.url}/1")
        assert await fetched(api) == NotFetched(
            "the API named a place for it that may not have the token", again=False
        )
        assert other.connections == 0


@pytest.mark.parametrize(
    ("where", "file", "reason", "again"),
    [
        (error(100), None, "100 (#100) No: why (fbtrace_id T1)", False),
        (error(131052), None, "131052 (#131052) No: why (fbtrace_id T1)", False),
        (error(190, "401 Unauthorized"), None, "190 (#190) No: why (fbtrace_id T1)", True),
        (error(2, "500 Oops"), None, "2 (#2) No: why (fbtrace_id T1)", True),
        (answer("502 Bad Gateway"), None, "HTTP 502", True),
        (answer("404 Not Found"), None, "HTTP 404", True),
        (answer(body=b"[]"), None, "the answer is not what Meta documents", True),
        (b"", None, "connection lost: closed before the answer was whole", True),
        ("size", None, "it is larger than 100 octets", False),
        ("url", answer(body=b"x" * 101), "it is larger than 100 octets", False),
        ("url", answer("404 Not Found"), "HTTP 404 where the API said it is", True),
        ("url", b"", "connection lost: closed before the answer was whole", True),
    ],
)
async def test_no_file(
    api: CloudApi, where: bytes | str, file: bytes | None, reason: str, again: bool
) -> None:
    size = 101 if where == "size" else 100
    reply = (
        where
        if isinstance(where, bytes)
        else located(api, f"{api.endpoint.url}/files/secret", file_size=size)
    )
    api.files[LOCATED] = lambda: reply
    if file is not None:
        api.files["/files/secret"] = lambda: file
    assert await fetched(api) == NotFetched(reason, again)


async def test_an_id_is_no_path(api: CloudApi) -> None:
    api.files["/v25.0/..%2F..%2Fme%3Fx"] = lambda: located(api, f"{api.endpoint.url}/f")
    api.files["/f"] = lambda: answer(body=b"x")
    assert isinstance(await fetched(api, media_id="../../me?x"), Fetched)
