"""Options of a WhatsApp channel: what may be said, and what is said of what may not."""

from __future__ import annotations

from typing import Any

import pytest

from viesti.channels.options import OptionError
from viesti.channels.whatsapp.options import WhatsappOptions

NEEDED: dict[str, Any] = {
    "phone_number_id": "111222333",
    "waba_id": "444555666",
    "identity": "358401111111",
    "token": "EAA",
    "app_secret": "abc",
    "verify_token": "v",
}


def test_what_is_needed_is_enough() -> None:
    options = WhatsappOptions.read(NEEDED)
    assert (options.base_url, options.api_version) == ("https://graph.facebook.com", "v25.0")
    assert (options.messages_per_second, options.pair_seconds) == (80, 6.0)


def test_a_number_as_people_write_it() -> None:
    assert WhatsappOptions.read({**NEEDED, "identity": "+358 (40) 111-1111"}).identity == "358401111111"


def test_secrets_are_not_shown() -> None:
    options = WhatsappOptions.read(
        {**NEEDED, "token": "t0ken", "app_secret": "s3cret", "verify_token": "v3rify"}
    )
    assert not any(secret in repr(options) for secret in ("t0ken", "s3cret", "v3rify"))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://graph.example", "https://graph.example"),
        ("https://graph.example/", "https://graph.example"),
        ("https://gate.example:8443/meta/", "https://gate.example:8443/meta"),
        ("http://localhost:9080", "http://localhost:9080"),
        ("http://simulator:9080", "http://simulator:9080"),
        ("http://127.0.0.1:9080", "http://127.0.0.1:9080"),
        ("http://[::1]:9080", "http://[::1]:9080"),
        ("http://10.1.2.3", "http://10.1.2.3"),
        ("https://10.1.2.3", "https://10.1.2.3"),  # the operator's own network
    ],
)
def test_where_the_api_may_be(written: str, read: str) -> None:
    assert WhatsappOptions.read({**NEEDED, "base_url": written}).base_url == read


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"phone_number_id": None}, "phone_number_id: is required"),
        ({"waba_id": None}, "waba_id: is required"),
        ({"identity": None}, "identity: is required"),
        ({"token": None}, "token: is required"),
        ({"app_secret": None}, "app_secret: is required"),
        ({"verify_token": None}, "verify_token: is required"),
        ({"phone_number_id": "../me"}, "phone_number_id: must be digits"),
        ({"waba_id": "1/2"}, "waba_id: must be digits"),
        ({"app_id": "x"}, "app_id: must be digits"),
        (
            {"identity": "Viesti"},
            "identity: must be a phone number with its country code, such as 358401234567",
        ),
        ({"token": "a\r\nb"}, "token: must be printable ASCII without spaces, and not empty"),
        ({"token": "x" * 1025}, "token: is longer than 1024 characters"),
        ({"app_secret": ""}, "app_secret: must be printable ASCII without spaces, and not empty"),
        ({"verify_token": "ä"}, "verify_token: must be printable ASCII without spaces, and not empty"),
        ({"api_version": "25"}, "api_version: must be like 'v25.0'"),
        ({"api_version": "v1.0/../.."}, "api_version: must be like 'v25.0'"),
        ({"base_url": "ftp://x"}, "base_url: can't be used: The URL must begin with http:// or https://."),
        (
            {"base_url": "http://graph.example"},
            "base_url: must begin with https://; http:// is for private addresses, localhost and names "
            "without a dot",
        ),
        (
            {"base_url": "http://8.8.8.8"},
            "base_url: must begin with https://; http:// is for private addresses, localhost and names "
            "without a dot",
        ),
        ({"base_url": "https://x.example/?a=1"}, "base_url: must not have a query or a fragment"),
        ({"messages_per_second": 1001}, "messages_per_second: must be from 1 to 1000, not 1001"),
        ({"messages_per_second": 0}, "messages_per_second: must be from 1 to 1000, not 0"),
        ({"pair_seconds": 0}, "pair_seconds: must be more than 0, not 0"),
        ({"pair_burst": 0}, "pair_burst: must be from 1 to 45, not 0"),
        ({"connections": 0}, "connections: must be from 1 to 1000, not 0"),
        ({"look_seconds": False}, "look_seconds: can't be switched off"),
        ({"host": "x"}, "host: is no option here"),
    ],
)  # fmt: skip
def test_what_may_not_be_said(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        WhatsappOptions.read({**NEEDED, **changes})
    assert str(caught.value) == sentence
