from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from viesti.net.addresses import PRIVATE_NETWORKS
from viesti.net.url import MAX_LENGTH, BadUrl, Target, parse_url

FLOW = (
    "https://prod-12.westeurope.logic.azure.com:443/workflows/0a/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=aB_-%2B"
)


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        (FLOW, "prod-12.westeurope.logic.azure.com", 443, FLOW.partition(":443")[2]),
        ("http://h.example", "h.example", 80, "/"),
        ("HTTPS://H.Example:8443?x", "h.example", 8443, "/?x"),
        ("http://h.example/p?", "h.example", 80, "/p?"),
        ("http://h.example/p?a=1?&&#f", "h.example", 80, "/p?a=1?&&"),
        ("http://h.example/a//../b;c=%2f@x:1", "h.example", 80, "/a//../b;c=%2f@x:1"),
        ("http://h.example./", "h.example.", 80, "/"),
        ("http://my_host:65535/", "my_host", 65535, "/"),
        ("http://8.8.8.8/", "8.8.8.8", 80, "/"),
        ("http://[2001:4860:4860::8888]:1024/x", "2001:4860:4860::8888", 1024, "/x"),
        ("https://xn--hrnsand-5wa.example/", "xn--hrnsand-5wa.example", 443, "/"),
        ("http://h.example/?s=%{status}", "h.example", 80, "/?s=%{status}"),
    ],
)
def test_accepted(url: str, host: str, port: int, path: str) -> None:
    target = parse_url(url)
    assert isinstance(target, Target)
    assert (target.host, target.port, target.path) == (host, port, path)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "printable ASCII"),
        ("h.example/p", "http://"),
        ("//h.example/p", "http://"),
        ("ftp://h.example/", "http://"),
        ("file:///etc/passwd", "http://"),
        ("gopher://h.example/", "http://"),
        ("javascript:alert(1)", "http://"),
        (" http://h.example/", "printable ASCII"),
        ("http://h.example/a b", "printable ASCII"),
        ("http://h.example/\r\nHost: x", "printable ASCII"),
        ("http://h.example/\0", "printable ASCII"),
        ("http://h.example/ä", "printable ASCII"),
        ("http://ａ.example/", "printable ASCII"),
        ("http://user@h.example/", "user name"),
        ("http://user:secret@h.example/", "user name"),
        ("http://8.8.8.8@10.0.0.1/", "user name"),
        ("http://h.example\\@10.0.0.1/", "user name"),
        ("http:///path", "host and port"),
        ("http://:80/", "host and port"),
        ("http://h.example:/", "host and port"),
        ("http://h.example:x/", "host and port"),
        ("http://h.example:080808/", "host and port"),
        ("http://h.example:+80/", "host and port"),
        ("http://h.example:80:80/", "host and port"),
        ("http://[::1", "host and port"),
        ("http://::1/", "host and port"),
        ("http://h.example:22/", "port"),
        ("http://h.example:0/", "port"),
        ("http://h.example:1023/", "port"),
        ("http://h.example:65536/", "port"),
        ("http://h..example/", "valid name"),
        ("http://.example/", "valid name"),
        ("http://h.example\\x/", "valid name"),
        ("http://h%2eexample/", "valid name"),
        ("http://%{address}.example/", "valid name"),
        ("http://-h.example/", "valid name"),
        (f"http://{'a' * 64}.example/", "valid name"),
        (f"http://{'a.' * 127}example/", "valid name"),
        ("http://2130706433/", "four decimal"),
        ("http://0x7f000001/", "four decimal"),
        ("http://0x7f.1/", "four decimal"),
        ("http://0X7F.0.0.1/", "four decimal"),
        ("http://127.1/", "four decimal"),
        ("http://0177.0.0.1/", "four decimal"),
        ("http://127.0.0.1./", "four decimal"),
        ("http://h.0x/", "four decimal"),
        ("http://256.0.0.1/", "four decimal"),
        ("http://127.0.0.1/", "(loopback)"),
        ("http://10.0.0.1:8080/", "(private)"),
        ("http://169.254.169.254/latest/meta-data", "(link-local)"),
        ("http://[::1]/", "(loopback)"),
        ("http://[::ffff:127.0.0.1]/", "(loopback)"),
        ("http://[::ffff:7f00:1]/", "(loopback)"),
        ("http://[64:ff9b::7f00:1]/", "(NAT64)"),
        ("http://[fe80::1%25eth0]/", "zone"),
        ("http://[fe80::1%eth0]/", "zone"),
        ("http://[v1.a]/", "IPv6"),
        ("http://[127.0.0.1]/", "IPv6"),
        ("http://[]/", "IPv6"),
        ("http://h.example/" + "a" * MAX_LENGTH, "longer"),
    ],
)
def test_refused(url: str, says: str) -> None:
    target = parse_url(url)
    assert isinstance(target, BadUrl)
    assert says in target.reason
    assert "secret" not in target.reason


def test_the_longest_url() -> None:
    url = "http://h.example/"
    assert isinstance(parse_url(url + "a" * (MAX_LENGTH - len(url))), Target)


@pytest.mark.parametrize(
    ("url", "allowed", "free"),
    [
        ("http://127.0.0.1:8080/", PRIVATE_NETWORKS, True),
        ("http://[::1]/", PRIVATE_NETWORKS, True),
        ("http://169.254.169.254/", PRIVATE_NETWORKS, False),
        ("http://127.1/", PRIVATE_NETWORKS, False),
        ("http://10.1.0.1/", (ip_network("10.1.0.0/16"),), True),
        ("http://10.2.0.1/", (ip_network("10.1.0.0/16"),), False),
    ],
)
def test_allowed_subnets(url: str, allowed: tuple, free: bool) -> None:  # type: ignore[type-arg]
    assert isinstance(parse_url(url, allowed), Target) == free


URL_LIKE = st.text("abc.:/?#[]@%\\0x17{}&=+-_ ", max_size=25)


@given(URL_LIKE)
def test_what_is_accepted_is_read_the_same_by_the_client_s_parser(rest: str) -> None:
    """No URL may name one host to us and another to what connects."""
    url = "http://" + rest
    target = parse_url(url, PRIVATE_NETWORKS)
    if isinstance(target, Target):
        other = URL.build(scheme=target.scheme, authority=target.authority, path=target.path, encoded=True)
        assert (other.host, other.port, other.raw_path_qs) == (target.host, target.port, target.path)
        assert url.partition("#")[0].endswith(target.path.removeprefix("/"))
        assert other.user is None


@given(st.ip_addresses(v=4))
def test_no_spelling_of_a_forbidden_address_gets_through(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    octets = str(address).split(".")
    for spelling in (
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(f"0{int(octet):o}" for octet in octets),
        ".".join(hex(int(octet)) for octet in octets),
        f"{octets[0]}.{number & 0xFFFFFF}",
        f"{address}.",
    ):
        assert isinstance(parse_url(f"http://{spelling}/"), BadUrl), spelling
    plain = parse_url(f"http://{address}/")
    if isinstance(plain, Target):
        assert plain.address == ip_address(str(address))
