"""What a connector is exported with: facts of one installation that no declaration knows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from viesti.connector.base_url import BaseUrl

# What stands in the files until the real one is put there.
NO_CLIENT_ID = "CLIENT_ID"
PUBLISHER = "Viesti"


class RedirectMode(StrEnum):
    """Where people come back to after signing in: one address for all connectors, or one for each."""

    GLOBAL = "Global"
    PER_CONNECTOR = "GlobalPerConnector"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """`contract`: which published version of the original it is like, '' for the product's first;
    `client_id`: of the OAuth client that the connector is; `publisher` and `support`: who answers for it, and
    at which e-mail address; `website` and `privacy`: pages about it, '' where the server is;
    `dynamic_host`: each connection says where its server is."""

    base: BaseUrl
    contract: str = ""
    publisher: str = PUBLISHER
    support: str = ""
    website: str = ""
    privacy: str = ""
    client_id: str = NO_CLIENT_ID
    redirect_mode: RedirectMode = RedirectMode.GLOBAL
    dynamic_host: bool = False
