from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.protocols.whatsapp.signature import matches, sign

SECRET = "0b5f1d1d3e8a4c1f9f8e7d6c5b4a3928"
BODY = b'{"object":"whatsapp_business_account","entry":[]}'
# By `openssl dgst -sha256 -hmac SECRET` over the octets of BODY.
KNOWN = "sha256=65165f621df079dbcdcff847bbaf9b08fbbd578f6a2542e0b10c2bc9a2ba492f"


def test_known_answer() -> None:
    assert sign(SECRET, BODY) == KNOWN


@given(st.text(min_size=1), st.binary())
def test_what_is_signed_matches(secret: str, body: bytes) -> None:
    assert matches(secret, body, sign(secret, body))


@pytest.mark.parametrize(
    ("secret", "body", "header"),
    [
        (SECRET, BODY + b" ", KNOWN),
        (SECRET + "0", BODY, KNOWN),
        (SECRET, BODY, KNOWN.removeprefix("sha256=")),
        (SECRET, BODY, KNOWN.replace("sha256", "sha1")),
        (SECRET, BODY, KNOWN.upper()),
        (SECRET, BODY, KNOWN + "0"),
        (SECRET, BODY, KNOWN[:-1]),
        (SECRET, BODY, ""),
        (SECRET, BODY, "sha256="),
        (SECRET, BODY, "sha256=ä"),
        (SECRET, BODY, "\ud800"),
        ("", BODY, sign("", BODY)),  # a channel without a secret takes nothing
    ],
)
def test_anything_else(secret: str, body: bytes, header: str) -> None:
    assert not matches(secret, body, header)


@given(st.text(), st.binary())
def test_any_header(header: str, body: bytes) -> None:
    assert not matches(SECRET, body + b"x", header)
