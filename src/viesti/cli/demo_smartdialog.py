"""The SmartDialog API as a flow sees it: which customers and services there are, then a message.

Rule: it knows nothing but its token; the ids come from the API, as a designer gets them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from viesti.cli.api_client import call
from viesti.cli.wiring import Problem
from viesti.net.client import OutgoingClient

PATH = "/api-integrations/v1"


@dataclass(slots=True)
class SmartDialog:
    """Calls the API at `api` through a started `client`; `find` comes first. Every call raises Problem with
    what the API said."""

    client: OutgoingClient
    api: str
    token: str
    customer: str = ""
    service: str = ""

    @property
    def base(self) -> str:
        """What the paths of its operations begin with."""
        return self.api + PATH

    async def find(self, service: str, kind: str = "OneWay") -> tuple[str, str]:
        """GetUserCustomers and GetCustomerServices; gives the names with the ids of the one customer and of
        its service of that name and kind."""
        [customer] = (await self._call("GET", "/customers"))["customerUsers"]
        self.customer = customer["customerId"]
        listed = await self._call(
            "GET", f"/services/{self.customer}", {"ServiceType": kind, "AllowReplyMessage": "False"}
        )
        found = next((one for one in listed if one["name"] == service), None)
        if found is None:
            raise Problem(f"GetCustomerServices does not list {service}.")
        self.service = found["id"]
        return f"{customer['customerName']} is {self.customer}", f"{service} is {self.service}"

    async def send(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """SendMessage with what was found."""
        sent: dict[str, Any] = await self._call("POST", "/messages", self.headers(), body)
        return sent

    async def create_template(self, number: str, body: Mapping[str, Any]) -> None:
        """CreateWhatsappTemplate for one of the customer's numbers."""
        await self._call("POST", f"/whatsapp/templates/{self.customer}/{number}", body=body)

    async def template(self, name: str) -> dict[str, Any] | None:
        """GetCustomerWhatsAppTemplates of one."""
        found: list[dict[str, Any]] = await self._call(
            "GET", f"/whatsapp/templates/{self.customer}?TemplateId={name}"
        )
        return found[0] if found else None

    async def send_template(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """SendWhatsappTemplateMessage with what was found."""
        sent: dict[str, Any] = await self._call("POST", "/messages/templates/whatsapp", self.headers(), body)
        return sent

    def headers(self) -> dict[str, str]:
        """Whose message it is and by which service it goes."""
        return {"Customer-Id": self.customer, "Service-Id": self.service}

    async def _call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        own = {"Personal-Access-Token": self.token, **(headers or {})}
        return await call(self.client, method, self.base + path, own, body)
