"""A real OAuth2 client of others' making goes the whole way: sign in, consent, code, token, call, refresh,
revoke.

It blocks, so it runs in a thread, as it does in the programs of those who use it.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
import requests
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError
from requests_oauthlib import OAuth2Session
from tests.integration.api.conftest import CLIENT_ID, CLIENT_SECRET, PASSWORD, REDIRECT, Api
from tests.integration.api.person import SCOPE

pytestmark = pytest.mark.integration

CUSTOMERS = "/api-integrations/v1/customers"


def go_through(url: str, *, pkce: str | None) -> None:
    """The life of a connection."""
    session = OAuth2Session(CLIENT_ID, redirect_uri=REDIRECT, scope=SCOPE.split(), pkce=pkce)
    address, state = session.authorization_url(f"{url}/oauth/authorize", prompt="login")
    came_back = _person(url, address)
    assert came_back.startswith(REDIRECT)

    token = session.fetch_token(
        f"{url}/oauth/token",
        authorization_response=came_back,
        client_secret=CLIENT_SECRET,
        include_client_id=pkce is not None,
    )
    assert session.token == token
    assert set(token["scope"]) == set(SCOPE.split())
    assert state in came_back
    assert _names(session.get(url + CUSTOMERS)) == ["Acme", "Beta"]

    old = token["refresh_token"]
    renewed = session.refresh_token(
        f"{url}/oauth/token", auth=requests.auth.HTTPBasicAuth(CLIENT_ID, CLIENT_SECRET)
    )
    assert renewed["refresh_token"] != old
    assert _names(session.get(url + CUSTOMERS)) == ["Acme", "Beta"]

    form = {"token": renewed["refresh_token"], "token_type_hint": "refresh_token"}
    ended = requests.post(f"{url}/oauth/revoke", form, auth=(CLIENT_ID, CLIENT_SECRET), timeout=10)
    assert (ended.status_code, ended.json()) == (200, {})
    dead = session.get(url + CUSTOMERS)
    assert dead.status_code == 401
    assert dead.headers["WWW-Authenticate"] == 'Bearer realm="Viesti", error="invalid_token"'
    with pytest.raises(InvalidGrantError):
        session.refresh_token(f"{url}/oauth/token", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)


def _person(url: str, address: str) -> str:
    """What a person does with the browser; gives where he is sent back to."""
    with requests.Session() as browser:
        page = browser.get(address, timeout=10)
        form = _hidden(page.text) | {"email": "ada@acme.example", "password": PASSWORD}
        consent = browser.post(f"{url}/oauth/sign-in", form, timeout=30)
        assert "It will be able to" in consent.text
        form = _hidden(consent.text) | {"decision": "allow"}
        back = browser.post(f"{url}/oauth/authorize", form, timeout=10, allow_redirects=False)
        return back.headers["Location"]


def _hidden(page: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: value.replace("&amp;", "&") for name, value in found}


def _names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return sorted(each["customerName"] for each in answer.json()["customerUsers"])


@pytest.mark.parametrize("pkce", [None, "S256"])
async def test_the_life_of_a_connection(api: Api, monkeypatch: pytest.MonkeyPatch, pkce: str | None) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    await asyncio.to_thread(go_through, api.url, pkce=pkce)
