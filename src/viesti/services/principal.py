"""Who calls through a connection that a person allowed, and what it may do.

Rule: what a connection may do is its scopes; what it may see is the customers that its person works for now.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from viesti.domain.estate import User


class Scope(StrEnum):
    """What a connection may be allowed to do, by the short names that clients ask for."""

    GATEWAY_SEND = "Gateway.Send"
    CUSTOMER_SERVICES = "Customer.Services"
    USER_CUSTOMERS = "User.Customers"
    TWOWAY = "TwoWay.Management"
    WHATSAPP = "WhatsApp"
    DISCUSSION = "Discussion.Reply"
    GROUP = "Group.Management"
    MESSAGES_READ = "Messages.Read"
    EVENTS = "Events.Subscribe"
    OFFLINE = "offline_access"


class Principal(msgspec.Struct, frozen=True):
    """A person, through one connection. `connection_id`: the grant or personal token, which budgets are
    counted by; `client`: the program, for logs."""

    user: User
    connection_id: int
    scopes: frozenset[Scope]
    client: str
    throttle_calls: int | None = None
    throttle_seconds: int | None = None
