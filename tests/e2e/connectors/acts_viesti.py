"""What is done with each operation of the Viesti connector, and what must come of it.

Rule: an act asserts at the far end: on phones, at flows, or by what another operation tells.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.e2e.connectors.client import Client
from tests.e2e.connectors.world import World


async def list_customers(_: World, client: Client) -> None:
    (acme,) = (await client.perform("ListCustomers")).value["customers"]
    assert (acme["key"], acme["name"]) == ("acme", "Acme")


ACTS: dict[str, Callable[[World, Client], Awaitable[None]]] = {
    "ListCustomers": list_customers,
}
