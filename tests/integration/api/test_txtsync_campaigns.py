"""Bulk messages and campaigns over HTTP: the life of a draft, the shapes of both versions, repeats."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.api.conftest import Api, basic

pytestmark = pytest.mark.integration

FIRST, SECOND = "+358401234567", "+358401234568"


async def ask(api: Api, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    async with api.client.request(method, api.url + path, json=body, headers=basic()) as response:
        return response.status, await response.json()


async def test_the_life_of_a_draft(api: Api) -> None:
    body = {"Name": "Spring", "From": "Acme", "TextMessage": "Hello $(FirstName)", "To": [FIRST]}
    status, draft = await ask(api, "POST", "/campaigns", body)
    assert (status, draft["Status"], draft["StatusName"], draft["Name"]) == (201, 0, "Draft", "Spring")
    path = f"/campaigns/{draft['CampaignID']}"
    assert (await ask(api, "POST", f"{path}/connections", {"To": [SECOND]}))[0] == 200
    status, live = await ask(api, "POST", f"{path}/activate")
    assert (status, live["StatusName"]) == (200, "Planning")
    status, said = await ask(api, "POST", f"{path}/connections", {"To": [FIRST]})
    assert (status, said["Message"]) == (
        409, "CampaignID: The campaign is 'planning'; only a draft can be given more people.",
    )  # fmt: skip
    for verb, number in (("pause", 4), ("pause", 4), ("resume", 2), ("cancel", 6)):
        status, seen = await ask(api, "POST", f"{path}/{verb}")
        assert (status, seen["Status"]) == (200, number), verb
    assert (await ask(api, "POST", f"{path}/resume"))[0] == 409
    status, report = await ask(api, "GET", f"{path}/report")
    assert (status, report["TotalReplies"], report["Skipped"]) == (200, 0, [])
    status, listed = await ask(api, "GET", "/campaigns?orderby=Name DESC&limit=1")
    assert (status, [one["CampaignID"] for one in listed]) == (200, [draft["CampaignID"]])


async def test_bulk_answers_an_sms_that_is_a_campaign(api: Api) -> None:
    body = {"From": "Acme", "Message": "Hello", "To": [FIRST], "RequestId": "once"}
    status, sms = await ask(api, "POST", "/sms/send/bulk", body)
    assert (status, sms["ToNumber"], sms["Segments"], sms["Status"], sms["SMSID"]) == (
        200, FIRST[1:], 1, 0, 0,
    )  # fmt: skip
    assert sms["CampaignID"] > 0 and sms["StatusName"] == "Planning" and sms["Message"] == "Hello"
    again = await ask(api, "POST", "/sms/send/bulk", body)
    assert again == (200, sms)
    status, said = await ask(api, "POST", "/sms/send/bulk", {**body, "Message": "Other"})
    assert (status, said["Message"]) == (409, "RequestId: This request id was used with another body.")


async def test_what_is_wrong_is_named_in_the_contract_s_words(api: Api) -> None:
    body = {
        "From": "Nobody",
        "Message": "Hi",
        "To": [FIRST, "x"],
        "ToTagName": ["None"],
        "ToContactID": [7],
        "Days": ["Yesterday"],
    }
    status, said = await ask(api, "POST", "/sms/bulk", body)
    assert (status, [one["field"] for one in said["errors"]]) == (400, ["Days"])
    status, said = await ask(api, "POST", "/sms/bulk", {**body, "Days": []})
    fields = [one["field"] for one in said["errors"]]
    assert (status, fields) == (400, ["To[1]", "ToTagName[0]", "ToContactID[0]", "From"])
    assert (await ask(api, "GET", "/campaigns/12345"))[0] == 404


async def test_a_preview(api: Api) -> None:
    body = {"From": "Acme", "Message": "Hello 👋", "To": [FIRST, SECOND, FIRST], "Index": 1}
    status, seen = await ask(api, "POST", "/sms/preview", body)
    assert status == 200
    assert (seen["Message"], seen["ToNumber"], seen["ContainsEmojis"]) == ("Hello 👋", SECOND[1:], True)
    assert (seen["TotalSendableContacts"], seen["TotalDuplicates"]) == (2, 1)
    assert seen["Skipped"] == [
        {"Reason": "Duplicate", "Description": "They were named more than once, and are sent to once.",
         "Count": 1, "Numbers": []},
    ]  # fmt: skip
