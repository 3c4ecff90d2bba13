from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.fakes.endpoint import Endpoint, Received, answer

from viesti.net.client import OPERATORS, ClientOptions, FailureKind, HttpAnswer, HttpFailure, OutgoingClient

LAB = ClientOptions(allow_private=True)


class Names:
    """A resolver that gives each look-up the next of these answers, the last for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def resolve(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.fixture
async def client() -> AsyncIterator[OutgoingClient]:
    async with OutgoingClient(LAB) as client:
        yield client


async def answered(client: OutgoingClient, url: str, method: str = "GET", **more: object) -> HttpAnswer:
    result = await client.request(method, url, **more)  # type: ignore[arg-type]
    assert isinstance(result, HttpAnswer), result
    return result


async def failed(client: OutgoingClient, url: str) -> HttpFailure:
    result = await client.request("GET", url)
    assert isinstance(result, HttpFailure), result
    return result


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("", "/"),
        ("/", "/"),
        ("?a=1", "/?a=1"),
        ("/p?", "/p?"),
        ("/a%2Fb%2fc", "/a%2Fb%2fc"),
        ("/a/../b/./c//d", "/a/../b/./c//d"),
        ("/p?sp=%2Ftriggers%2Fmanual&sig=aB_-%2B+%20", "/p?sp=%2Ftriggers%2Fmanual&sig=aB_-%2B+%20"),
        ("/p?b=2&a=1&b=&&=3;c?x=/?&", "/p?b=2&a=1&b=&&=3;c?x=/?&"),
        ("/p;v=1,2/(x)'!*$@:|\"<>[]^`{}~", "/p;v=1,2/(x)'!*$@:|\"<>[]^`{}~"),
        ("/100%?x=%zz%", "/100%?x=%zz%"),
        ("/p?a=1#fragment?b", "/p?a=1"),
    ],
)
async def test_path_and_query_go_out_byte_for_byte(client: OutgoingClient, path: str, sent: str) -> None:
    async with Endpoint() as endpoint:
        await answered(client, endpoint.url + path)
    assert [each.line for each in endpoint.received] == [f"GET {sent} HTTP/1.1"]


async def test_what_is_sent_beside_the_url(client: OutgoingClient) -> None:
    async with Endpoint() as endpoint:
        headers = {"Content-Type": "application/json", "webhook-id": "msg_1"}
        await answered(client, endpoint.url + "/hook", "POST", headers=headers, body=b'{"a":1}')
    (received,) = endpoint.received
    assert received.line == "POST /hook HTTP/1.1"
    assert received.body == b'{"a":1}'
    assert received.headers == {
        "host": f"127.0.0.1:{endpoint.port}",
        "user-agent": "Viesti",
        "accept": "*/*",
        "content-type": "application/json",
        "webhook-id": "msg_1",
        "content-length": "7",
    }


async def test_a_body_is_sent_as_it_is_and_without_one_no_type_is_claimed(client: OutgoingClient) -> None:
    async with Endpoint() as endpoint:
        await answered(client, endpoint.url, "POST")
        await answered(client, endpoint.url, "POST", body=bytes(range(256)))
    assert [each.body for each in endpoint.received] == [b"", bytes(range(256))]
    assert all("content-type" not in each.headers for each in endpoint.received)


@pytest.mark.parametrize("status", ["200 OK", "202 Accepted", "204 No Content", "404 Not Found", "500 Oops"])
async def test_any_status_is_an_answer(client: OutgoingClient, status: str) -> None:
    async with Endpoint(lambda _: answer(status, Retry_After="7")) as endpoint:
        result = await answered(client, endpoint.url)
    assert result.status == int(status[:3])
    assert result.headers["retry-after"] == result.headers["Retry-After"] == "7"
    assert result.body == b""


async def test_a_redirect_is_not_followed(client: OutgoingClient) -> None:
    async with Endpoint() as inner:
        async with Endpoint(lambda _: answer("302 Found", Location=inner.url)) as endpoint:
            result = await answered(client, endpoint.url)
        assert result.status == 302
        assert inner.connections == 0


async def test_nothing_is_taken_from_the_environment_or_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine h.example login me password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    async with (
        OutgoingClient(LAB, Names(["127.0.0.1"])) as client,
        Endpoint() as proxy,
        Endpoint(lambda _: answer(Set_Cookie="a=b")) as endpoint,
    ):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for _ in range(2):
            await answered(client, f"http://h.example:{endpoint.port}/")
    assert proxy.connections == 0
    assert not {"cookie", "authorization"} & {name for each in endpoint.received for name in each.headers}


async def test_connections_are_reused(client: OutgoingClient) -> None:
    async with Endpoint() as endpoint:
        for _ in range(5):
            await answered(client, endpoint.url)
    assert endpoint.connections == 1


async def test_no_more_connections_to_a_host_than_set() -> None:
    async with (
        OutgoingClient(ClientOptions(allow_private=True, connections_per_host=3)) as client,
        Endpoint() as endpoint,
    ):
        await asyncio.gather(*(answered(client, endpoint.url) for _ in range(30)))
    assert len(endpoint.received) == 30
    assert endpoint.connections == 3


@pytest.mark.parametrize(
    ("size", "truncated"), [(0, False), (99, False), (100, False), (101, True), (10**6, True)]
)
async def test_a_body_is_read_up_to_the_cap(size: int, truncated: bool) -> None:
    async with (
        OutgoingClient(ClientOptions(allow_private=True, max_body=100)) as client,
        Endpoint(lambda _: answer(body=b"x" * size)) as endpoint,
    ):
        result = await answered(client, endpoint.url)
        assert (result.body, result.truncated) == (b"x" * min(size, 100), truncated)
        assert await answered(client, endpoint.url) == result  # the next call does not read the rest of it


async def test_an_endless_body_is_cut(client: OutgoingClient) -> None:
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 100
    async with Endpoint(lambda _: endless) as endpoint:
        result = await answered(client, endpoint.url)
    assert result.truncated
    assert len(result.body) == LAB.max_body


async def test_a_packed_body_is_left_packed(client: OutgoingClient) -> None:
    async with Endpoint(lambda _: answer(body=b"\x1f\x8bnot really", Content_Encoding="gzip")) as endpoint:
        assert (await answered(client, endpoint.url)).body == b"\x1f\x8bnot really"


def too_many_headers(_: Received) -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(10_000)) + b"\r\n"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (lambda _: b"", FailureKind.BROKEN),
        (lambda _: b"SSH-2.0-OpenSSH_9.2\r\n\r\n", FailureKind.NOT_HTTP),
        (lambda _: answer(X="y" * 100_000), FailureKind.NOT_HTTP),
        (too_many_headers, FailureKind.NOT_HTTP),
        (lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", FailureKind.NOT_HTTP),
    ],
    ids=["closed", "another protocol", "a huge header", "many headers", "bad length"],
)
async def test_what_is_no_answer_is_a_failure(
    client: OutgoingClient, reply: object, kind: FailureKind
) -> None:
    async with Endpoint(reply) as endpoint:  # type: ignore[arg-type]
        failure = await failed(client, endpoint.url + "/?sig=secret")
    assert failure.kind is kind
    assert not failure.for_good
    assert "secret" not in failure.detail


async def test_a_body_that_breaks_off(client: OutgoingClient) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        writer.close()

    async with await asyncio.start_server(cut, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert (await failed(client, f"http://127.0.0.1:{port}/")).kind is FailureKind.BROKEN


@pytest.mark.parametrize("reply", [None, b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"])
async def test_a_slow_endpoint_is_given_up(reply: bytes | None) -> None:
    options = ClientOptions(allow_private=True, total_timeout=0.05)
    async with OutgoingClient(options) as client, Endpoint(lambda _: reply) as endpoint:
        assert (await failed(client, endpoint.url)).kind is FailureKind.TIMEOUT
        assert endpoint.received


@pytest.mark.parametrize(
    ("reply", "kind", "detail"),
    [
        (None, FailureKind.TIMEOUT, "no answer in time"),
        (b"", FailureKind.BROKEN, "closed before the answer was whole"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", FailureKind.NOT_HTTP, "it is not HTTP/1.1"),
    ],
)
async def test_what_was_sent_and_not_answered_says_so(
    client: OutgoingClient, reply: bytes | None, kind: FailureKind, detail: str
) -> None:
    async with Endpoint(lambda _: reply) as endpoint:
        failure = await client.request("POST", endpoint.url, body=b"x", timeout=1.0)
        assert [received.body for received in endpoint.received] == [b"x"]
    assert failure == HttpFailure(kind, detail, sent=True)


async def test_what_never_left_says_so(client: OutgoingClient) -> None:
    async with Endpoint() as endpoint:
        url = endpoint.url
    refused = await client.request("POST", url, body=b"x")
    assert isinstance(refused, HttpFailure)
    assert not refused.sent
    async with Endpoint(lambda _: None) as endpoint:
        options = ClientOptions(allow_private=True, connections_per_host=1)
        async with OutgoingClient(options) as narrow:
            first = asyncio.create_task(narrow.request("POST", endpoint.url, body=b"1"))
            await endpoint.arrived.wait()
            second = asyncio.create_task(narrow.request("POST", endpoint.url, body=b"2"))
            third = await narrow.request("POST", endpoint.url, body=b"3", timeout=0.01)
            await narrow.close()
            assert (await first, await second) == (
                HttpFailure(FailureKind.BROKEN, "the client was closed", sent=True),
                HttpFailure(FailureKind.BROKEN, "the client was closed"),
            )
        assert third == HttpFailure(FailureKind.TIMEOUT, "no free connection in time")
        assert [received.body for received in endpoint.received] == [b"1"]


async def test_one_call_may_have_limits_of_its_own(client: OutgoingClient) -> None:
    async with Endpoint(lambda _: answer(body=b"x" * 100_000)) as endpoint:
        sizes = [
            len((await answered(client, endpoint.url, max_body=limit)).body) for limit in (10, 200_000, None)
        ]
    assert sizes == [10, 100_000, LAB.max_body]


async def test_nobody_listens(client: OutgoingClient) -> None:
    async with Endpoint() as endpoint:
        url = endpoint.url
    assert await failed(client, url) == HttpFailure(FailureKind.CONNECT, "Connection refused")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{}/", "http://[::ffff:127.0.0.1]:{}/", "http://2130706433:{}/", "http://0x7f.1:{}/"],
)
async def test_one_s_own_machine_is_not_called(url: str) -> None:
    async with OutgoingClient() as client, Endpoint() as endpoint:
        failure = await failed(client, url.format(endpoint.port))
        assert failure.kind is FailureKind.BAD_URL
        assert failure.for_good
        assert endpoint.connections == 0


async def test_but_where_the_operator_says() -> None:
    async with OutgoingClient(OPERATORS) as client, Endpoint() as endpoint:
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
            await answered(client, f"http://{host}:{endpoint.port}/")


async def test_nor_by_a_name_that_leads_there() -> None:
    async with OutgoingClient() as client, Endpoint() as endpoint:
        failure = await failed(client, f"http://localhost:{endpoint.port}/")
        assert failure == HttpFailure(FailureKind.FORBIDDEN, "loopback")
        assert failure.for_good
        assert endpoint.connections == 0


async def test_a_name_with_one_forbidden_address_is_not_called() -> None:
    names = Names(["93.184.216.34", "127.0.0.1"])
    async with OutgoingClient(resolver=names) as client, Endpoint() as endpoint:
        assert (await failed(client, f"http://h.example:{endpoint.port}/")).kind is FailureKind.FORBIDDEN
        assert endpoint.connections == 0


async def test_a_name_is_looked_up_once_and_that_address_called() -> None:
    """DNS rebinding: a second look-up would lead elsewhere, so there is none."""
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    options = ClientOptions(allowed=(ip_network("127.0.0.1/32"),))
    async with OutgoingClient(options, names) as client, Endpoint() as endpoint:
        for _ in range(3):
            await answered(client, f"http://h.example:{endpoint.port}/x")
    assert names.asked == ["h.example"]
    assert {each.headers["host"] for each in endpoint.received} == {f"h.example:{endpoint.port}"}


async def test_a_name_that_turns_to_a_forbidden_address_is_not_called() -> None:
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    options = ClientOptions(allowed=(ip_network("127.0.0.1/32"),))
    async with OutgoingClient(options, names) as client, Endpoint() as first, Endpoint() as second:
        await answered(client, f"http://h.example:{first.port}/")
        # Another port needs a new connection, and so a look-up of its own.
        failure = await failed(client, f"http://h.example:{second.port}/")
        assert failure.kind is FailureKind.FORBIDDEN
        assert second.connections == 0


async def test_an_unknown_name() -> None:
    class Nobody:
        async def resolve(self, host: str) -> Sequence[str]:
            raise OSError(-2, "Name or service not known")

    async with OutgoingClient(LAB, Nobody()) as client:
        failure = await failed(client, "http://h.example/")
    assert failure == HttpFailure(FailureKind.RESOLVE, "Name or service not known")


def certificate(tmp_path: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's TLS context for `name`, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "both.pem"
    path.write_bytes(pem + secret)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=pem.decode())


@asynccontextmanager
async def tls_endpoint(tmp_path: Path, trusted: bool) -> AsyncIterator[tuple[OutgoingClient, Endpoint]]:
    server, trust = certificate(tmp_path, "hook.example")
    async with (
        OutgoingClient(LAB, Names(["127.0.0.1"]), trust if trusted else None) as client,
        Endpoint(tls=server) as endpoint,
    ):
        yield client, endpoint


async def test_tls_keeps_the_name_of_the_url(tmp_path: Path) -> None:
    async with tls_endpoint(tmp_path, trusted=True) as (client, endpoint):
        await answered(client, f"https://hook.example:{endpoint.port}/a%2Fb")
        assert endpoint.names == ["hook.example"]
        assert endpoint.received[0].headers["host"] == f"hook.example:{endpoint.port}"
        assert endpoint.received[0].line == "GET /a%2Fb HTTP/1.1"


@pytest.mark.parametrize(
    ("name", "trusted", "detail"),
    [("other.example", True, "Hostname mismatch"), ("hook.example", False, "self-signed")],
)
async def test_a_certificate_must_fit(tmp_path: Path, name: str, trusted: bool, detail: str) -> None:
    async with tls_endpoint(tmp_path, trusted) as (client, endpoint):
        failure = await failed(client, f"https://{name}:{endpoint.port}/")
        assert failure.kind is FailureKind.TLS
        assert detail in failure.detail
        assert not endpoint.received


async def test_tls_to_something_else(client: OutgoingClient) -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert (await failed(client, f"https://127.0.0.1:{port}/")).kind is FailureKind.TLS


async def test_closing_ends_calls_under_way() -> None:
    client = OutgoingClient(LAB)
    await client.start()
    async with Endpoint(lambda _: None) as endpoint:
        call = asyncio.create_task(client.request("GET", endpoint.url))
        await endpoint.arrived.wait()
        await client.close()
        result = await call
        assert isinstance(result, HttpFailure)
    await client.close()


async def test_what_was_not_started_does_not_call() -> None:
    with pytest.raises(RuntimeError, match="not started"):
        await OutgoingClient(LAB).request("GET", "http://h.example/")


@pytest.mark.parametrize("headers", [{"X": "a\r\nHost: b"}, {"X\r\n": "a"}])
async def test_a_header_cannot_hold_a_line_end(client: OutgoingClient, headers: dict[str, str]) -> None:
    async with Endpoint() as endpoint:
        with pytest.raises(ValueError, match=r"(?i)newline|reserved|invalid|forbidden"):
            await client.request("GET", endpoint.url, headers)


@pytest.mark.parametrize(
    ("options", "address", "exempt"),
    [
        (ClientOptions(), "10.0.0.1", False),
        (LAB, "10.0.0.1", True),
        (LAB, "169.254.1.1", False),
        (ClientOptions(allowed=(ip_network("169.254.0.0/16"),)), "169.254.1.1", True),
        (ClientOptions(allow_private=True, allowed=(ip_network("169.254.0.0/16"),)), "169.254.1.1", True),
    ],
)
def test_what_options_exempt(options: ClientOptions, address: str, exempt: bool) -> None:
    assert any(ip_address(address) in network for network in options.exempt) == exempt
