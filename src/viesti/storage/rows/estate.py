"""The estate, read whole.

Rule: one snapshot is read in one transaction, so that what refers to each other fits together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from viesti.domain.channel import AddressKind
from viesti.domain.estate import (
    Application,
    ChannelRow,
    Customer,
    Estate,
    OAuthClient,
    Service,
    ServiceAction,
    User,
)
from viesti.domain.keywords import KeywordRule
from viesti.domain.pricing import Price
from viesti.domain.routing import Route
from viesti.domain.sender import RegisteredSender, SenderState
from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("estate")


class Estates:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def load(self) -> Estate:
        """Everything configured."""
        customers = [Customer(**_tuples(row, "languages")) for row in await self._all("customers")]
        services = [Service(**_tuples(row, "shift_tables")) for row in await self._all("services")]
        applications = [Application(**row) for row in await self._all("applications")]
        channels = [ChannelRow(**row) for row in await self._all("channels")]
        clients = [OAuthClient(**_tuples(row, "redirect_uris")) for row in await self._all("clients")]
        roles: dict[int, dict[int, str]] = defaultdict(dict)
        for row in await self._all("memberships"):
            roles[row["user_id"]][row["customer_id"]] = row["role"]
        users = [User(**row, customers=roles.get(row["id"], {})) for row in await self._all("users")]
        return Estate(
            customers={customer.id: customer for customer in customers},
            services={service.id: service for service in services},
            applications={application.id: application for application in applications},
            channels={channel.id: channel for channel in channels},
            keywords=tuple(
                KeywordRule(row["service_id"], row["address"], tuple(row["chain"].split()))
                for row in await self._all("keywords")
            ),
            actions=tuple(ServiceAction(**row) for row in await self._all("actions")),
            senders=tuple(
                RegisteredSender(
                    customer_id=row["customer_id"],
                    sender=row["sender"],
                    kind=AddressKind(row["kind"]),
                    countries=frozenset(row["countries"]),
                    state=SenderState(row["state"]),
                )
                for row in await self._all("senders")
            ),
            routes=tuple(Route(**row) for row in await self._all("routes")),
            prices=tuple(Price(**row) for row in await self._all("prices")),
            users={user.id: user for user in users},
            clients={client.id: client for client in clients},
        )

    async def _all(self, name: str) -> list[Any]:
        return [dict(row) for row in await self._connection.fetch(SQL[name])]


def _tuples(row: Mapping[str, Any], column: str) -> dict[str, Any]:
    values = dict(row)
    values[column] = tuple(values[column])
    return values
