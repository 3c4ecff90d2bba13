"""Nothing of another customer is reached by an id through the native API, and nothing is told of it.

Rule: every path with an id is in the table. The answer about what is another's must be that for an id that
does not exist, for applications and for people.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.integration.api.conftest import ADA_TOKEN, BO_TOKEN, CY_TOKEN, OTHER_KEY, OTHER_SECRET, Api, basic

from viesti.api.native.declared import OPERATIONS
from viesti.api.native.slice import BASE

pytestmark = pytest.mark.integration

NOBODYS = "9007199254740991"
# What is put into a path, by the path: the ids of `stored`.
IN_PATHS = {
    "/messages/{id}": ("message", "recipient"),
    "/messages/{id}/timeline": ("message", "recipient"),
    "/messages/{id}/cancel": ("message", "recipient"),
    "/messages/{id}/reschedule": ("message", "recipient"),
}
BODIES: dict[str, Any] = {
    "RescheduleMessage": {"sendAt": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
}
# Served by an id, and where it is tested that nothing foreign is reached by it.
ELSEWHERE = {"/numbers/{number}", "/triggers/{id}"}  # nobody's; test_native_triggers.py


def test_every_path_with_an_id_is_in_the_table() -> None:
    assert {each.path for each in OPERATIONS if "{" in each.path} == IN_PATHS.keys() | ELSEWHERE


async def stored(api: Api) -> dict[str, int]:
    """Ids of Acme's."""
    _, [sms], _ = await api.send()
    _, shown, _ = await api.call("GET", f"{BASE}/messages/{sms['SMSID']}")
    return {"recipient": sms["SMSID"], "message": shown["id"]}


@pytest.mark.parametrize(
    "foreigner",
    [
        basic(OTHER_KEY, OTHER_SECRET),
        {"Personal-Access-Token": CY_TOKEN},
        {"Personal-Access-Token": ADA_TOKEN, "Customer": "beta"},
    ],
    ids=["application", "person", "person of both"],
)
async def test_what_is_anothers_is_as_if_it_were_not_there(api: Api, foreigner: dict[str, str]) -> None:
    ids = await stored(api)
    for operation in OPERATIONS:
        for what in IN_PATHS.get(operation.path, ()):
            said = []
            for value in (NOBODYS, str(ids[what])):
                path = BASE + re.sub(r"\{\w+\}", value, operation.path)
                body = {"json": BODIES[operation.id]} if operation.id in BODIES else {}
                said.append(
                    (await api.speak(operation.method, path, token=None, headers=foreigner, **body))[:2]
                )
            assert said[0] == said[1]
            assert said[0][0] == 404, (operation.id, said)
            assert len(said[0][1]["errors"]) == 1, (operation.id, said)  # its field is named


@pytest.mark.parametrize("path", ["/messages", "/inbound"])
async def test_a_customer_of_anothers_is_none(shared_api: Api, path: str) -> None:
    said = []
    for customer in ("beta", "nobody", "103"):
        headers = {"Personal-Access-Token": BO_TOKEN, "Customer": customer}
        said.append((await shared_api.speak("GET", BASE + path, token=None, headers=headers))[:2])
    assert said[0] == said[1] == said[2]
    assert said[0][0] == 404


@pytest.mark.parametrize("path", ["/messages", "/inbound"])
async def test_who_works_for_several_names_one(shared_api: Api, path: str) -> None:
    headers = {"Personal-Access-Token": ADA_TOKEN}
    status, answer, _ = await shared_api.speak("GET", BASE + path, token=None, headers=headers)
    assert (status, [each["field"] for each in answer["errors"]]) == (400, ["Customer"])
    for customer in ("acme", "100"):
        headers["Customer"] = customer
        assert (await shared_api.speak("GET", BASE + path, token=None, headers=headers))[0] == 200
