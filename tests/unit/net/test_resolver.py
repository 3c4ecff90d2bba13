from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest

from viesti.net.resolver import ForbiddenAddressError, JudgingResolver, SystemResolver


class Names:
    """A resolver that answers with these addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(self, host: str) -> Sequence[str]:
        return self._addresses


async def test_every_address_is_handed_on_in_order() -> None:
    judging = JudgingResolver(Names("8.8.8.8", "2001:4860:4860::8888"), ())
    found = await judging.resolve("h.example")
    assert found == [ip_address("8.8.8.8"), ip_address("2001:4860:4860::8888")]


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("8.8.8.8", "127.0.0.1"),
        ("127.0.0.1", "8.8.8.8"),
        ("8.8.8.8", "8.8.4.4", "::1"),
        ("::ffff:10.0.0.1",),
        ("fe80::1%1",),
    ],
)
async def test_one_forbidden_address_forbids_the_name(addresses: tuple[str, ...]) -> None:
    with pytest.raises(ForbiddenAddressError):
        await JudgingResolver(Names(*addresses), ()).resolve("h.example")


async def test_allowed_subnets_are_exempt() -> None:
    judging = JudgingResolver(Names("10.1.2.3"), (ip_network("10.1.0.0/16"),))
    assert await judging.resolve("h.example") == [ip_address("10.1.2.3")]


async def test_a_name_without_address() -> None:
    with pytest.raises(OSError, match="no address"):
        await JudgingResolver(Names(), ()).resolve("h.example")


async def test_the_system_s_own() -> None:
    found = await SystemResolver().resolve("localhost")
    assert set(found) <= {"127.0.0.1", "::1"}
    assert found
