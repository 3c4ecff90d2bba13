from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.net.addresses import PRIVATE_NETWORKS, forbidden


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::8.8.8.8",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::",
        "3fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "fe80::1%eth0",
        "febf::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_denied(address: str) -> None:
    assert forbidden(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "2001:4860:4860::8888",
        "2a00:1450::1",
        "3ffe::1",
    ],
)
def test_public(address: str) -> None:
    assert forbidden(ip_address(address)) is None


@pytest.mark.parametrize(
    ("address", "allowed", "free"),
    [
        ("10.1.2.3", "10.1.0.0/16", True),
        ("10.2.2.3", "10.1.0.0/16", False),
        ("::ffff:10.1.2.3", "10.1.0.0/16", True),
        ("::ffff:10.2.2.3", "10.1.0.0/16", False),
        ("::ffff:10.1.2.3", "::ffff:0:0/96", False),
        ("64:ff9b::8.8.8.8", "64:ff9b::/96", True),
        ("64:ff9b::10.0.0.1", "64:ff9b::/96", False),
        ("64:ff9b:1::10.0.0.1", "64:ff9b:1::/48", False),
        ("2002:a00:1::1", "2002::/16", False),
        ("2002:808:808::1", "2002::/16", True),
        ("fd00::1", "fd00::/8", True),
        ("127.0.0.1", "::/0", False),
        ("::1", "0.0.0.0/0", False),
    ],
)
def test_allowed_subnets(address: str, allowed: str, free: bool) -> None:
    assert (forbidden(ip_address(address), (ip_network(allowed),)) is None) == free


@pytest.mark.parametrize(
    ("address", "free"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.1", True),
        ("fd12::1", True),
        ("::ffff:127.0.0.1", True),
        ("169.254.169.254", False),
        ("fe80::1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
    ],
)
def test_private_networks_are_one_s_own_and_no_others(address: str, free: bool) -> None:
    assert (forbidden(ip_address(address), PRIVATE_NETWORKS) is None) == free


@given(st.ip_addresses())
def test_never_freer_than_the_standard_library(address: IPv4Address | IPv6Address) -> None:
    if forbidden(address) is None:
        inner = getattr(address, "ipv4_mapped", None) or address
        assert inner.is_global
        assert not inner.is_multicast
