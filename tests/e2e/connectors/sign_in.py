"""Credentials as a definition asks for them: Basic, or a token by the whole way through a browser.

Rule: addresses and scopes are those of the definition.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urljoin

import aiohttp
from tests.integration.api.person import new_person

REDIRECT = "https://global.consent.azure-apim.net/redirect"
CLIENT_ID, CLIENT_SECRET = "connector-client", "connector-secret-of-some-length"
EMAIL, PASSWORD = "ada@acme.example", "a password: with a colon and ä"


async def credentials(document: dict[str, Any], key: str, secret: str) -> dict[str, str]:
    """The headers of a connection: with an application's key and secret, or, without a key, of a person who
    signs in."""
    kind = "basic" if key else "oauth2"
    (scheme,) = [
        scheme
        for alternative in document["security"]
        for scheme in [document["securityDefinitions"][name] for name in alternative]
        if scheme["type"] == kind
    ]
    if key:
        return {"Authorization": aiohttp.encode_basic_auth(key, secret)}
    assert scheme["flow"] == "accessCode"
    return {"Authorization": f"Bearer {await _token(scheme)}"}


async def _token(scheme: dict[str, Any]) -> str:
    authorize, person = scheme["authorizationUrl"], new_person("")
    asked = {
        "client_id": CLIENT_ID,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": " ".join(scheme["scopes"]),
        "state": "a state/with+signs=&é",
    }
    try:
        page = await person.get(f"{authorize}?{urlencode(asked)}")
        form = page.form("/oauth/sign-in") | {"email": EMAIL, "password": PASSWORD}
        signed_in = await person.post(urljoin(authorize, "/oauth/sign-in"), form)
        consent = await person.get(urljoin(authorize, signed_in.location))
        form = consent.form("/oauth/authorize") | {"decision": "allow"}
        back = await person.post(urljoin(authorize, "/oauth/authorize"), form)
        assert back.location.startswith(REDIRECT) and back.answer["state"] == asked["state"]
        given = {
            "grant_type": "authorization_code",
            "code": back.answer["code"],
            "redirect_uri": REDIRECT,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }
        async with person.client.post(scheme["tokenUrl"], data=given) as response:
            said = await response.json()
            assert (response.status, said["token_type"].lower()) == (200, "bearer"), said
            token: str = said["access_token"]
            return token
    finally:
        await person.client.close()
