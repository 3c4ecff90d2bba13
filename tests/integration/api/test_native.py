"""The native API: who is let in, and for which customer."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.api.conftest import ACME, ADA_TOKEN, BETA, BO_TOKEN, CY_TOKEN, Api, basic

from viesti.api.native.slice import BASE

pytestmark = pytest.mark.integration

ACME_SHOWN = {"id": ACME, "key": "acme", "name": "Acme", "currency": "EUR"}
BETA_SHOWN = {"id": BETA, "key": "beta", "name": "Beta", "currency": "EUR"}


@pytest.mark.parametrize(
    ("credentials", "customers"),
    [
        (basic(), [ACME_SHOWN]),
        ({"Personal-Access-Token": ADA_TOKEN}, [ACME_SHOWN, BETA_SHOWN]),
        ({"Personal-Access-Token": BO_TOKEN}, [ACME_SHOWN]),
        ({"Personal-Access-Token": CY_TOKEN}, [BETA_SHOWN]),
    ],
    ids=["application", "of both", "of one", "of the other"],
)
async def test_each_sees_his_customers(
    shared_api: Api, credentials: dict[str, str], customers: list[Any]
) -> None:
    status, body, headers = await shared_api.speak(
        "GET", BASE + "/customers", token=None, headers=credentials
    )
    assert (status, body) == (200, {"customers": customers})
    assert "x-ratelimit-remaining" in headers


@pytest.mark.parametrize(
    ("credentials", "status"),
    [
        ({}, 401),
        (basic("acme-key", "wrong"), 401),
        (basic("off-key"), 403),
        (basic() | {"Personal-Access-Token": ADA_TOKEN}, 400),
        ({"Authorization": "Bearer vsa_nobody"}, 401),
        ({"Authorization": "Digest a"}, 401),
        (basic("closed-key"), 403),
    ],
)
async def test_nobody_else_is_let_in(shared_api: Api, credentials: dict[str, str], status: int) -> None:
    found, body, headers = await shared_api.speak("GET", BASE + "/customers", token=None, headers=credentials)
    assert (found, body["code"] != "") == (status, True)
    if not credentials:
        assert [value.split()[0] for value in headers.getall("www-authenticate")] == ["Basic", "Bearer"]
