"""A good call of every operation of the native API, to be bent by the tests; what it needs is there.

Rule: it names all that the operation reads, so that nothing it takes is left untried.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.contract.bend import Call, Said
from tests.integration.api.conftest import ACME, ACME_NUMBER, BO_TOKEN, KEY, SECRET, TWO_WAY, Api, basic
from yarl import URL

from viesti.api.contract.face import Credentials
from viesti.api.faces import NATIVE
from viesti.domain.message import Inbound
from viesti.storage.store import OpenThread

OPERATIONS = {operation.id: operation for operation in NATIVE.operations}
# An application of Acme's, and a person who works for Acme alone.
CALLERS: dict[Credentials, dict[str, str]] = {
    Credentials.BASIC: basic(KEY, SECRET),
    Credentials.PERSONAL_TOKEN: {"Personal-Access-Token": BO_TOKEN},
}
HANDSET = "358409999999"
CUSTOMER = {"header Customer": "acme"}


@dataclass(slots=True)
class Native:
    """The API, and what Acme has."""

    api: Api
    message: str = ""
    tag: str = "Guests"
    contact: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: count(2_000_000))

    @property
    def url(self) -> str:
        """The base address."""
        return self.api.url + NATIVE.base

    async def ask(self, call: Call, caller: Credentials = Credentials.BASIC) -> Said:
        """Make the call."""
        operation = OPERATIONS[call.operation]
        path, headers = call.placed(operation.path)
        body = None if call.body is None else json.dumps(call.body).encode()
        async with self.api.client.request(
            operation.method,
            URL(self.url + path, encoded=True),
            headers=headers | CALLERS[caller],
            data=body,
            allow_redirects=False,
        ) as answer:
            text = await answer.text()
            return Said(answer.status, json.loads(text) if text else None, answer.headers, text)

    def phone(self) -> str:
        """A number that nobody had before."""
        return f"+35840{next(self.numbers)}"

    async def made(self, operation: str) -> Call:
        """A good call; what it needs is there."""
        return await GOOD[operation](self)

    async def sent(self, **members: Any) -> str:
        """The id of a new message."""
        status, body, _ = await self.api.send(To=self.phone(), **members)
        assert status == 200, body
        return str(body[0]["SMSID"])

    async def scheduled(self) -> str:
        """The id of a message for later."""
        return await self.sent(ScheduledDate=(datetime.now(UTC) + timedelta(days=1)).isoformat())


async def seeded(api: Api) -> Native:
    """Acme with a message, a contact with a tag, and a message that came in."""
    made = Native(api)
    made.message = await made.sent(RequestId="request 1", CustomerData="order 17")
    person = {"MobileNumber": HANDSET, "FirstName": "Ada", "LastName": "Ek", "TagNames": made.tag}
    status, body, _ = await api.call("POST", "/contacts", json=person)
    assert status == 200, body
    made.contact = str(body["ContactID"])
    await _came_in(api)
    return made


async def _came_in(api: Api) -> None:
    bucket = api.estate.current.estate.customers[ACME].bucket
    inbound_id, thread_id = await api.store.ids.take([bucket] * 2)
    now = datetime.now(UTC)
    async with api.store.transaction() as tx:
        opened = OpenThread(thread_id, bucket, ACME, TWO_WAY, HANDSET, ACME_NUMBER, now)
        thread_id = (await tx.threads.open([opened]))[TWO_WAY, HANDSET]
        inbound = Inbound(
            id=inbound_id, bucket=bucket, customer_id=ACME, service_id=TWO_WAY, channel_id=300,
            source=HANDSET, source_kind="international", destination=ACME_NUMBER, text="Hi", payload=None,
            parts=1, parts_missing=0, keyword="", consent=None, thread_id=thread_id, received_at=now,
        )  # fmt: skip
        await tx.inbound.add([inbound])


async def list_customers(_: Native) -> Call:
    return Call("ListCustomers")


async def list_services(_: Native) -> Call:
    return Call("ListServices", CUSTOMER | {"query kind": "OneWay"})


async def list_senders(_: Native) -> Call:
    return Call("ListSenders", CUSTOMER)


async def get_balance(_: Native) -> Call:
    return Call("GetBalance", CUSTOMER)


async def look_up_number(_: Native) -> Call:
    asked = {"path number": "+358 40 123 4567", "query region": "FI", "query service": "alerts"}
    return Call("LookUpNumber", CUSTOMER | asked)


async def get_message(native: Native) -> Call:
    return Call("GetMessage", CUSTOMER | {"path id": native.message})


async def get_message_timeline(native: Native) -> Call:
    return Call("GetMessageTimeline", CUSTOMER | {"path id": native.message})


async def cancel_message(native: Native) -> Call:
    return Call("CancelMessage", CUSTOMER | {"path id": await native.sent()})


async def reschedule_message(native: Native) -> Call:
    later = {"sendAt": (datetime.now(UTC) + timedelta(days=2)).isoformat()}
    return Call("RescheduleMessage", CUSTOMER | {"path id": await native.scheduled()}, later)


async def list_messages(native: Native) -> Call:
    now = datetime.now(UTC)
    asked = {
        "status": "delivered",
        "recipient": "+358 40 123 4567",
        "sender": "Acme",
        "text": "hello",
        "tag": native.tag,
        "campaign": "64",
        "requestId": "request 1",
        "customerData": "order 17",
        "from": (now - timedelta(days=1)).isoformat(),
        "until": now.isoformat(),
        "limit": "2",
    }
    return Call("ListMessages", CUSTOMER | {f"query {name}": value for name, value in asked.items()})


async def list_inbound_messages(_: Native) -> Call:
    asked = {"service": "desk", "sender": f"+{HANDSET}", "keyword": "", "limit": "2"}
    return Call("ListInboundMessages", CUSTOMER | {f"query {name}": value for name, value in asked.items()})


async def list_tags(_: Native) -> Call:
    return Call("ListTags", CUSTOMER | {"query limit": "10", "query cursor": "0"})


async def list_groups(_: Native) -> Call:
    return Call("ListGroups", CUSTOMER)


async def add_tags(native: Native) -> Call:
    return Call(
        "AddTags", CUSTOMER, {"tags": [native.tag, "New"], "number": f"+{HANDSET}", "createContact": True}
    )


async def remove_tags(native: Native) -> Call:
    return Call("RemoveTags", CUSTOMER, {"tags": ["Old"], "contactId": int(native.contact)})


async def send_message(native: Native) -> Call:
    once = {
        "customerData": "order 17",
        "dlrUrl": "https://flows.example.com/report?order=17",
        "requestId": native.phone(),
        "validityMinutes": 60,
    }
    return Call("SendMessage", CUSTOMER, _message(native) | once)


async def preview_message(native: Native) -> Call:
    return Call("PreviewMessage", CUSTOMER, _message(native))


async def send_to_group_or_tag(native: Native) -> Call:
    body = {
        "text": "Good day $(FirstName): https://example.com/menu",
        "groups": ["vip"],
        "tags": [native.tag],
        "to": [native.phone()],
        "name": "Menu",
        "sender": "Acme",
        "service": "alerts",
        "sendAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        "trackLinks": True,
        "requestId": native.phone(),
    }
    return Call("SendToGroupOrTag", CUSTOMER, body)


def _message(native: Native) -> dict[str, Any]:
    return {
        "to": [native.phone()],
        "text": "Your table is ready: https://example.com/menu",
        "sender": "Acme",
        "service": "alerts",
        "protocol": "SMS",
        "sendAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        "trackLinks": True,
        "advertisement": False,
    }


async def delivery_report(native: Native) -> Call:
    return _trigger(native, "DeliveryReport", outcome="failed", everyStatus=True)


async def opt_out(native: Native) -> Call:
    call = _trigger(native, "OptOut", direction="both")
    del call.body["service"]
    return call


async def keyword_received(native: Native) -> Call:
    return _trigger(native, "KeywordReceived", keyword="Vote A")


async def link_click(native: Native) -> Call:
    return _trigger(native, "LinkClick", visitors="all", firstOnly=True)


async def invalid_recipient(native: Native) -> Call:
    return _trigger(native, "InvalidRecipient")


async def delete_trigger(native: Native) -> Call:
    said = await native.ask(await native.made("DeliveryReport"))
    assert said.status == 201, said
    return Call("DeleteTrigger", {"path id": said.body["id"]})


def _trigger(native: Native, operation: str, **filters: Any) -> Call:
    url = f"https://flows.example.com:443/hook/{native.phone()}?sig=a%2Fb"
    return Call(operation, CUSTOMER, {"callbackUrl": url, "service": "alerts"} | filters)


GOOD: dict[str, Callable[[Native], Awaitable[Call]]] = {
    "ListCustomers": list_customers,
    "ListServices": list_services,
    "ListSenders": list_senders,
    "GetBalance": get_balance,
    "LookUpNumber": look_up_number,
    "GetMessage": get_message,
    "GetMessageTimeline": get_message_timeline,
    "CancelMessage": cancel_message,
    "RescheduleMessage": reschedule_message,
    "ListMessages": list_messages,
    "ListInboundMessages": list_inbound_messages,
    "ListTags": list_tags,
    "ListGroups": list_groups,
    "AddTags": add_tags,
    "RemoveTags": remove_tags,
    "SendMessage": send_message,
    "PreviewMessage": preview_message,
    "SendToGroupOrTag": send_to_group_or_tag,
    "DeliveryReport": delivery_report,
    "OptOut": opt_out,
    "KeywordReceived": keyword_received,
    "LinkClick": link_click,
    "InvalidRecipient": invalid_recipient,
    "DeleteTrigger": delete_trigger,
}
