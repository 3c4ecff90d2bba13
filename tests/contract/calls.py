"""Good calls of every operation, to be bent by the tests; and what an answer must look like by the facts.

Rule: names of parameters and members are those of the facts, written here by hand; nothing comes from our
declarations, which are what is tested.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.contract.bend import Call, Said, named, places
from tests.contract.facts import load
from tests.integration.api.conftest import Api
from yarl import URL

from viesti.api.smartdialog import declared

FACTS = load()
OPERATIONS: dict[str, Any] = FACTS["operations"]
BASE: str = FACTS["base_path"]

SERVED = sorted({operation.id for operation in declared.OPERATIONS})

# The scope that each operation asks for; None: none, the id alone is enough.
SCOPES: dict[str, str | None] = {
    "GetUserCustomers": "User.Customers",
    "GetCustomerServices": "Customer.Services",
    "SendMessage": "Gateway.Send",
    "SendReplyMessage": "Gateway.Send",
    "SendDiscussionReplyMessage": "Discussion.Reply",
    "NewMessage": "TwoWay.Management",
    "DeleteTrigger": None,
    "CreateGroupContact": "Group.Management",
    "GetGroupContact": "Group.Management",
    "UpdateGroupContact": "Group.Management",
    "DeleteGroupContact": "Group.Management",
    "DeleteAllGroupContacts": "Group.Management",
    "GetPhoneNumberRegions": "Group.Management",
    "WhatsAppOptIn": "WhatsApp",
    "WhatsAppOptOut": "WhatsApp",
    "GetCustomerWhatsAppTemplates": "WhatsApp",
    "CreateWhatsappTemplate": "WhatsApp",
    "GetWhatsappTemplateCategories": "WhatsApp",
    "GetCustomerWhatsappIdentities": "WhatsApp",
    "SendWhatsappTemplateMessage": "WhatsApp",
}
# Members of answers that are ours alone.
EXTENSIONS = {
    "Warnings",
    "Warnings[]",
    "warnings",
    "warnings[]",
    *(f"[].extensionParameters.{name}" for name in ("language", "category", "status", "quality")),
}
# Members called ids that are names: templates are known by Meta's own.
NAMES = {("GetCustomerWhatsAppTemplates", "[].id")}
ERROR = {"errorMessage", "message", "code", "errors"}
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Ids:
    """What a customer has, as the dialect shows it."""

    customer: str
    one_way: str
    two_way: str
    group: str
    number: str  # one of its own, that people write to
    sender: str
    inbound: str
    thread: str
    message: str
    recipient: str
    phone: str  # of a contact in the group
    contact: str
    template: str  # of its WhatsApp number, approved
    whatsapp: str  # that number
    pipeline: str = ""  # with `action`, a trigger
    action: str = ""


@dataclass(slots=True)
class Contract:
    """The API with what Acme and Beta have, and access tokens by name."""

    api: Api
    acme: Ids
    beta: Ids
    tokens: dict[str, str]
    picture: str  # where one can be fetched
    numbers: Iterator[int] = field(default_factory=lambda: count(1_000_000))

    async def ask(self, call: Call, token: str | None = "bo", **options: Any) -> Said:
        """Make the call. `token`: a name in `tokens`, or a text that is none of ours; None: without.
        `written`: a text of the URL, and what stands in its place as it is."""
        facts = OPERATIONS[call.operation]
        path, headers = call.placed(BASE + facts["path"])
        headers = options.pop("headers", {}) | headers
        if "written" in options:
            path = path.replace(*options.pop("written"))
        if call.body is not None and "data" not in options:
            options["json"] = call.body
        return await self.speak(options.pop("method", facts["method"]), path, token, headers, **options)

    async def speak(
        self, method: str, path: str, token: str | None, headers: dict[str, str], **options: Any
    ) -> Said:
        if token is not None:
            headers = {"Authorization": f"Bearer {self.tokens.get(token, token)}"} | headers
        url = URL(self.api.url + path, encoded=True)
        async with self.api.client.request(
            method, url, headers=headers, allow_redirects=False, **options
        ) as answer:
            text = await answer.text()
            return Said(answer.status, json.loads(text) if text else None, answer.headers, text)

    def phone(self) -> str:
        """A number that nobody had before."""
        return f"35840{next(self.numbers)}"

    async def made(self, operation: str, ids: Ids | None = None, token: str = "bo") -> Call:
        """A good call, with every member; what it needs is there."""
        return await VALID[operation](self, ids or self.acme, token)

    async def contact(self, ids: Ids, token: str) -> str:
        """The number of a new contact in the group, of whom everything is known."""
        call = await self.made("CreateGroupContact", ids, token)
        said = await self.ask(call, token)
        assert said.status == 200, said
        phone: str = call.body["phone"]
        return phone

    async def trigger(self, ids: Ids, token: str) -> tuple[str, str]:
        """The pipeline and action of a new trigger."""
        said = await self.ask(await self.made("NewMessage", ids, token), token)
        assert said.status == 201, said
        pipeline, _, action = said.headers["Location"].rpartition("/pipelines/")[2].partition("/actions/")
        return pipeline, action


def message(contract: Contract, ids: Ids) -> dict[str, Any]:
    return {
        "Sender": ids.sender,
        "Content": "Hello $(name)",
        "Protocol": "SMS",
        "SendDateTime": datetime.now(UTC).isoformat(),
        "Recipients": [{"Address": "+" + contract.phone(), "Personalization": {"name": "Ada"}}],
        "AttachmentUri": "https://files.example.com/one.png",
        "CustomerData": "order 17",
        "AdMessage": False,
        "DlrUrl": "https://flows.example.com/report?run=1",
        "RequestId": f"request {contract.phone()}",
    }


def template_message(contract: Contract, ids: Ids) -> dict[str, Any]:
    return {
        "TemplateName": ids.template,
        "Recipients": [{"Address": "+" + contract.phone()}],
        "BodyParameters": ["Ada", "on Monday"],
        "HeaderParameters": ["17"],
        "Buttons": [{"Type": "QuickReply", "Data": "change 17"}],
        "SendDateTime": datetime.now(UTC).isoformat(),
        "AttachmentUri": "",  # this template's header is a text
        "UseSmsFallback": True,
        "DlrUrl": "https://flows.example.com/report?run=1",
        "CustomerData": "order 17",
        "RequestId": f"request {contract.phone()}",
    }


def person(phone: str) -> dict[str, Any]:
    return {
        "active": True,
        "phone": phone,
        "email": "ada@example.test",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "gender": "Female",
        "birthYear": 1915,
        "streetAddress": "Mannerheimintie 1",
        "zipCode": "00100",
        "city": "Helsinki",
        "countryCode": "FIN",
        "customContactProperties": [{"name": "size", "value": "M"}],
        "phoneNumberRegions": ["FI", "SE"],
    }


def group(ids: Ids) -> dict[str, str]:
    return {"path Customer": ids.customer, "path Group Service": ids.group}


async def get_user_customers(_: Contract, __: Ids, ___: str) -> Call:
    return Call("GetUserCustomers")


async def get_customer_services(_: Contract, ids: Ids, __: str) -> Call:
    parameters = {
        "path Customer-Id": ids.customer,
        "header ServiceType": "OneWay",
        "header AllowReplyMessage": "True",
    }
    return Call("GetCustomerServices", parameters)


async def send_message(contract: Contract, ids: Ids, _: str) -> Call:
    parameters = {"header Customer-Id": ids.customer, "header Service-Id": ids.one_way}
    return Call("SendMessage", parameters, message(contract, ids))


async def send_reply_message(contract: Contract, ids: Ids, _: str) -> Call:
    parameters = {
        "path ParentMessageId": ids.inbound,
        "header Customer-Id": ids.customer,
        "header Service-Id": ids.one_way,
    }
    return Call("SendReplyMessage", parameters, message(contract, ids))


async def send_discussion_reply_message(_: Contract, ids: Ids, __: str) -> Call:
    body = {"ThreadId": ids.thread, "Content": "Yes", "CustomerData": "order 17"}
    return Call("SendDiscussionReplyMessage", {"header CustomerId": ids.customer}, body)


async def send_whatsapp_template_message(contract: Contract, ids: Ids, _: str) -> Call:
    parameters = {"header Customer-Id": ids.customer, "header Service-Id": ids.two_way}
    return Call("SendWhatsappTemplateMessage", parameters, template_message(contract, ids))


async def new_message(contract: Contract, ids: Ids, _: str) -> Call:
    parameters = {"header Customer": ids.customer, "path Service": ids.two_way}
    url = f"https://flows.example.com:443/hook/{contract.phone()}?sig=a%2Fb"
    body = {
        "name": "PowerAutomate",
        "actionType": "HttpRequest",
        "description": "Made by a flow",
        "options": {"endpointUrl": url, "httpVerb": "POST"},
    }
    return Call("NewMessage", parameters, body)


async def delete_trigger(contract: Contract, ids: Ids, token: str) -> Call:
    pipeline, action = await contract.trigger(ids, token)
    return Call("DeleteTrigger", {"path Pipeline-Id": pipeline, "path Action-Id": action})


async def create_group_contact(contract: Contract, ids: Ids, _: str) -> Call:
    return Call("CreateGroupContact", group(ids), person(contract.phone()))


async def get_group_contact(contract: Contract, ids: Ids, token: str) -> Call:
    phone = await contract.contact(ids, token)
    return Call("GetGroupContact", group(ids) | {"path Phone": f"+{phone}", "query Region": "FI"})


async def update_group_contact(contract: Contract, ids: Ids, token: str) -> Call:
    phone = await contract.contact(ids, token)
    body = person("")
    del body["phone"]
    return Call("UpdateGroupContact", group(ids) | {"path Phone": phone}, body)


async def delete_group_contact(contract: Contract, ids: Ids, token: str) -> Call:
    phone = await contract.contact(ids, token)
    return Call("DeleteGroupContact", group(ids) | {"path Phone": phone})


async def delete_all_group_contacts(_: Contract, ids: Ids, __: str) -> Call:
    return Call("DeleteAllGroupContacts", group(ids))


async def get_phone_number_regions(_: Contract, __: Ids, ___: str) -> Call:
    return Call("GetPhoneNumberRegions")


async def whatsapp_opt_in(contract: Contract, ids: Ids, _: str) -> Call:
    parameters = {"path Sender": ids.number, "path Recipient": "+" + contract.phone()}
    return Call("WhatsAppOptIn", parameters)


async def whatsapp_opt_out(contract: Contract, ids: Ids, token: str) -> Call:
    return (await whatsapp_opt_in(contract, ids, token)).bent(operation="WhatsAppOptOut")


async def get_customer_whatsapp_templates(_: Contract, ids: Ids, __: str) -> Call:
    parameters = {"path Customer-Id": ids.customer, "query TemplateId": ids.template}
    return Call("GetCustomerWhatsAppTemplates", parameters)


async def create_whatsapp_template(contract: Contract, ids: Ids, _: str) -> Call:
    parameters = {"path Customer-Id": ids.customer, "path IdentityNumber": f"+{ids.whatsapp}"}
    body = {
        "DisplayName": f"Order {contract.phone()}",
        "RawContent": "Hello {{1}}, your order is on its way and comes {{2}} at the latest.",
        "Category": "UTILITY",
        "Language": "fi",
        "Buttons": [
            {"Type": "QuickReply", "Label": "Thanks", "Data": "Thanks"},
            {"Type": "Url", "Label": "Follow it", "Data": "https://shop.example.com/orders/{{1}}"},
            {"Type": "Call", "Label": "Call us", "Data": "+358451110000"},
        ],
        "AttachmentUrl": contract.picture,
    }
    return Call("CreateWhatsappTemplate", parameters, body)


async def get_whatsapp_template_categories(_: Contract, __: Ids, ___: str) -> Call:
    return Call("GetWhatsappTemplateCategories")


async def get_customer_whatsapp_identities(_: Contract, ids: Ids, __: str) -> Call:
    return Call("GetCustomerWhatsappIdentities", {"path Customer-Id": ids.customer})


VALID: dict[str, Callable[[Contract, Ids, str], Awaitable[Call]]] = {
    "GetUserCustomers": get_user_customers,
    "GetCustomerServices": get_customer_services,
    "SendMessage": send_message,
    "SendReplyMessage": send_reply_message,
    "SendDiscussionReplyMessage": send_discussion_reply_message,
    "NewMessage": new_message,
    "DeleteTrigger": delete_trigger,
    "CreateGroupContact": create_group_contact,
    "GetGroupContact": get_group_contact,
    "UpdateGroupContact": update_group_contact,
    "DeleteGroupContact": delete_group_contact,
    "DeleteAllGroupContacts": delete_all_group_contacts,
    "GetPhoneNumberRegions": get_phone_number_regions,
    "WhatsAppOptIn": whatsapp_opt_in,
    "WhatsAppOptOut": whatsapp_opt_out,
    "GetCustomerWhatsAppTemplates": get_customer_whatsapp_templates,
    "CreateWhatsappTemplate": create_whatsapp_template,
    "GetWhatsappTemplateCategories": get_whatsapp_template_categories,
    "GetCustomerWhatsappIdentities": get_customer_whatsapp_identities,
    "SendWhatsappTemplateMessage": send_whatsapp_template_message,
}


def success(operation: str) -> int:
    """The one status of the facts."""
    (status,) = OPERATIONS[operation]["answers"]
    return int(status)


def conforms(operation: str, said: Said) -> None:
    """Assert that it is the answer of the facts: its status, every member by its exact name, every type."""
    assert said.status == success(operation), said.text
    members = OPERATIONS[operation]["answers"][str(said.status)]
    if members is None:
        assert said.text == ""
        assert not {"Content-Length", "Content-Type"} & set(said.headers)  # RFC 9110, 8.6: not with 204
        return
    assert said.headers["Content-Type"].startswith("application/json")
    seen = dict(places(said.body))
    assert {named(place) for place in seen} - EXTENSIONS == set(members)
    for place, value in seen.items():
        name = named(place)
        if name not in EXTENSIONS:
            _of_type(value, members[name], place, named=(operation, name) in NAMES)


def _of_type(value: Any, fact: dict[str, Any], place: str, *, named: bool = False) -> None:
    kinds = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
    assert type(value) is kinds[fact["type"]], f"{place} is {value!r}"
    if "enum" in fact:
        assert value in fact["enum"], f"{place} is {value!r}"
    if fact.get("format") == "uuid" or (place.lower().endswith("id") and not named):
        assert GUID.fullmatch(value), f"{place} is {value!r}"


def is_error(said: Said, status: int, place: str | None = None) -> None:
    """Assert that it is an error in our one shape, and that it names the place."""
    assert said.status == status, said.text
    assert said.headers["Content-Type"].startswith("application/json")
    assert set(said.body) == ERROR
    assert said.body["errorMessage"] == said.body["message"] != ""
    assert all(set(each) == {"field", "message"} for each in said.body["errors"])
    if place is not None:
        assert place in [each["field"] for each in said.body["errors"]], said.text
