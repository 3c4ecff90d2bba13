"""Scopes as clients write them."""

from __future__ import annotations

import pytest

from viesti.services.oauth.scopes import IN_WORDS, MAX_TEXT, RIGHTS, in_short, in_words, read_scopes
from viesti.services.principal import Scope

LONG = "https://arenafi.onmicrosoft.com/smartdialog-integrations-api/"
SEND, OFFLINE = Scope.GATEWAY_SEND, Scope.OFFLINE


@pytest.mark.parametrize(
    ("text", "scopes", "read_back"),
    [
        ("Gateway.Send", {SEND}, "Gateway.Send"),
        (f"{LONG}Gateway.Send", {SEND}, f"{LONG}Gateway.Send"),
        (f"offline_access {LONG}Gateway.Send", {SEND, OFFLINE}, f"offline_access {LONG}Gateway.Send"),
        ("http://localhost:8080/smartdialog-integrations-api/WhatsApp", {Scope.WHATSAPP}, None),
        ("Gateway.Send,WhatsApp", {SEND, Scope.WHATSAPP}, "Gateway.Send,WhatsApp"),
        ("Gateway.Send, WhatsApp", {SEND, Scope.WHATSAPP}, "Gateway.Send, WhatsApp"),
        ("  Gateway.Send   offline_access ", {SEND, OFFLINE}, "Gateway.Send offline_access"),
        ("openid profile email Gateway.Send", {SEND}, "openid profile email Gateway.Send"),
        ("", set(Scope), in_short(Scope)),
        (" ", set(Scope), in_short(Scope)),
    ],
)
def test_what_is_asked_for(text: str, scopes: set[Scope], read_back: str | None) -> None:
    asked = read_scopes(text)
    assert asked is not None
    assert asked.scopes == scopes
    assert asked.text == (read_back or text)


@pytest.mark.parametrize(
    "text",
    [
        "gateway.send",
        "Gateway.Send Gateway.Everything",
        "openid",
        "https://a.example/another-api/Gateway.Send",
        f"{LONG}Gateway.Send/more",
        f"{LONG}openid",
        "javascript:Gateway.Send",
        "Gateway.Send\udcff",
        "Gateway.Send " * (MAX_TEXT // 12),
    ],
)
def test_what_is_not_known(text: str) -> None:
    assert read_scopes(text) is None


def test_every_scope_is_told_in_words() -> None:
    assert set(IN_WORDS) == set(Scope)
    assert len(RIGHTS) == 9
    assert in_words({OFFLINE, SEND}) == (
        "Send messages and replies",
        "Stay connected until the connection is ended",
    )
