"""Connections that are kept: by the client, over real sockets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address

import pytest
from tests.fakes.endpoint import Endpoint, Received, answer

from viesti.net import dial
from viesti.net.client import ClientOptions, FailureKind, HttpAnswer, HttpFailure, OutgoingClient

OK = answer()


class Loopback:
    """Every name is this machine."""

    async def resolve(self, host: str) -> Sequence[str]:
        return ["127.0.0.1"]


@asynccontextmanager
async def calling(
    reply: Callable[[Received], bytes | None] = lambda _: OK, **options: object
) -> AsyncIterator[tuple[OutgoingClient, Endpoint]]:
    made = ClientOptions(allow_private=True, **options)  # type: ignore[arg-type]
    async with Endpoint(reply) as endpoint, OutgoingClient(made, Loopback()) as client:
        yield client, endpoint


def kind(result: HttpAnswer | HttpFailure) -> object:
    """The status or what failed."""
    return result.status if isinstance(result, HttpAnswer) else result.kind


@pytest.mark.parametrize(
    ("method", "repeatable", "outcome"),
    [
        ("GET", False, 200),
        ("POST", True, 200),
        ("POST", False, FailureKind.BROKEN),
        ("DELETE", False, FailureKind.BROKEN),
    ],
)
async def test_a_kept_connection_that_has_died(method: str, repeatable: bool, outcome: object) -> None:
    """The end comes with the request: so it looks when the other end closes what it thinks is idle."""
    replies = iter([OK, b"", OK])
    async with calling(lambda _: next(replies)) as (client, endpoint):
        assert kind(await client.request("GET", endpoint.url)) == 200
        assert kind(await client.request(method, endpoint.url, repeatable=repeatable)) == outcome
    assert [each.connection for each in endpoint.received] == ([1, 1, 2] if outcome == 200 else [1, 1])


async def test_a_call_is_repeated_once_and_only_after_a_kept_connection() -> None:
    replies = iter([b"", OK, b"", b"", OK])
    async with calling(lambda _: next(replies)) as (client, endpoint):
        outcomes = [kind(await client.request("GET", endpoint.url)) for _ in range(4)]
    assert outcomes == [FailureKind.BROKEN, 200, FailureKind.BROKEN, 200]
    assert [each.connection for each in endpoint.received] == [1, 2, 2, 3, 4]


async def test_an_answer_begun_is_not_asked_for_again() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 2")
        writer.close()

    async with (
        await asyncio.start_server(half, "127.0.0.1", 0) as server,
        OutgoingClient(ClientOptions(allow_private=True)) as client,
    ):
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        assert kind(await client.request("GET", url)) == 200
        assert kind(await client.request("GET", url)) is FailureKind.BROKEN


@pytest.mark.parametrize("repeatable", [True, False])
async def test_one_that_was_closed_while_idle_is_not_used(repeatable: bool) -> None:
    closed = asyncio.Event()

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        writer.write_eof()
        await reader.read()  # until the client has closed too
        closed.set()
        writer.close()

    async with (
        await asyncio.start_server(once, "127.0.0.1", 0) as server,
        OutgoingClient(ClientOptions(allow_private=True)) as client,
    ):
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        for _ in range(3):
            assert kind(await client.request("POST", url, repeatable=repeatable)) == 200
            await closed.wait()
            closed.clear()


async def test_requests_do_not_follow_each_other_unanswered() -> None:
    heads: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            heads.append(data.count(b"GET "))
            writer.write(OK)
        writer.close()

    async with (
        await asyncio.start_server(serve, "127.0.0.1", 0) as server,
        OutgoingClient(ClientOptions(allow_private=True, connections_per_host=2)) as client,
    ):
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        results = await asyncio.gather(*(client.request("GET", url) for _ in range(40)))
    assert [kind(result) for result in results] == [200] * 40
    assert heads == [1] * 40


async def test_connections_in_all_are_bounded_and_idle_ones_make_room() -> None:
    async with calling(connections=2) as (client, endpoint):
        for host in "abcabc":
            assert kind(await client.request("GET", f"http://{host}.example:{endpoint.port}/")) == 200
        calls = [client.request("GET", f"http://{n % 5}.example:{endpoint.port}/") for n in range(20)]
        assert {kind(result) for result in await asyncio.gather(*calls)} == {200}
        assert len(client._pool._keys) <= 2  # type: ignore[union-attr]


@pytest.mark.parametrize("limits", [{"connections": 1}, {"connections_per_host": 1}])
async def test_who_waits_for_a_place_waits_no_longer_than_the_call_may_take(limits: dict[str, int]) -> None:
    async with calling(lambda _: None, total_timeout=0.05, **limits) as (client, endpoint):
        results = await asyncio.gather(*(client.request("GET", endpoint.url) for _ in range(3)))
        assert [kind(result) for result in results] == [FailureKind.TIMEOUT] * 3


async def test_calls_that_are_cancelled_leave_their_places() -> None:
    silent = True
    async with calling(lambda _: None if silent else OK, connections_per_host=1) as (client, endpoint):
        calls = [asyncio.create_task(client.request("GET", endpoint.url)) for _ in range(3)]
        await endpoint.arrived.wait()
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        silent = False
        assert kind(await client.request("GET", endpoint.url)) == 200
        assert endpoint.connections == 2  # the one with an answer outstanding was not used again


async def test_a_kept_connection_is_closed_after_a_while() -> None:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await reader.read()
        ended.set()
        writer.close()

    async with (
        await asyncio.start_server(serve, "127.0.0.1", 0) as server,
        OutgoingClient(ClientOptions(allow_private=True, idle_seconds=0.01)) as client,
    ):
        assert (
            kind(await client.request("GET", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")) == 200
        )
        async with asyncio.timeout(5):
            await ended.wait()


async def test_names_of_one_host_in_any_case_share_its_connections() -> None:
    async with calling() as (client, endpoint):
        for name in ("h.example", "H.Example"):
            await client.request("GET", f"http://{name}:{endpoint.port}/")
        assert endpoint.connections == 1
        await client.request("GET", f"http://other.example:{endpoint.port}/")
        assert endpoint.connections == 2


async def test_closing_ends_those_who_wait_for_a_place_too() -> None:
    async with calling(lambda _: None, connections_per_host=1) as (client, endpoint):
        calls = [asyncio.create_task(client.request("GET", endpoint.url)) for _ in range(3)]
        await endpoint.arrived.wait()
        await client.close()
        assert {kind(await call) for call in calls} == {FailureKind.BROKEN}


async def test_the_next_address_when_one_refuses() -> None:
    async with Endpoint() as endpoint:
        addresses = [ip_address("127.0.0.2"), ip_address("127.0.0.3"), ip_address("127.0.0.1")]
        connected = await dial.open_socket(addresses, endpoint.port)
        assert connected.getpeername() == ("127.0.0.1", endpoint.port)
        connected.close()
        with pytest.raises(ConnectionRefusedError):
            await dial.open_socket(addresses[:2], endpoint.port)


async def test_the_next_address_when_one_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dial, "STAGGER", 0.01)
    with socket.create_server(("127.0.0.2", 0), backlog=0) as full, socket.socket() as filler:
        port = full.getsockname()[1]
        filler.connect(("127.0.0.2", port))  # its queue is full now, and further calls hear nothing
        with socket.create_server(("127.0.0.1", port)):
            async with asyncio.timeout(5):
                connected = await dial.open_socket([ip_address("127.0.0.2"), ip_address("127.0.0.1")], port)
            assert connected.getpeername() == ("127.0.0.1", port)
            connected.close()
