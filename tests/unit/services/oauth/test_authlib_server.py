"""What Authlib decides of requests, each from what was loaded for it."""

from __future__ import annotations

import base64
import hashlib
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.access import Code, Connection, Token
from viesti.domain.estate import OAuthClient, User
from viesti.services.oauth.authlib_records import presented
from viesti.services.oauth.authlib_server import Decided, Desk, Held, NewCode, Problem
from viesti.services.oauth.lifetimes import Lifetimes

NOW = datetime(2030, 1, 1, tzinfo=UTC)
BACK = "https://global.consent.azure-apim.net/redirect"
SECRET = "right-secret"
CLIENT = OAuthClient(
    id=1, key="flows", name="Flows", client_id="flows-id", secret_hash="hash", redirect_uris=(BACK,),
    customer_id=None, throttle_calls=None, throttle_seconds=None, enabled=True,
)  # fmt: skip
PUBLIC = replace(CLIENT, id=2, client_id="public-id", secret_hash=None)
ADA = User(
    id=7, email="ada@acme.example", name="Ada", password_hash="hash", administrator=False,
    connector_sign_in=True, enabled=True, customers={100: "member"},
)  # fmt: skip
CONNECTION = Connection(
    id=50, user_id=7, client_id=1, scopes=("Gateway.Send", "offline_access"),
    scope_text="Gateway.Send offline_access", ended_at=None,
)  # fmt: skip
CODE = Code(
    connection=CONNECTION, redirect_uri=BACK, challenge=None, challenge_method=None,
    expires_at=NOW + timedelta(seconds=120), used_at=None,
)  # fmt: skip
REFRESH = Token(
    connection=CONNECTION, kind="refresh", parent=None, expires_at=NOW + timedelta(days=180),
    superseded_at=None, scopes=None,
)  # fmt: skip
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {"response_type": "code", "client_id": "flows-id", "redirect_uri": BACK, "scope": "Gateway.Send"}
CODE_FORM = {
    "grant_type": "authorization_code", "code": "vsc_1", "redirect_uri": BACK,
    "client_id": "flows-id", "client_secret": SECRET,
}  # fmt: skip
REFRESH_FORM = {
    "grant_type": "refresh_token", "refresh_token": "vsr_1", "client_id": "flows-id",
    "client_secret": SECRET,
}  # fmt: skip


def desk(**held: Any) -> Desk:
    numbers = count(1)
    values = {"now": NOW, "client": CLIENT, "secret": SECRET, "user": ADA} | held
    return Desk(Held(**values), Lifetimes(), lambda octets: f"{octets}-{next(numbers)}")


def exchanged(form: dict[str, str], authorization: str = "", **held: Any) -> Decided:
    return desk(**held).exchange(form, authorization)


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def test_a_code_for_a_consent() -> None:
    made = desk().give_code({**ASKED, "state": "s", "code_challenge": CHALLENGE}, ADA)
    assert made == NewCode("vsc_32-1", BACK, CHALLENGE, "plain")
    assert desk().give_code(ASKED, ADA) == NewCode("vsc_32-1", BACK, None, None)
    without = {name: value for name, value in ASKED.items() if name != "redirect_uri"}
    assert desk().give_code(without, ADA) == NewCode("vsc_32-1", "", None, None)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"scope": "Gateway.Everything"}, "invalid_scope"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_no_code_for_a_wrong_request(change: dict[str, str], error: str) -> None:
    problem = desk().consent_problem({**ASKED, **change})
    assert isinstance(problem, Problem)
    assert problem.error == error
    assert desk().give_code({**ASKED, **change}, ADA) == problem


def test_a_code_is_exchanged() -> None:
    decided = exchanged(CODE_FORM, code=CODE)
    assert decided.status == 200
    assert decided.members == {
        "token_type": "Bearer",
        "access_token": "vsa_32-1",
        "expires_in": 3600,
        "refresh_token": "vsr_32-2",
        "scope": "Gateway.Send offline_access",
    }
    assert decided.work.tokens is not None
    assert not decided.work.replayed


@pytest.mark.parametrize(
    "form",
    [
        {**CODE_FORM, "state": "x", "nonce": "y", "scope": "Gateway.Send"},
        {name: value for name, value in CODE_FORM.items() if not name.startswith("client_")},
    ],
)
def test_more_fields_and_the_secret_in_the_header(form: dict[str, str]) -> None:
    authorization = "" if "client_secret" in form else basic("flows-id", SECRET)
    assert exchanged(form, authorization, code=CODE).status == 200


def test_no_refresh_token_without_the_scope_for_it() -> None:
    brief = replace(CODE, connection=replace(CONNECTION, scopes=("Gateway.Send",)))
    decided = exchanged(CODE_FORM, code=brief)
    assert decided.status == 200
    assert "refresh_token" not in decided.members


OTHERS = replace(CONNECTION, client_id=99)
ENDED = replace(CONNECTION, ended_at=NOW)


@pytest.mark.parametrize(
    ("held", "change", "error"),
    [
        ({"code": None}, {}, "invalid_grant"),
        ({"code": replace(CODE, used_at=NOW)}, {}, "invalid_grant"),
        ({"code": replace(CODE, expires_at=NOW)}, {}, "invalid_grant"),
        ({"code": replace(CODE, connection=OTHERS)}, {}, "invalid_grant"),
        ({"code": replace(CODE, connection=ENDED)}, {}, "invalid_grant"),
        ({"code": CODE, "user": None}, {}, "invalid_grant"),
        ({"code": CODE}, {"redirect_uri": BACK + "/"}, "invalid_grant"),
        ({"code": CODE}, {"redirect_uri": ""}, "invalid_grant"),
        ({"code": CODE}, {"code_verifier": VERIFIER}, "invalid_request"),
        ({"code": replace(CODE, challenge=CHALLENGE, challenge_method="S256")}, {}, "invalid_request"),
        (
            {"code": replace(CODE, challenge=CHALLENGE, challenge_method="S256")},
            {"code_verifier": "w" * 43},
            "invalid_grant",
        ),
        (
            {"code": replace(CODE, challenge=CHALLENGE, challenge_method="plain")},
            {"code_verifier": VERIFIER},
            "invalid_grant",
        ),
        ({"code": CODE, "secret": None}, {}, "invalid_client"),
        ({"code": CODE}, {"client_secret": "another"}, "invalid_client"),
        ({"code": CODE}, {"client_secret": ""}, "invalid_client"),
        ({"code": CODE, "client": replace(CLIENT, enabled=False)}, {}, "invalid_client"),
        ({"code": CODE, "client": None}, {}, "invalid_client"),
        ({"code": CODE}, {"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": CODE}, {"grant_type": 'ä"\udcff'}, "unsupported_grant_type"),
        ({"code": CODE}, {"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ],
)
def test_a_code_that_is_not_exchanged(held: dict[str, Any], change: dict[str, str], error: str) -> None:
    decided = exchanged({**CODE_FORM, **change}, **held)
    assert decided.status in (400, 401)
    assert decided.members["error"] == error
    assert decided.work.tokens is None
    code = held["code"]
    assert decided.work.replayed == (code is not None and code.used_at is not None)


def test_a_second_use_by_another_client_ends_nothing() -> None:
    used = replace(CODE, connection=OTHERS, used_at=NOW)
    assert not exchanged(CODE_FORM, code=used).work.replayed


@pytest.mark.parametrize(
    ("challenge", "method", "right"),
    [(CHALLENGE, "S256", True), (VERIFIER, "plain", True), (VERIFIER, None, True), (VERIFIER, "S256", False)],
)
def test_pkce(challenge: str, method: str | None, right: bool) -> None:
    code = replace(CODE, challenge=challenge, challenge_method=method)
    decided = exchanged({**CODE_FORM, "code_verifier": VERIFIER}, code=code)
    assert (decided.status == 200) is right


def test_a_public_client_must_use_pkce() -> None:
    form = {**CODE_FORM, "client_id": "public-id", "client_secret": ""}
    connection = replace(CONNECTION, client_id=PUBLIC.id)
    plain = replace(CODE, connection=connection)
    assert exchanged(form, client=PUBLIC, secret=None, code=plain).members["error"] == "invalid_request"
    challenged = replace(plain, challenge=CHALLENGE, challenge_method="S256")
    form["code_verifier"] = VERIFIER
    assert exchanged(form, client=PUBLIC, secret=None, code=challenged).status == 200


def test_a_client_with_a_secret_must_show_it() -> None:
    form = {name: value for name, value in CODE_FORM.items() if name != "client_secret"}
    assert exchanged(form, code=CODE).members["error"] == "invalid_client"


@pytest.mark.parametrize(
    "authorization", ["Basic", "Basic /w==", "Basic ä", "Basic !", "Basic aWQ=", "Bearer x"]
)
def test_a_header_that_can_not_be_read(authorization: str) -> None:
    form = {name: value for name, value in CODE_FORM.items() if not name.startswith("client_")}
    assert exchanged(form, authorization, code=CODE).members["error"] == "invalid_client"
    presented(form, authorization)


def test_a_refresh() -> None:
    decided = exchanged({**REFRESH_FORM, "code": "left over", "redirect_uri": BACK}, token=REFRESH)
    assert decided.status == 200
    assert decided.members["refresh_token"].startswith("vsr_")
    assert (
        exchanged({**REFRESH_FORM, "scope": "Gateway.Send"}, token=REFRESH).members["scope"] == "Gateway.Send"
    )


@pytest.mark.parametrize(
    ("held", "change", "error", "replayed"),
    [
        ({"token": None}, {}, "invalid_grant", False),
        ({"token": replace(REFRESH, kind="access")}, {}, "invalid_grant", False),
        ({"token": replace(REFRESH, expires_at=NOW)}, {}, "invalid_grant", False),
        ({"token": replace(REFRESH, connection=OTHERS)}, {}, "invalid_grant", False),
        ({"token": replace(REFRESH, connection=ENDED)}, {}, "invalid_grant", False),
        ({"token": REFRESH, "user": None}, {}, "invalid_grant", False),
        ({"token": REFRESH, "secret": None}, {}, "invalid_client", False),
        ({"token": REFRESH}, {"scope": "Gateway.Send WhatsApp"}, "invalid_scope", False),
        ({"token": replace(REFRESH, superseded_at=NOW - timedelta(hours=2))}, {}, "invalid_grant", True),
        (
            {"token": replace(REFRESH, connection=OTHERS, superseded_at=NOW - timedelta(hours=2))},
            {},
            "invalid_grant",
            False,
        ),
    ],
)
def test_a_refresh_that_is_refused(
    held: dict[str, Any], change: dict[str, str], error: str, replayed: bool
) -> None:
    decided = exchanged({**REFRESH_FORM, **change}, **held)
    assert decided.members["error"] == error
    assert decided.work.replayed is replayed
    assert decided.work.tokens is None


@pytest.mark.parametrize(
    ("held", "form", "status", "revoked"),
    [
        ({"token": REFRESH}, {"token": "vsr_1"}, 200, True),
        ({"token": None}, {"token": "vsr_1"}, 200, False),
        ({"token": replace(REFRESH, connection=OTHERS)}, {"token": "vsr_1"}, 400, False),
        ({"token": REFRESH}, {}, 400, False),
        ({"token": REFRESH, "secret": None}, {"token": "vsr_1"}, 401, False),
    ],
)
def test_revocation(held: dict[str, Any], form: dict[str, str], status: int, revoked: bool) -> None:
    shown = {"client_id": "flows-id", "client_secret": SECRET}
    decided = desk(**held).revoke({**shown, **form}, "")
    assert decided.status == status
    assert decided.work.revoked is revoked


NAMES = (
    "grant_type",
    "code",
    "refresh_token",
    "redirect_uri",
    "client_id",
    "client_secret",
    "scope",
    "token",
)
VALUES = st.sampled_from((*CODE_FORM.values(), *REFRESH_FORM.values(), VERIFIER, CHALLENGE)) | st.text(
    max_size=60
)
FORMS = st.dictionaries(st.sampled_from((*NAMES, "code_verifier", "token_type_hint")) | st.text(), VALUES)
HEADERS = st.sampled_from((basic("flows-id", SECRET), "")) | st.text(
    st.characters(max_codepoint=255), max_size=60
).map("Basic {}".format)


@given(FORMS, HEADERS, st.sampled_from((CODE, None)), st.sampled_from((REFRESH, None)))
def test_whatever_comes_is_answered(
    form: dict[str, str], authorization: str, code: Code | None, token: Token | None
) -> None:
    held = {"code": code, "token": token}
    for decided in (exchanged(form, authorization, **held), desk(**held).revoke(form, authorization)):
        assert decided.status in (200, 400, 401)
        assert (decided.status == 200) == ("error" not in decided.members)
        msgspec.json.encode(decided.members)
    presented(form, authorization)


def test_authlib_writes_no_token_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert exchanged(CODE_FORM, code=CODE).status == 200
    assert "vsa_" not in caplog.text
