"""Good calls of every operation of TxtSync, to be bent by the tests; and what an answer must look like by the
facts.

Rule: names of parameters and members are those of the facts, written here by hand; nothing comes from our
declarations, which are what is tested. Requests are those of 1.2, which has all that 1.1 has; answers are
those of the version that the calling application has chosen.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from tests.contract.bend import Call, Said, named, places
from tests.integration.api.conftest import Api, basic
from yarl import URL

from viesti.api.txtsync.campaigns.members import BULK

VERSIONS = ("1.1", "1.2")


def facts(version: str) -> dict[str, Any]:
    """The facts of a published version."""
    file = Path(__file__).with_name(f"facts_{version.replace('.', '_')}.json")
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


PUBLISHED: dict[str, dict[str, Any]] = {version: facts(version)["operations"] for version in VERSIONS}
OPERATIONS = PUBLISHED["1.2"]  # what is asked
TRIGGERS = ("InboundSMS", "OutboundSMS")
SERVED = sorted(OPERATIONS)

# Members of answers that are ours alone, or of another published version, by operation.
SMS = {name.removeprefix("[].") for name in PUBLISHED["1.1"]["SendSMS"]["answers"]["200"]} - {".", "[]"}
CAMPAIGN = {member.name for member in BULK.members} - SMS | {"Warnings", "Warnings[]"}
EXTENSIONS: dict[str, set[str]] = {
    "SendSMS": {f"[].{name}" for name in SMS} | {"[].Warnings", "[].Warnings[]"},
    "SendBulkSMS": CAMPAIGN,
}
ERROR = {"Message", "errorMessage", "message", "code", "errors"}
KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True)
class Ids:
    """What a customer has, as the dialect shows it."""

    customer: str  # in the names of its callers
    sender: str
    phone: str = ""  # of a contact
    contact: str = ""
    reference: str = ""
    tag: str = ""
    tag_id: str = ""
    hook: str = ""
    sms: str = ""
    campaign: str = ""


@dataclass(slots=True)
class Contract:
    """The API with what Acme and Beta have, and the key and secret of callers by name, such as `acme 1.1`."""

    api: Api
    callers: dict[str, tuple[str, str]]
    acme: Ids
    beta: Ids
    numbers: Iterator[int] = field(default_factory=lambda: count(1_000_000))

    async def ask(self, call: Call, caller: str | None = "acme 1.1", **options: Any) -> Said:
        """Make the call. `caller`: a name in `callers`; None: without credentials. `written`: a text of the
        URL, and what stands in its place as it is."""
        of = OPERATIONS[call.operation]
        path, headers = call.placed(of["path"])
        headers = headers | options.pop("headers", {})
        if "written" in options:
            path = path.replace(*options.pop("written"))
        if call.body is not None and "data" not in options:
            options["data"] = json.dumps(call.body).encode()
        return await self.speak(options.pop("method", of["method"]), path, caller, headers, **options)

    async def speak(
        self,
        method: str,
        path: str,
        caller: str | None,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> Said:
        """Any call, as it is written."""
        headers = (basic(*self.callers[caller]) if caller else {}) | (headers or {})
        url = URL(self.api.url + path, encoded=True)
        async with self.api.client.request(
            method, url, headers=headers, allow_redirects=False, **options
        ) as answer:
            text = await answer.text()
            return Said(answer.status, json.loads(text) if text else None, answer.headers, text)

    def phone(self) -> str:
        """A number that nobody had before."""
        return f"35840{next(self.numbers)}"

    async def made(self, operation: str, ids: Ids | None = None) -> Call:
        """A good call, with every member; what it needs is there."""
        return await VALID[operation](self, ids or self.acme)

    async def contact(self, ids: Ids, **members: Any) -> tuple[str, str, str]:
        """Id, external reference and number of a new contact, of whom everything is known."""
        call = await add_contact(self, ids)
        call.body |= members
        said = await self.ask(call, f"{ids.customer} 1.1")
        assert said.status == 200, said
        return str(said.body["ContactID"]), call.body["ExternalReference"], call.body["MobileNumber"]

    async def trigger(self, ids: Ids, operation: str = "InboundSMS") -> str:
        """The hook id of a new trigger."""
        said = await self.ask(await self.made(operation, ids), f"{ids.customer} 1.1")
        assert said.status == 201, said
        location: str = said.headers["Location"]
        return location.rpartition("/")[2]


def person(phone: str) -> dict[str, Any]:
    return {
        "FirstName": "Ada",
        "LastName": "Lovelace",
        "MobileNumber": f"+{phone}",
        "CompanyName": "Engines Ltd",
        "ExternalReference": f"crm-{phone}",
        "EmailAddress": f"ada.{phone}@example.test",
        "AddressLine1": "Mannerheimintie 1",
        "AddressLine2": "B 12",
        "City": "Helsinki",
        "Postcode": "00100",
        "County": "Uusimaa",
        "Country": "Finland",
        "Custom01": "one",
        "Custom02": "two",
        "Custom03": "three",
        "Custom04": "four",
        "Custom05": "five",
        "AllowSMS": True,
        "TagNames": "Regulars,Harbour guests",
    }


JSON_TYPE = {"header Content-Type": "application/json"}


async def send_sms(contract: Contract, ids: Ids) -> Call:
    headers = {"header content-type": "application/json", "header x-zapier": "true"}
    body = {
        "From": ids.sender,
        "Message": "Hello",
        "To": f"+{contract.phone()}",
        "RegardingReference": "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "RegardingSchema": "incident",
        "ScheduledDate": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        "Custom01": "one",
        "Custom02": "two",
        "Custom03": "three",
    }
    return Call("SendSMS", headers, body)


async def send_bulk_sms(contract: Contract, ids: Ids) -> Call:
    body = {
        "From": ids.sender,
        "To": [f"+{contract.phone()}", f"+{contract.phone()}"],
        "ToTagName": [ids.tag],
        "Message": "Hello",
    }
    return Call("SendBulkSMS", {"header x-zapier": "true"}, body)


async def search_contact(_: Contract, ids: Ids) -> Call:
    return Call("SearchContact", JSON_TYPE | {"query search": "ada love", "query searchNumber": ids.phone})


async def add_contact(contract: Contract, _: Ids) -> Call:
    body = person(contract.phone())
    del body["AllowSMS"]
    return Call("AddContact", dict(JSON_TYPE), body)


async def update_contact(contract: Contract, ids: Ids) -> Call:
    contact, _, phone = await contract.contact(ids)
    return Call("UpdateContact", JSON_TYPE | {"path id": contact}, person(phone.removeprefix("+")))


async def delete_contact(contract: Contract, ids: Ids) -> Call:
    contact, _, _ = await contract.contact(ids)
    return Call("DeleteContact", JSON_TYPE | {"path id": contact})


async def get_contact_by_external_reference(contract: Contract, ids: Ids) -> Call:
    _, reference, _ = await contract.contact(ids)
    return Call("GetContactByExternalReference", JSON_TYPE | {"path id": reference})


async def update_contact_by_external_reference(contract: Contract, ids: Ids) -> Call:
    _, reference, phone = await contract.contact(ids)
    body = person(phone.removeprefix("+"))
    return Call("UpdateContactByExternalReference", JSON_TYPE | {"path id": reference}, body)


async def delete_contact_by_external_reference(contract: Contract, ids: Ids) -> Call:
    _, reference, _ = await contract.contact(ids)
    return Call("DeleteContactByExternalReference", JSON_TYPE | {"path id": reference})


async def inbound_sms(contract: Contract, _: Ids) -> Call:
    url = f"https://flows.example.com:443/hook/{contract.phone()}?sp=%2Ftriggers&sig=a%2Fb"
    return Call("InboundSMS", dict(JSON_TYPE), {"URL": url})


async def outbound_sms(contract: Contract, ids: Ids) -> Call:
    return (await inbound_sms(contract, ids)).bent(operation="OutboundSMS")


async def delete_trigger(contract: Contract, ids: Ids) -> Call:
    return Call("DeleteTrigger", JSON_TYPE | {"path hook_Id": await contract.trigger(ids)})


VALID: dict[str, Callable[[Contract, Ids], Awaitable[Call]]] = {
    "SendSMS": send_sms,
    "SendBulkSMS": send_bulk_sms,
    "SearchContact": search_contact,
    "AddContact": add_contact,
    "UpdateContact": update_contact,
    "DeleteContact": delete_contact,
    "GetContactByExternalReference": get_contact_by_external_reference,
    "UpdateContactByExternalReference": update_contact_by_external_reference,
    "DeleteContactByExternalReference": delete_contact_by_external_reference,
    "InboundSMS": inbound_sms,
    "OutboundSMS": outbound_sms,
    "DeleteTrigger": delete_trigger,
}


def success(operation: str) -> int:
    """The status of a good answer: that of the facts, but for triggers, whose creation a platform must be
    told by 201."""
    return 201 if operation in TRIGGERS else 200


def conforms(version: str, operation: str, said: Said) -> None:
    """Assert that it is the answer of the version's facts: every member by its exact name, every type."""
    assert said.status == success(operation), said.text
    assert said.headers["Content-Type"].startswith("application/json")
    if operation in TRIGGERS:  # the facts have the notification there, which is nothing to answer with
        assert said.headers["Location"].startswith("http")
        return
    answers = PUBLISHED[version].get(operation, OPERATIONS[operation])["answers"]
    members = answers["200"]
    seen = dict(places(said.body))
    shown = {named(place) for place in seen}
    assert set(members) - shown == (set(members) - {"."} if said.body == [] else set())
    assert shown - set(members) <= EXTENSIONS.get(operation, set())
    for place, value in seen.items():
        if named(place) in members:
            _of_type(value, members[named(place)], place)


def _of_type(value: Any, fact: dict[str, Any], place: str) -> None:
    assert type(value) in KINDS[fact["type"]], f"{place} is {value!r}"
    if fact.get("format") == "date-time":
        assert value == "" or (value.endswith("Z") and datetime.fromisoformat(value)), f"{place} is {value!r}"
    if place.endswith(("ContactID", "SMSID")):
        assert 0 <= value < 2**53, f"{place} is {value!r}"


def is_error(said: Said, status: int, place: str | None = None) -> None:
    """Assert that it is an error in our one shape, and that it names the place."""
    assert said.status == status, said.text
    assert said.headers["Content-Type"].startswith("application/json")
    assert set(said.body) == ERROR
    assert said.body["Message"] == said.body["errorMessage"] == said.body["message"] != ""
    assert all(set(each) == {"field", "message"} for each in said.body["errors"])
    if place is not None:
        assert place in [each["field"] for each in said.body["errors"]], said.text
