"""Nothing of another customer can be read, used, changed or guessed, by any operation that takes an id.

Rule: the calls are Acme's, and every foreign id here is a real one of Beta's. The answer must be that for an
id that does not exist, octet by octet, and not one row of the store may change.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from tests.contract.test_foreign import Eyes
from tests.contract.txtsync.calls import OPERATIONS, VERSIONS, Contract

from viesti.api.native.slice import BASE as NATIVE_BASE
from viesti.api.smartdialog.slice import BASE as SMARTDIALOG
from viesti.api.txtsync.declared import LEFTOVERS, NATIVE, operations

pytestmark = pytest.mark.integration

EVERY = {each.id: each for each in (*operations("1.1"), *NATIVE)}
# What of Beta's is put into a path, by the path: a field of `Ids`, and one that nobody has.
IN_PATHS = {
    "/contacts/{id}": ("contact", "9007199254740991"),
    "/contacts/external/{id}": ("reference", "nobody-s"),
    "/contacts/{id}/tags": ("contact", "9007199254740991"),
    "/tags/{id}": ("tag_id", "9007199254740991"),
    "/sms/{id}": ("sms", "9007199254740991"),
    "/campaigns/{id}": ("campaign", "9007199254740991"),
    "/campaigns/{id}/activate": ("campaign", "9007199254740991"),
    "/campaigns/{id}/connections": ("campaign", "9007199254740991"),
    "/campaigns/{id}/pause": ("campaign", "9007199254740991"),
    "/campaigns/{id}/resume": ("campaign", "9007199254740991"),
    "/campaigns/{id}/cancel": ("campaign", "9007199254740991"),
    "/campaigns/{id}/report": ("campaign", "9007199254740991"),
    "/system/applications/webhooks/{hook_Id}": ("hook", "01234567-89ab-cdef-0123-456789abcdef"),
}
# Bodies for what needs one.
BODIES: dict[str, Any] = {
    "UpdateContact": {"FirstName": "Mallory", "AllowSMS": False},
    "UpdateContactByExternalReference": {"FirstName": "Mallory", "AllowSMS": False},
    "RenameTag": {"Name": "Mallory's"},
    "TagContact": {"Name": "Mallory's"},
}


@dataclass(frozen=True, slots=True)
class Foreign:
    """Something of Beta's in a path."""

    operation: str
    version: str

    def __str__(self) -> str:
        return f"{self.operation} {self.version}"


def table() -> Iterator[Foreign]:
    for name, operation in EVERY.items():
        if "{" in operation.path:
            for version in VERSIONS:
                yield Foreign(name, version)


@pytest.fixture(scope="session")
async def eyes(txtsync_database: str) -> AsyncIterator[Eyes]:
    connection = await asyncpg.connect(txtsync_database)
    yield Eyes(connection)
    await connection.close()


@pytest.mark.parametrize("foreign", list(table()), ids=str)
async def test_what_is_foreign_is_as_if_it_were_not_there(
    contract: Contract, eyes: Eyes, foreign: Foreign
) -> None:
    operation = EVERY[foreign.operation]
    what, nobodys = IN_PATHS[operation.path]
    body = BODIES.get(foreign.operation, {} if operation.body else None)
    before = await eyes.everything()
    said = []
    for value in (nobodys, getattr(contract.beta, what)):
        path = re.sub(r"\{\w+\}", value, operation.path)
        said.append(await contract.speak(operation.method, path, f"acme {foreign.version}", json=body))
    assert said[0].status == said[1].status == 404, said
    assert said[0].text == said[1].text
    assert await eyes.everything() == before


# What else is served by an id, and where it is tested that nothing foreign is reached by it.
ELSEWHERE = {
    "/attachments/{token}",  # tests/integration/api/test_smartdialog_twoway.py
    "/provider/whatsapp/{channel}",  # tests/integration/api/test_provider.py
    "/l/{token}",  # tests/integration/api/test_links.py
    "/console/contacts/{id}",  # tests/integration/api/test_contact_page.py
}


def test_nothing_else_is_served_by_an_id(contract: Contract) -> None:
    """SmartDialog's are in tests/contract/test_foreign.py, our own API's in
    tests/integration/api/test_native_foreign.py."""
    names = re.compile(r"\{\w+(:\w+)?\}")
    known = {names.sub("{}", each.path) for each in (*EVERY.values(), *LEFTOVERS)}
    known |= {names.sub("{}", path) for path in ELSEWHERE}
    served = {names.sub("{}", path) for path in contract.api.paths if "{" in path}
    served = {path for path in served if not path.startswith((SMARTDIALOG, NATIVE_BASE))}
    assert served == {path for path in known if "{" in path}


def test_every_path_with_an_id_is_in_the_table() -> None:
    """Also what is served and not described."""
    paths = {each.path for each in (*EVERY.values(), *LEFTOVERS) if "{" in each.path}
    assert paths - {"/system/applications/webhooks/{type}"} <= set(IN_PATHS)
    assert set(BODIES) <= set(OPERATIONS) | set(EVERY)


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_tag_of_anothers_is_no_tag(contract: Contract, eyes: Eyes, version: str) -> None:
    before = await eyes.everything()
    texts = []
    for tag in ("Nobody's", contract.beta.tag):
        body = {"From": "Acme", "Message": "Hello", "ToTagName": [tag]}
        said = await contract.speak("POST", "/sms/send/bulk", f"acme {version}", json=body)
        assert said.status == 400, said
        texts.append(said.text.replace(tag, "X"))
    assert texts[0] == texts[1]
    assert await eyes.everything() == before


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_search_finds_ones_own_alone(contract: Contract, version: str) -> None:
    beta = contract.beta
    for search in ("ada", "lovelace", beta.phone, f"+{beta.phone}", beta.reference, beta.phone[:7], ""):
        for name in ("search", "searchNumber"):
            said = await contract.speak("GET", f"/contacts?{name}={search}", f"acme {version}")
            assert said.status == 200, said
            assert str(beta.contact) not in {str(each["ContactID"]) for each in said.body}, search


async def test_a_person_of_anothers_may_be_ones_own_too(contract: Contract) -> None:
    """The same number and reference at both: each has a contact, and neither sees the other's."""
    beta = contract.beta
    body = {"MobileNumber": f"+{beta.phone}", "ExternalReference": beta.reference, "FirstName": "Ours"}
    made = await contract.speak("POST", "/contacts", "acme 1.1", json=body)
    assert made.status == 200, made
    assert str(made.body["ContactID"]) != beta.contact
    for caller, name in (("acme 1.1", "Ours"), ("beta 1.1", "Ada")):
        said = await contract.speak("GET", f"/contacts/external/{beta.reference}", caller)
        assert (said.status, said.body["FirstName"]) == (200, name)
    gone = await contract.speak("DELETE", f"/contacts/{made.body['ContactID']}", "acme 1.1")
    assert gone.status == 200
    said = await contract.speak("GET", f"/contacts/external/{beta.reference}", "beta 1.1")
    assert said.status == 200


async def test_a_sender_of_anothers_is_not_used(contract: Contract, eyes: Eyes) -> None:
    call = await contract.made("SendSMS")
    before = await eyes.everything()
    said = await contract.ask(call.bent(body=call.body | {"From": contract.beta.sender}))
    assert (said.status, said.body["errors"][0]["field"]) == (400, "From")
    assert await eyes.everything() == before
